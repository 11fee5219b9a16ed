package commands

import (
	"strings"

	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

var msg = &Command{
	Form: protocol.Form{Name: "msg", Params: []protocol.Param{{Name: "to", Shown: "name|room"}, {Name: "text", Kind: protocol.Rest}, onceParam}},
	Help: "Says something to one person or in a room.",
	Role: Member, Pipelined: true,
	Run: func(r *Response) error {
		if err := r.checkText(); err != nil {
			return err
		}
		to := r.Arg("to")
		if isRoom(to) {
			key, err := roomKey(to)
			if err != nil {
				return noSuchRoom(to)
			}
			return r.say(key, to)
		}
		key, ok := r.chat.presence.key(to)
		if !ok {
			return noSuchUser(to)
		}
		return r.say(key, to)
	},
	Kept: keptMsg,
}

func keptMsg(r *Response, k *Kept) error {
	if err := k.Verdict.Err; err != nil {
		if isRoom(k.To) {
			return k.refusal(k.To, nil)
		}
		return k.refusal(nil, k.To)
	}
	said := r.said(k)
	to, number := protocol.Word("to", said.ToName), protocol.Number("number", said.Number)
	if strings.HasPrefix(k.Ask.To, "#") {
		r.Done(nil, to, number)
		return nil
	}
	r.echo(k)
	live := protocol.Flag("stored")
	if said.Sent > 0 {
		live = protocol.Number("sent", int64(said.Sent))
	}
	if said.Away != nil {
		r.Done(textOrNone(*said.Away), to, number, live, protocol.Flag("away"))
		return nil
	}
	r.Done(nil, to, number, live)
	return nil
}

// echo shows a private message to its author, if the client wants that.
func (r *Response) echo(k *Kept) {
	if e := k.Event; e != nil && r.format.Echoes(r.tag) {
		r.out = r.format.AppendEvent(r.out, &protocol.Event{
			Kind: protocol.PrivateMessage, Number: e.Number, At: e.At, From: e.FromName, With: e.ToName, To: e.ToName, Text: e.Text, Copy: true,
		})
	}
}

// textOrNone is a text of a line, or none where it is empty.
func textOrNone(text string) []byte {
	if text == "" {
		return nil
	}
	return []byte(text)
}

// checkText reports whether the request's text may be said now.
func (r *Response) checkText() error {
	if err := checkLength(r.Arg("text"), protocol.MaxText); err != nil {
		return err
	}
	if wait := r.session.rate.Take(r.session.share(r.chat.config.Load().MessageRate), r.begun); wait > 0 {
		return &protocol.Error{Code: protocol.RateLimited, Retry: wait, Sentence: language.Say("That was too much at once. Nothing was sent.")}
	}
	return nil
}

// checkLength reports whether a text may be shown to others, and has at most so many bytes.
func checkLength(text []byte, most int) error {
	if len(text) > most {
		return protocol.Errorf(protocol.TextTooLong, "That text may have %d bytes at most; this one has %d. Nothing was done.", most, len(text))
	}
	if err := protocol.CheckText(text); err != nil {
		return err
	}
	return nil
}

// say asks for the request's text to be kept. Key is that of a room or an account; as is the name that the client has written.
func (r *Response) say(key string, as []byte) error {
	once, err := r.once()
	if err != nil {
		return err
	}
	r.Ask(storage.Ask{Kind: storage.Say, Account: r.session.account.id, To: key, Text: r.Arg("text"), Once: once}, as)
	return nil
}
