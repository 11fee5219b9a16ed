package commands

import (
	"errors"

	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

// maxOnce is the longest key of a message, in bytes.
const maxOnce = 64

// onceRetry is after how many seconds to try again when too many keys are in use. Some end all the time, if they were not all used at once.
const onceRetry = 60

// onceParam is the parameter that has a message kept once, however often it is said.
var onceParam = protocol.Param{Name: "once", Kind: protocol.Member, Optional: true}

// once returns what has the request's message kept once; nil if that was not asked for.
func (r *Response) once() (*storage.Once, error) {
	key := r.Arg("once")
	switch {
	case key == nil:
		return nil, nil
	case r.session.Guest():
		return nil, errNoGuests
	case len(key) == 0 || len(key) > maxOnce:
		return nil, protocol.Errorf(protocol.Usage, "once has 1 to %d bytes; this one has %d. Nothing was sent.", maxOnce, len(key))
	}
	return &storage.Once{Key: string(key)}, nil
}

// said is what the author of a message is told: of a repeat the same as the first time.
func (r *Response) said(k *Kept) storage.Said {
	if k.Verdict.Repeat != nil {
		return *k.Verdict.Repeat
	}
	said := storage.Said{Number: k.Event.Number, ToName: k.Event.ToName}
	reach := &k.Verdict.Reach
	if once := k.Ask.Once; once != nil { // as it was kept with the message, so that a repeat can't differ
		said.Sent, said.Away = once.Sent+reach.Sessions, once.Away
	} else {
		said.Sent, said.Away = k.Sent, r.chat.presence.awayText(k.Event.To)
	}
	if said.Away == nil {
		said.Away = reach.Away
	}
	return said
}

// onceRefusal turns the errors of a message with a key into what the client is told; nil for other errors.
func (k *Kept) onceRefusal() error {
	switch err := k.Verdict.Err; {
	case errors.Is(err, storage.ErrOnceMismatch):
		return protocol.Errorf(protocol.OnceMismatch, "You have said something else under this key, or to somebody else. Nothing was sent.")
	case errors.Is(err, storage.ErrTooMany):
		return &protocol.Error{Code: protocol.RateLimited, Retry: onceRetry, Sentence: language.Say("You have used as many keys within a day as you may. Nothing was sent.")}
	}
	return nil
}
