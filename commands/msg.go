package commands

import (
	"time"

	"go.uber.org/zap"

	"parley/protocol"
)

var msg = &Command{
	Name: "msg", Args: "<name> <text>", Role: Member, Needs: 2,
	Help: "Says something to one person. If they are away it waits for them.",
	Post: func(c *Chat, s *Session, tag, args []byte) error {
		to, text := protocol.Word(args)
		return c.post(s, true, tag, to, text)
	},
}

// post hands a message to the committer.
func (c *Chat) post(s *Session, private bool, tag, to, text []byte) error {
	if len(text) > protocol.MaxText {
		return protocol.Errorf(protocol.TextTooLong, "A text has at most %d bytes; this one has %d. Nothing was sent.", protocol.MaxText, len(text))
	}
	if err := protocol.CheckText(text); err != nil {
		return err
	}
	now := time.Now()
	if wait := s.rate.Take(c.config.MessageRate, now); wait > 0 {
		if !s.limited {
			s.limited = true // one line for each session is enough to find it
			c.limitLog.Info("a limit was hit", zap.String("command", "msg"), zap.String("account", s.account.name), zap.Stringer("from", s.Remote))
		}
		return &protocol.Error{Code: protocol.RateLimited, Retry: wait, Sentence: "That was too much at once. Nothing was sent."}
	}
	c.committer.post(s, private, tag, to, text, now)
	return nil
}
