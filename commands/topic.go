package commands

import (
	"bytes"

	"parley/protocol"
	"parley/storage"
)

// MaxNote is the longest topic, reason or note, in bytes.
const MaxNote = 300

var topic = &Command{
	Form: protocol.Form{Name: "topic", Params: []protocol.Param{{Name: "room"}, {Name: "text", Kind: protocol.Rest, Optional: true}}},
	Help: "Shows what a room is about, or says it; a - alone clears it.", Group: roomGroup,
	Role: Member, Slow: true,
	Run: runTopic,
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.refusal(k.To, nil)
		}
		r.Done(textOrNone(string(k.Event.Text)), protocol.Word("room", k.Event.Change.Room))
		return nil
	},
}

func runTopic(r *Response) error {
	text := r.Arg("text")
	if text == nil {
		m, err := r.membership(r.Arg("room"))
		if err == nil {
			r.Done(textOrNone(m.Topic), protocol.Word("room", m.Name))
		}
		return err
	}
	if r.session.Guest() {
		return errNoGuests
	}
	if err := checkLength(text, MaxNote); err != nil {
		return err
	}
	if bytes.Equal(text, []byte("-")) {
		text = nil
	}
	return r.askRoom(storage.Ask{Kind: storage.SetTopic, Text: text})
}
