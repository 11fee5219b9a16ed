package session

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/protocol"
)

// patience is how long the server may keep an answer to itself before the connection is taken for dead.
const patience = 30 * time.Second

// wire is one connection: what is to be sent, and which answers are still to come.
type wire struct {
	out    []string
	held   []string // waits until the server asks for no password any more
	asks   []*ask   // in the order in which the server answers them
	tags   int
	heard  time.Time
	hangUp bool

	question string // the server waits for a password
	asked    bool
	prompter *ask // the command that asks, or may ask; while there is one, a line would be taken for the password
}

// ask is a command that the server has not answered yet.
type ask struct {
	tag  string
	row  func(protocol.Reply) // nil: nobody looks at the rows
	end  func(protocol.Reply) // gets what ends the answer: Done or Failed
	lost func()               // is told that the answer will never come; may be nil
	sent time.Time            // zero until time is told: what the person does comes without one
}

// request is a command as an object.
type request struct {
	Do       string `json:"do"`
	Name     string `json:"name,omitempty"`
	Password string `json:"password,omitempty"`
	To       string `json:"to,omitempty"`
	Text     string `json:"text,omitempty"`
	Once     string `json:"once,omitempty"`
	Number   *int64 `json:"number,omitempty"`
	Count    int64  `json:"count,omitempty"`
	Before   int64  `json:"before,omitempty"`
	Tag      string `json:"tag,omitempty"`
}

// line writes the request.
func (r request) line() string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(r) // there is nothing in it that can't be written
	return strings.TrimSuffix(b.String(), "\n")
}

// request asks something of the server by an object.
func (s *Session) request(r request, row, end func(protocol.Reply)) *ask {
	a := s.newAsk(row, end)
	r.Tag = a.tag
	s.send(r.line())
	return a
}

// command asks something of the server by a line of text, which begins with a slash.
func (s *Session) command(line string, row, end func(protocol.Reply)) *ask {
	a := s.newAsk(row, end)
	s.send("#" + a.tag + " " + line)
	return a
}

func (s *Session) newAsk(row, end func(protocol.Reply)) *ask {
	s.wire.tags++
	a := &ask{tag: "t" + strconv.Itoa(s.wire.tags), row: row, end: end}
	s.wire.asks = append(s.wire.asks, a)
	return a
}

func (s *Session) send(line string) {
	if s.wire.prompter != nil {
		s.wire.held = append(s.wire.held, line)
	} else {
		s.wire.out = append(s.wire.out, line)
	}
}

// answered gives a line of an answer to whoever has asked.
func (s *Session) answered(r protocol.Reply) {
	w := &s.wire
	i := slices.IndexFunc(w.asks, func(a *ask) bool { return a.tag == r.Tag })
	if i < 0 {
		if r.Tag != "" || r.Sigil == protocol.Row || len(w.asks) == 0 {
			return
		}
		i = 0 // the tag of a line that could not be read is lost
	}
	a := w.asks[i]
	r.Tag = "" // it is nobody's but ours
	if r.Sigil == protocol.Row {
		if a.row != nil {
			a.row(r)
		}
		return
	}
	w.asks = slices.Delete(w.asks, i, i+1)
	if w.prompter == a {
		w.prompter, w.asked, w.question = nil, false, ""
		w.out, w.held = append(w.out, w.held...), nil
	}
	if a.end != nil {
		a.end(r)
	}
}

// Outgoing takes the lines that are to be sent now; nil if there are none.
func (s *Session) Outgoing() []string {
	out := s.wire.out
	s.wire.out = nil
	return out
}

// Hangup reports whether the connection is to be closed, since the server does not answer any more. It is told once; Lost follows.
func (s *Session) Hangup() bool {
	hangUp := s.wire.hangUp
	s.wire.hangUp = false
	return hangUp
}

// answerBy is when the connection is taken for dead; zero: no answer is outstanding.
func (s *Session) answerBy() time.Time {
	w := &s.wire
	if s.state == Offline || s.state == Ended || w.prompter != nil {
		return time.Time{}
	}
	since := w.heard
	switch {
	case len(w.asks) > 0 && w.asks[0].sent.After(since):
		since = w.asks[0].sent
	case len(w.asks) == 0 && s.state != Greeting:
		return time.Time{}
	}
	return since.Add(patience)
}
