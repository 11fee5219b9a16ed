package commands

import (
	"bytes"
	"time"

	"parley/protocol"
)

// Outcome says what has become of a line.
type Outcome uint8

const (
	Answered Outcome = iota // the answer is in out, if there is one
	Posted                  // the answer comes as one item of mail, an Answer or an Own, after Chat.Commit
	Working                 // the answer comes by Peer.Page and Peer.Finish; until then no line may follow
	Later                   // nothing has been done: bring the line again when every Posted one is answered
	Closing                 // as Answered, and the connection ends
)

// Line takes one line of a session, on the loop. Bad is what the framer found wrong with it. Outstanding says that the
// answer to an earlier line has still to come. Answers are appended to out. Line is not used after the call.
func (c *Chat) Line(s *Session, line []byte, bad error, outstanding bool, out []byte) ([]byte, Outcome) {
	now := time.Now()
	s.touch(now)
	if s.asking != nil {
		return c.answerPrompt(s, line, bad, out)
	}
	if bad != nil {
		if outstanding {
			return out, Later
		}
		return protocol.AppendError(out, protocol.TagOf(line), "*", tell(bad)), Answered
	}
	r := protocol.Parse(line)
	command, err := c.lookup(s, &r)
	if r.Kind == protocol.Empty {
		return out, Answered
	}
	if err == nil && command.Post != nil {
		if err = c.may(s, command, &r); err == nil {
			if err = command.Post(c, s, r.Tag, r.Args); err == nil {
				return out, Posted
			}
		}
	}
	if outstanding {
		return out, Later
	}
	if err != nil {
		name := "*"
		if command != nil {
			name = command.Name
		}
		return protocol.AppendError(out, r.Tag, name, tell(err)), Answered
	}
	return c.start(s, command, &r, out)
}

// lookup finds the command that a line asks for. What is said without a command is /all.
func (c *Chat) lookup(s *Session, r *protocol.Request) (*Command, error) {
	switch r.Kind {
	case protocol.Said:
		if word := c.secretWord(r.Args); word != "" {
			return nil, protocol.Errorf(protocol.NeedSlash, "Nothing was said. Did you mean /%s? Commands begin with a slash.", word)
		}
		return all, nil
	case protocol.Command:
		var buf [16]byte
		if name, ok := lower(buf[:0], r.Name); ok {
			if command := c.byName[string(name)]; command != nil {
				return command, nil
			}
		}
		return nil, c.unknown(r.Name)
	}
	return nil, nil
}

// secretWord returns the command that takes a password and whose name a line begins with, where the slash was forgotten.
func (c *Chat) secretWord(text []byte) string {
	if text[0] == '#' {
		_, text = protocol.Word(text) // a tag without a slash behind it
	} else if text[0] == ' ' {
		text = bytes.TrimLeft(text, " /") // a blank in front of the slash forgets it too
	}
	word, _ := protocol.Word(text)
	var buf [16]byte
	if name, ok := lower(buf[:0], word); ok {
		if command := c.byName[string(name)]; command != nil && command.Prompts != nil {
			return command.Name
		}
	}
	return ""
}

// lower appends a command's name in small letters; ok is false for one that is longer than any.
func lower(buf, name []byte) (out []byte, ok bool) {
	if len(name) > cap(buf) {
		return nil, false
	}
	for _, b := range name {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		buf = append(buf, b)
	}
	return buf, true
}

// may checks the common things once: who may, and how many words there are.
func (c *Chat) may(s *Session, command *Command, r *protocol.Request) error {
	switch {
	case command.Role == Member && s.account == nil:
		return protocol.Errorf(protocol.LoginRequired, "Please /login <name> <password> or /register <name> <password> first.")
	case command.Role == Guest && s.account != nil:
		return protocol.Errorf(protocol.AlreadyLoggedIn, "You are logged in as %s; /logout first.", s.account.name)
	case words(r.Args, command.Needs-len(command.Prompts)) < command.Needs-len(command.Prompts):
		return usage(command)
	case command.Args == "" && command.Prompts != nil && words(r.Args, 1) > 0: // half of what is asked for
		return usage(command)
	}
	return nil
}

func usage(command *Command) error {
	form := "/" + command.Name
	if command.Args != "" {
		form += " " + command.Args
	}
	return protocol.Errorf(protocol.Usage, "It is used as %s. %s", form, command.Help)
}

// words counts the words of a line, up to enough.
func words(args []byte, enough int) (n int) {
	for n < enough {
		var word []byte
		if word, args = protocol.Word(args); len(word) == 0 {
			break
		}
		n++
	}
	return n
}

// start runs a command that nothing stands before.
func (c *Chat) start(s *Session, command *Command, r *protocol.Request, out []byte) ([]byte, Outcome) {
	if err := c.may(s, command, r); err != nil {
		return protocol.AppendError(out, r.Tag, command.Name, tell(err)), Answered
	}
	call := &Call{Chat: c, Session: s, Command: command, Tag: bytes.Clone(r.Tag), Args: bytes.Clone(r.Args)}
	if missing := command.Needs - words(r.Args, command.Needs); missing > 0 && command.Prompts != nil {
		return c.ask(s, &prompt{call: call, missing: command.Prompts[len(command.Prompts)-missing:]}, out), Answered
	}
	return c.launch(call, out)
}

// launch runs a call with all it needs.
func (c *Chat) launch(call *Call, out []byte) ([]byte, Outcome) {
	if !call.Command.Quick {
		c.working.Go(call.work)
		return out, Working
	}
	call.out = out
	call.run()
	if call.quit {
		return call.out, Closing
	}
	return call.out, Answered
}
