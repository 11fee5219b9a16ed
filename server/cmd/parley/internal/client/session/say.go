package session

import (
	"errors"
	"slices"
	"time"

	"parley/protocol"
)

// How long a message that comes too fast is held back before it is refused; how long one waits that may have been kept; and how long the server remembers
// the key of a message for sure.
const (
	longestWait = 10 * time.Second
	unsureWait  = 2 * time.Second
	keysHold    = 23 * time.Hour
)

// saying is a message that waits to be said, or for the answer to that; or a command that has to wait for those before it.
type saying struct {
	command func() // nil: it is a message
	thread  *Thread
	text    string

	once  string
	first time.Time // when it was sent first; zero: not yet
	sent  bool      // its answer is still to come
	doubt bool      // the server may have kept it
}

// Unsent is a message whose fate is not known.
type Unsent struct {
	Thread *Thread
	Text   string
	Fate   Fate // Sending or Unsure
}

// Unsent are the messages whose fate is not known.
func (s *Session) Unsent() (list []Unsent) {
	for _, t := range s.Threads() {
		for i := range t.Lines {
			if l := &t.Lines[i]; l.Fate == Sending || l.Fate == Unsure {
				list = append(list, Unsent{t, l.Text, l.Fate})
			}
		}
	}
	return list
}

// speak takes a message that is to be said in a thread.
func (s *Session) speak(t *Thread, text string) error {
	if err := s.sayable(text); err != nil {
		return err
	}
	one := &saying{thread: t, once: s.options.Key(), text: text}
	if len(one.request("t123456789").line()) >= protocol.MaxLine {
		return errors.New(s.say("That is too long for one line."))
	}
	s.saying = append(s.saying, one)
	t.add(Line{Kind: Message, At: s.now, From: s.account, Text: text, Mine: true, Fate: Sending, once: one.once})
	s.pump()
	return nil
}

func (one *saying) request(tag string) request {
	return request{Do: "msg", To: one.thread.Name, Text: one.text, Once: one.once, Tag: tag}
}

// pump says the next message, if the one before was answered. While the session catches up only one that may have been kept is said again.
func (s *Session) pump() {
	if len(s.saying) == 0 || s.saying[0].sent || s.now.Before(s.sayAt) {
		return
	}
	one := s.saying[0]
	if one.command != nil && s.state == Online {
		s.saying = s.saying[1:]
		one.command()
		s.pump()
		return
	}
	if !s.in || s.state != Online && !one.doubt {
		return
	}
	s.sayAt = time.Time{}
	if one.doubt && s.now.Sub(one.first) > keysHold {
		s.settle(one, Unsure, s.say("It was sent long ago, and nobody knows whether it has arrived. Please look before you say it again."))
		s.pump()
		return
	}
	if one.first.IsZero() {
		one.first = s.now
	}
	one.sent = true
	s.request(one.request(""), nil, func(r protocol.Reply) { s.answeredTo(one, r) })
}

// answeredTo takes the answer to a message.
func (s *Session) answeredTo(one *saying, r protocol.Reply) {
	one.sent = false
	code := codeOf(r)
	switch {
	case r.Sigil == protocol.Done:
		s.kept(one, r)
	case code == protocol.Unsure || code == protocol.Internal:
		one.doubt = true
		s.again(one, r, max(retryOf(r), unsureWait))
	case passing(code) && (one.doubt || code == protocol.RateLimited && retryOf(r) <= longestWait):
		s.again(one, r, retryOf(r))
	default:
		s.settle(one, Refused, r.Text)
	}
	s.pump()
}

// again has a message said again after a while.
func (s *Session) again(one *saying, r protocol.Reply, wait time.Duration) {
	s.sayAt = s.now.Add(wait)
	if one.doubt {
		s.tell(one, Unsure, r.Text)
	}
}

// kept is when the server has a message.
func (s *Session) kept(one *saying, r protocol.Reply) {
	t, number := one.thread, numberOf(r, "number")
	if to := valueOf(r, "to"); to != "" && key(to) == key(t.Name) {
		t.Name = to
	}
	why := ""
	switch {
	case has(r, "stored"):
		why = s.say("%s is not online, and finds it at the next login.", t.Name)
	case has(r, "away") && r.Text != "":
		why = s.say("%s is away: %s", t.Name, r.Text)
	case has(r, "away"):
		why = s.say("%s is away.", t.Name)
	}
	s.settle(one, Kept, why)
	t.number(one.once, number)
	s.had(number)
	if !t.Room {
		s.saw(Person{Name: t.Name, Here: !has(r, "stored"), Away: has(r, "away")})
	}
}

// settle ends the waiting of a message.
func (s *Session) settle(one *saying, fate Fate, why string) {
	s.tell(one, fate, why)
	s.saying = slices.DeleteFunc(s.saying, func(other *saying) bool { return other == one })
}

// tell shows the fate of a message.
func (s *Session) tell(one *saying, fate Fate, why string) {
	if i := one.thread.find(one.once); i >= 0 {
		one.thread.Lines[i].Fate, one.thread.Lines[i].Why = fate, why
	}
}

// interrupted is when the connection was lost: the message that was sent last may have been kept.
func (s *Session) interrupted() {
	s.sayAt = time.Time{}
	s.saying = slices.DeleteFunc(s.saying, func(one *saying) bool {
		if one.command != nil {
			s.notice(one.thread, s.say("The connection was lost, and this was not done: %s", one.text))
		}
		return one.command != nil
	})
	for _, one := range s.saying {
		if one.sent {
			one.sent, one.doubt = false, true
			s.tell(one, Unsure, s.say("The connection was lost before the server had answered. It is asked when there is one again."))
		}
	}
}
