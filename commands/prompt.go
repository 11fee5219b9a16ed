package commands

import (
	"time"

	"parley/internal/language"
	"parley/protocol"
)

// prompt is a request that waits for secrets, which are better not typed into its line.
type prompt struct {
	command *Command
	request protocol.Request
	missing []*protocol.Param // the first has been asked for
}

// ask asks for what is missing first.
func (s *Session) ask(out []byte) []byte {
	p := s.prompt
	asking := language.Format("%s, please. Careful: your screen may show it.")
	if s.Telnet {
		asking = "%s, please. It is not shown."
	}
	return s.Format.AppendLine(out, &protocol.Line{
		Type: protocol.Notice, Tag: p.request.Tag, Word: "prompt",
		Fields:   []protocol.Field{protocol.Word("what", "password")},
		Sentence: language.Say(asking, language.Say(p.missing[0].Prompt)),
	})
}

// Answer takes the next line of a session that is Asking, exactly as it stands, as the answer. Bad is what the framer found wrong with it, or
// nil. Otherwise Answer is like Do.
func (c *Chat) Answer(s *Session, line []byte, bad error, out []byte) ([]byte, Outcome) {
	now := time.Now()
	s.seen(now)
	p := s.prompt
	s.prompt = nil
	if bad != nil {
		return s.Format.AppendFailure(out, p.request.Tag, p.command.Name, c.refuse(bad)), Answered
	}
	p.request.SetArg(p.missing[0].Name, append([]byte{}, line...))
	if p.missing = p.missing[1:]; len(p.missing) > 0 {
		s.prompt = p
		return s.ask(out), Answered
	}
	return c.start(s, p.command, &p.request, now, false, out)
}
