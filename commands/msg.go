package commands

import (
	"errors"

	"parley/protocol"
	"parley/storage"
)

var msg = &Command{
	Form: protocol.Form{Name: "msg", Params: []protocol.Param{{Name: "name"}, {Name: "text", Kind: protocol.Rest}}},
	Help: "Says something to one person. If they are away it waits for them.",
	Role: Member, Pipelined: true,
	Run: func(r *Response) error {
		if err := r.checkText(); err != nil {
			return err
		}
		to := r.Arg("name")
		key, ok := r.chat.presence.key(to)
		if !ok {
			return noSuchUser(to)
		}
		r.say(key, to)
		return nil
	},
	Kept: keptMsg,
}

func keptMsg(r *Response, k *Kept) error {
	switch err := k.Verdict.Err; {
	case errors.Is(err, storage.ErrNoAccount):
		return noSuchUser(k.To)
	case errors.Is(err, storage.ErrInboxFull):
		return protocol.Errorf(protocol.InboxFull, "The inbox is full; they must read first.").With("name", string(k.To))
	case err != nil:
		return err
	}
	live := protocol.Flag("stored")
	if k.Sent > 0 {
		live = protocol.Number("sent", int64(k.Sent))
	}
	r.Done(nil, protocol.Word("to", k.Event.ToName), protocol.Number("number", k.Event.Number), live)
	return nil
}

// checkText reports whether the request's text may be said now.
func (r *Response) checkText() error {
	text := r.Arg("text")
	if len(text) > protocol.MaxText {
		return protocol.Errorf(protocol.TextTooLong, "A text has at most %d bytes; this one has %d. Nothing was sent.", protocol.MaxText, len(text))
	}
	if err := protocol.CheckText(text); err != nil {
		return err
	}
	if wait := r.session.rate.Take(r.chat.config.MessageRate, r.begun); wait > 0 {
		return &protocol.Error{Code: protocol.RateLimited, Retry: wait, Sentence: "That was too much at once. Nothing was sent."}
	}
	return nil
}

// say asks for the request's text to be kept. Key is that of a room or an account; as is the name that the client has written.
func (r *Response) say(key string, as []byte) {
	r.Ask(storage.Ask{Kind: storage.Say, Account: r.session.account.id, To: key, Text: r.Arg("text")}, as)
}
