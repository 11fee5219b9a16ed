package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"parley/protocol"
	"parley/server/cmd/parley/internal/client/session"
)

// sessionPlayer is a person at a session whose connection is cut now and then.
type sessionPlayer struct {
	run    *sessionPlay
	name   string
	random *rand.Rand
	s      *session.Session

	conn    net.Conn
	heard   chan string       // closed when the connection has ended
	asked   int               // so many lines are sent on it and not answered yet
	left    int               // so many bytes may still be sent, then it is cut; below 0: all
	things  int               // that are still to be done
	said    map[string]string // each text, and where
	leaving bool              // and the answer to that is still to come
	cuts    int
	doubts  int
	over    bool
}

func newSessionPlayer(run *sessionPlay, name string, random *rand.Rand) *sessionPlayer {
	key := 0
	p := &sessionPlayer{run: run, name: name, random: random, things: thingsDone, said: map[string]string{}}
	mark := random.Uint64()
	p.s = session.New(session.Options{Name: name, Secret: run.secrets[name], Key: func() string {
		key++
		return fmt.Sprintf("%x-%d", mark, key)
	}})
	return p
}

// play goes on until the end was said, and everything was read.
func (p *sessionPlayer) play() {
	always := make(chan struct{})
	close(always)
	settled := false
	for {
		if p.conn == nil {
			p.connect()
		}
		p.send()
		if p.s.State() == session.Entering {
			p.leaving = false
			p.s.Login(p.name, p.run.secrets[p.name])
			continue
		}
		var may chan struct{}
		if p.s.State() == session.Online && p.things > 0 && len(p.s.Unsent()) < 4 && !p.leaving {
			may = always
		}
		if !settled && p.things == 0 && p.isQuiet() && len(p.s.Unsent()) == 0 {
			settled = true
			p.run.settled <- p
		}
		if settled && p.readAll() {
			p.conn.Close()
			for range p.heard { // so that nothing is left that reads
			}
			p.run.ended <- p
			return
		}
		p.next(may)
	}
}

// isQuiet reports whether the session is online, and all that it has asked and been told to do is answered.
func (p *sessionPlayer) isQuiet() bool { return p.s.State() == session.Online && p.asked == 0 }

// next is the next thing that happens.
func (p *sessionPlayer) next(may chan struct{}) {
	wake := make(<-chan time.Time)
	if at := p.s.Wake(); !at.IsZero() {
		wake = time.After(time.Until(at))
	}
	select {
	case line, ok := <-p.heard:
		if ok {
			p.hear(line)
			return
		}
		p.cuts++
		p.conn.Close()
		p.conn, p.leaving = nil, false
		p.s.Lost("the connection was cut", time.Now())
	case <-may:
		p.s.Tick(time.Now())
		p.do()
		p.things--
		p.run.did <- struct{}{}
	case <-wake:
		p.s.Tick(time.Now())
	}
}

func (p *sessionPlayer) hear(line string) {
	if r, err := protocol.ParseReply([]byte(line)); err == nil && (r.Sigil == protocol.Done || r.Sigil == protocol.Failed) {
		p.asked--
	}
	p.s.Heard(line, time.Now())
}

// connect opens a connection that is cut behind so many bytes, in one of the directions.
func (p *sessionPlayer) connect() {
	conn, err := p.run.dial()
	if err != nil {
		panic(err) // there is always a server
	}
	read := -1
	p.left = -1
	switch {
	case p.things == 0:
	case p.random.IntN(2) == 0:
		p.left = p.random.IntN(1500)
	default:
		read = p.random.IntN(9000)
	}
	p.conn, p.heard, p.asked = conn, make(chan string), 0
	go readLines(conn, read, p.heard)
	for _, u := range p.s.Unsent() {
		if u.Fate == session.Unsure {
			p.doubts++
		}
	}
	p.s.Connected(time.Now())
}

// readLines reads lines, up to so many bytes.
func readLines(conn net.Conn, most int, lines chan<- string) {
	defer close(lines)
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadString('\n')
		if most >= 0 {
			if most -= len(line); most < 0 {
				return
			}
		}
		if err != nil {
			return
		}
		lines <- strings.TrimRight(line, "\r\n")
	}
}

// send sends what the session wants to be sent.
func (p *sessionPlayer) send() {
	if p.conn == nil {
		return
	}
	for _, line := range p.s.Outgoing() {
		p.asked++
		line += "\n"
		if p.left >= 0 && len(line) > p.left {
			_, _ = p.conn.Write([]byte(line[:p.left]))
			_ = p.conn.(*net.TCPConn).SetLinger(0)
			p.conn.Close()
			return
		}
		if p.left >= 0 {
			p.left -= len(line)
		}
		if _, err := p.conn.Write([]byte(line)); err != nil {
			return // the reader sees it, too
		}
	}
	if p.s.Hangup() {
		p.conn.Close()
	}
}

// do does something.
func (p *sessionPlayer) do() {
	p.s.Thread("#lobby")
	threads := p.s.Threads()
	t := threads[p.random.IntN(len(threads))]
	line := ""
	switch p.random.IntN(15) {
	case 0:
		p.s.Show(t)
	case 1:
		p.s.Older(t)
	case 2, 13:
		line = "/join #den"
	case 3, 14:
		line = "/leave #den"
	case 4:
		line = []string{"/who", "/rooms all", "/history 3", "/topic tea time", "/help"}[p.random.IntN(5)]
	case 12:
		if p.random.IntN(4) == 0 {
			line, p.leaving = "/logout", true
		}
	case 5, 6:
		to := []string{"alice", "BOB", "carol", "#tea", "#den", "#cellar"}[p.random.IntN(6)]
		line = "/msg " + to + " " + p.text(to)
	default:
		line = p.text(t.Name)
	}
	if line != "" {
		if err := p.s.Enter(t, line); err != nil {
			p.run.t.Errorf("%s can't say %q in %s: %v", p.name, line, t.Name, err)
		}
	}
	if t := p.s.Goto(); t != nil {
		p.s.Show(t)
	}
}

// text is what nobody has said before.
func (p *sessionPlayer) text(to string) string {
	text := fmt.Sprintf("%s %x %d%s", p.name, p.random.Uint64(), len(p.said), strings.Repeat("…", p.random.IntN(30)))
	p.said[text] = to
	return text
}

// readAll asks for all that was said once the end was heard, and reports whether it has it.
func (p *sessionPlayer) readAll() bool {
	if !p.isQuiet() {
		return false
	}
	p.s.Tick(time.Now())
	threads := p.s.Threads()
	for _, l := range p.s.Thread("#lobby").Lines {
		p.over = p.over || l.Text == theEnd
	}
	if !p.over {
		return false
	}
	all := true
	for _, t := range threads {
		if t.Room && !t.Member || t.Beginning {
			continue
		}
		all = false
		p.s.Show(t)
		p.s.Older(t)
		p.send()
		break
	}
	return all
}
