package commands

import (
	"parley/protocol"
)

// prompt is a command that waits for words which are better not typed into its line.
type prompt struct {
	call    *Call
	missing []string // the questions left; the first has been asked
}

// ask asks the first question.
func (c *Chat) ask(s *Session, p *prompt, out []byte) []byte {
	s.asking = p
	out = protocol.Start(out, p.call.Tag, protocol.Event, "prompt")
	out = protocol.Field(out, "password")
	if s.Telnet {
		out = protocol.Text(out, p.missing[0]+", please. It is not shown.")
	} else {
		out = protocol.Text(out, p.missing[0]+", please. Careful: your screen may show it.")
	}
	return protocol.End(out)
}

// answerPrompt takes the line, as it stands, for the answer to the question.
func (c *Chat) answerPrompt(s *Session, line []byte, bad error, out []byte) ([]byte, Outcome) {
	p := s.asking
	s.asking = nil
	if bad != nil {
		return protocol.AppendError(out, p.call.Tag, p.call.Command.Name, tell(bad)), Answered
	}
	p.call.Answers = append(p.call.Answers, string(line))
	if p.missing = p.missing[1:]; len(p.missing) > 0 {
		return c.ask(s, p, out), Answered
	}
	return c.launch(p.call, out)
}
