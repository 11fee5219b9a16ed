package session

import (
	"fmt"
	"strings"
	"time"

	"parley/internal/language"
	"parley/protocol"
)

// login is how the session comes in.
type login struct {
	name, secret string
	known        bool      // by these the session comes in at once
	given        bool      // these came with the options, and nobody waits for what becomes of them
	proven       bool      // it has come in by these
	register     bool      // an account of this name is wanted
	doubt        bool      // it was asked for, and may have been made
	retry        time.Time // when to try again on this connection; zero: not

	refusal      string
	patience     time.Duration // that the refusal asks for
	tokenRefused bool
	answer       string // the last one to a prompt
}

// lost is what a lost connection means: an account that was asked for may have been made.
func (l *login) lost() {
	l.retry = time.Time{}
	if l.register && l.known {
		l.doubt = true
	}
}

// greeted takes the first line of the server. From then on it speaks in objects.
func (s *Session) greeted(r protocol.Reply) {
	if s.state != Greeting || len(s.wire.asks) > 0 {
		return
	}
	s.greeting = r.Text
	if n := numberOf(r, "text"); n > 0 {
		s.maxText = int(n)
	}
	s.command("/format json", nil, func(r protocol.Reply) {
		if r.Sigil == protocol.Failed {
			s.reason = s.say("This server can't talk to a screen like this one: %s", r.Text)
			s.end()
			s.wire.hangUp = true
			return
		}
		if s.language != language.English {
			s.command("/lang "+s.language.String(), nil, nil)
		}
		s.enter()
	})
}

// enter logs in, or waits for the person to do so.
func (s *Session) enter() {
	l := &s.login
	if !l.known {
		s.state = Entering
		return
	}
	s.state = Returning
	do := "login"
	if l.register && !l.doubt {
		do = "register"
	}
	s.request(request{Do: do, Name: l.name, Password: l.secret}, nil, func(r protocol.Reply) {
		if r.Sigil == protocol.Done {
			s.entered(r)
		} else {
			s.loginRefused(r, do)
		}
	})
}

// Login logs in, by a password or a token. The state is Online when that has worked, or Entering again, and then Refusal says why it has not.
// Without a connection it is done on the next one.
func (s *Session) Login(name, secret string) { s.wants(login{name: name, secret: secret, known: true}) }

// Register makes an account and logs in, as Login does.
func (s *Session) Register(name, password string) {
	s.wants(login{name: name, secret: password, known: true, register: true})
}

func (s *Session) wants(l login) {
	waits := s.state == Entering || !s.login.retry.IsZero()
	s.login, s.reason = l, ""
	switch {
	case waits:
		s.enter()
	case s.state == Ended: // the person wants to come back
		s.state = Offline
	}
}

// Refusal is the code why the last Login or Register failed, such as "bad-credentials" or "name-taken"; empty if it did not.
func (s *Session) Refusal() string { return s.login.refusal }

// Patience is how long to wait before the next try, if the server has said so when it refused the last one.
func (s *Session) Patience() time.Duration { return s.login.patience }

// loginRefused decides whether to try again, or to ask the person.
func (s *Session) loginRefused(r protocol.Reply, do string) {
	l, code := &s.login, codeOf(r)
	s.reason = r.Text
	switch {
	case do == "register" && code == protocol.Unsure:
		l.doubt = true
		s.enter() // shows whether the account was made
	case l.doubt && do == "login" && code == protocol.BadCredentials:
		l.doubt = false
		s.enter() // it was not
	case passing(code) && (l.given || l.proven || l.doubt):
		l.retry = s.now.Add(retryOf(r))
	case code == protocol.Banned:
		s.end()
		s.wire.hangUp = true
	default:
		l.refusal = string(code)
		l.patience = time.Duration(max(0, min(numberOf(r, "retry"), 3600))) * time.Second
		l.tokenRefused = code == protocol.BadCredentials && isToken(l.secret)
		l.known = false
		s.state = Entering
	}
}

// isToken reports whether a secret looks like a token. Nothing but what is asked of the person depends on it.
func isToken(secret string) bool { return strings.HasPrefix(secret, "parley_") }

// entered takes the answer to a login. What is on the screen stays if the account is the same.
func (s *Session) entered(r protocol.Reply) {
	name := valueOf(r, "name")
	again := s.account != "" && key(s.account) == key(name) && r.Word == "login"
	if s.account != "" && !again {
		s.forget()
	}
	s.account = name
	s.login.known, s.login.proven, s.login.register, s.login.doubt, s.login.refusal = s.login.secret != "", true, false, false, ""
	s.reason, s.pause.online, s.in = "", s.now, true
	if expired := numberOf(r, "expired"); expired > 0 {
		s.notice(s.here(), s.say("%d messages waited for you too long and were removed.", expired))
	}
	if again {
		s.catchUp()
		return
	}
	s.mark, s.caught = numberOf(r, "last"), true
	s.online(false)
}

// online is when everything was heard that there is. Again means that what was missed was caught up with.
func (s *Session) online(again bool) {
	s.state = Online
	if !again {
		s.askRooms()
	}
	if s.shown != nil {
		s.look(s.shown)
	}
	s.askPeople(again)
	s.askWords()
}

// loggedOut leaves nothing of the account on the screen.
func (s *Session) loggedOut() {
	s.forget()
	s.login, s.in = login{}, false
	s.state = Entering
}

// WantToken asks the server for a token, which comes by Token. A session that came in by a token gets none.
func (s *Session) WantToken(note string, holds time.Duration) {
	line := strings.TrimRight(fmt.Sprintf("/token for=%ds %s", int64(holds/time.Second), note), " ")
	s.command(line, nil, func(r protocol.Reply) {
		if r.Sigil == protocol.Done {
			s.token = valueOf(r, "secret")
		} else {
			s.notice(s.here(), s.say("You are not kept logged in on this computer: %s", r.Text))
		}
	})
}

// Token takes the token that was asked for, if it has come.
func (s *Session) Token() (secret string, ok bool) {
	secret, s.token = s.token, ""
	return secret, secret != ""
}

// TokenRefused reports once that the login was by a token, which is good for nothing any more.
func (s *Session) TokenRefused() bool {
	refused := s.login.tokenRefused
	s.login.tokenRefused = false
	return refused
}

// prompted takes the server's question for a password.
func (s *Session) prompted(r protocol.Reply) {
	for _, a := range s.wire.asks {
		if a.tag == r.Tag {
			s.wire.prompter, s.wire.asked, s.wire.question = a, true, r.Text
		}
	}
}

// Prompt reports whether the server waits for a password, and how it asks for it. Answer gives it.
func (s *Session) Prompt() (question string, asked bool) { return s.wire.question, s.wire.asked }

// Answer gives the password that the server waits for; an empty one has the command fail.
func (s *Session) Answer(secret string) {
	if !s.wire.asked {
		return
	}
	secret = strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return -1
		}
		return r
	}, secret)
	s.wire.asked, s.wire.question, s.login.answer = false, "", secret
	s.wire.out = append(s.wire.out, secret)
}
