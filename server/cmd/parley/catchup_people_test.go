package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// speaker says something each time that a bot wants to hear more, and notes what was acknowledged.
type speaker struct {
	run  *catchUpRun
	name string
	conn net.Conn // nil: there is none at the moment
	in   *bufio.Reader
}

// promise is what was acknowledged: a text, and who must have it. An empty bot means all.
type promise struct{ what, text, bot string }

// promises are those of all people.
type promises struct {
	mu   sync.Mutex
	list []promise
	said int
}

func (p *promises) next() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said++
	return p.said
}

func (p *promises) add(one promise) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, one)
}

// talk talks until the cuts are over.
func (p *speaker) talk() {
	defer p.hangUp()
	for {
		select {
		case bot := <-p.run.wanted:
			p.speak(p.run.said.next(), bot)
		case <-p.run.over:
			return
		}
	}
}

// speak says message number n, which the bot must read. If the connection breaks first nobody knows whether it was kept, and it isn't said again.
func (p *speaker) speak(n int, bot string) {
	line, made := "", promise{text: fmt.Sprintf("m%d", n)}
	if n%3 == 0 {
		made.text += " " + bot + "?"
	}
	switch n % 32 % 6 {
	case 0, 1:
		made.what, line = "all", "/all "+made.text
	case 2:
		made.what, line = "say", "/msg #tea "+made.text
	case 3:
		made.what, line = "say", "/msg #cellar "+made.text
	default:
		made.what, made.bot, line = "msg", bot, "/msg "+bot+" "+made.text
	}
	if n%32 == 5 {
		room := fmt.Sprintf("#room%d", n)
		made, line = promise{"invite", room, bot}, "/invite "+room+" "+bot
		if !p.says("/join " + room) {
			return
		}
	}
	if p.says(line) {
		p.run.said.add(made)
	}
}

// says reports whether a line was acknowledged.
func (p *speaker) says(line string) bool {
	if p.conn == nil && !p.enter() {
		return false
	}
	return p.ask(line)
}

func (p *speaker) enter() bool {
	var err error
	if p.conn, err = p.run.dial(); err != nil {
		p.conn = nil
		return false
	}
	p.in = bufio.NewReader(p.conn)
	return p.ask("/login " + p.name + " " + p.run.secrets[p.name])
}

func (p *speaker) ask(line string) bool {
	_ = p.conn.SetDeadline(time.Now().Add(soon))
	_, err := fmt.Fprintf(p.conn, "%s\n", line)
	for err == nil {
		var answer string
		answer, err = p.in.ReadString('\n')
		switch {
		case err != nil:
		case strings.HasPrefix(answer, "+ "):
			return true
		case strings.HasPrefix(answer, "- "):
			p.run.t.Errorf("%s says %q and is answered %q", p.name, line, answer)
			return false
		}
	}
	p.hangUp()
	return false
}

func (p *speaker) hangUp() {
	if p.conn != nil {
		p.conn.Close()
		p.conn = nil
	}
}
