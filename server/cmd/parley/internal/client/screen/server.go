package screen

import (
	"context"
	"crypto/tls"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/server/cmd/parley/internal/client/form"
	"parley/server/cmd/parley/internal/client/link"
	"parley/server/cmd/parley/internal/client/session"
)

// Server is one server that somebody talks on.
type Server struct {
	Name    string      // how the person calls it
	Address string      // as link.Resolve has made it
	TLS     *tls.Config // nil: a plain connection
	// Account logs in at once, if there is a Secret: a password, or a token.
	Account, Secret string
	SecretIsToken   bool
	// Keep keeps a token for the next time, and Kept says where, as a phrase in a question: "your keyring". If Keep is nil nobody is asked.
	Keep func(account, token string) error
	Kept string
	// Trouble is why what was kept could not be used, a sentence that is shown where a password is asked for. It may be empty.
	Trouble string
	// Forget removes what Keep has kept. It may be nil.
	Forget func() error
}

// server is a Server while the screen is open: what is had of it, and the connection to it.
type server struct {
	Server
	session *session.Session
	link    *link.Link  // nil: there is none
	out     chan string // what the link is to send; closed when nothing more is said
	dialing bool
	reached bool // there was a connection

	enter *form.Enter // asks who somebody is; nil: it is known
	typed bool        // the login is by what was typed, so that a token may be kept
	keep  *form.Keep  // asks whether that is to be done

	keepAsked bool // once is enough

	draft string // what was typed while nobody was logged in
}

const (
	outAhead  = 4096                  // lines that a server may leave untaken before the connection is given up
	mostHeard = 4096                  // lines that are taken at once
	gathering = 10 * time.Millisecond // how long lines are gathered before they are drawn
)

// dialed tells how an attempt to connect has ended.
type dialed struct {
	server *server
	link   *link.Link
	err    error
}

// heard has what came over a link.
type heard struct {
	server *server
	link   *link.Link
	lines  []string
	ended  bool
}

// dial connects.
func (s *server) dial(ctx context.Context) tea.Cmd {
	s.dialing = true
	return func() tea.Msg {
		l, err := link.Dial(ctx, s.Address, s.TLS)
		return dialed{s, l, err}
	}
}

// stand begins with a new connection.
func (s *server) stand(l *link.Link, now time.Time) tea.Cmd {
	s.link, s.out, s.reached = l, make(chan string, outAhead), true
	s.session.Connected(now)
	go say(l, s.out)
	return s.listen(l)
}

// say sends lines in their order, until there are no more.
func say(l *link.Link, out <-chan string) {
	for line := range out {
		if l.Send(line) != nil {
			l.Close()
			return
		}
	}
	l.Part()
}

// listen waits for lines. Those that come close together are taken together, so that a flood is not drawn line by line.
func (s *server) listen(l *link.Link) tea.Cmd {
	return func() tea.Msg {
		line, more := <-l.Lines
		if !more {
			return heard{server: s, link: l, ended: true}
		}
		h := heard{server: s, link: l, lines: []string{line}}
		enough := time.After(gathering)
		for len(h.lines) < mostHeard {
			select {
			case line, more := <-l.Lines:
				if !more {
					h.ended = true
					return h
				}
				h.lines = append(h.lines, line)
			case <-enough:
				return h
			}
		}
		return h
	}
}

// flush hands to the link what the session has to say.
func (s *server) flush() {
	for _, line := range s.session.Outgoing() {
		if s.out == nil {
			continue
		}
		select {
		case s.out <- line:
		default:
			s.hangUp() // it takes nothing
		}
	}
}

// hangUp ends the connection; that it has ended is heard soon.
func (s *server) hangUp() {
	if s.link != nil {
		s.link.Close()
	}
	if s.out != nil {
		close(s.out)
		s.out = nil
	}
}

// part says the last word, if the server would not take it for a password.
func (s *server) part() {
	if s.out == nil {
		return
	}
	if _, asked := s.session.Prompt(); !asked {
		select {
		case s.out <- "/quit":
		default:
		}
	}
	close(s.out)
	s.out = nil
}
