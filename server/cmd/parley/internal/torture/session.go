package torture

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"syscall"
	"time"

	"parley/protocol"
)

// session is one connection of a client. A goroutine of its own reads it to its end, so that nothing that the kernel has
// acknowledged is left unread. The methods are for the client's goroutine.
type session struct {
	who    string
	run    int // of the server that it is connected to
	conn   *net.TCPConn
	ledger *ledger
	eyes   *gate         // shut while the client is frozen
	done   chan struct{} // closed when nothing more will be read

	mu      sync.Mutex // guards what follows
	tags    int
	unsaid  map[string]*sent      // what was said and not answered, by tag
	asked   map[string]chan reply // what was asked and not answered
	rows    []protocol.Reply      // of the answer that is being read
	sitting *sitting              // from the login on
	late    int                   // messages out of the inbox
	rest    []byte                // of a line
}

// reply is the answer to a question.
type reply struct {
	protocol.Reply
	rows []protocol.Reply
}

func newSession(who string, run int, conn *net.TCPConn, l *ledger) *session {
	s := &session{who: who, run: run, conn: conn, ledger: l, eyes: newGate(), done: make(chan struct{}),
		unsaid: map[string]*sent{}, asked: map[string]chan reply{}}
	go s.read()
	return s
}

func (s *session) read() {
	defer close(s.done)
	buf := make([]byte, 16<<10)
	for {
		s.eyes.wait()
		n, err := s.conn.Read(buf)
		s.input(buf[:n])
		if err != nil {
			s.ledger.tell("%s's connection %s ends: %v", s.who, s.conn.LocalAddr(), err)
			return
		}
	}
}

// input takes what was read. A line without its end did not arrive.
func (s *session) input(in []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = append(s.rest, in...)
	for {
		line, rest, found := bytes.Cut(s.rest, []byte("\n"))
		if !found {
			return
		}
		s.rest = rest
		r, err := protocol.ParseReply(line)
		if err != nil {
			s.ledger.note(Breach{Stranger, fmt.Sprintf("%s was sent %q, which is no line of the protocol", s.who, clip(string(line)))})
			continue
		}
		s.line(r)
	}
}

func (s *session) line(r protocol.Reply) {
	switch r.Sigil {
	case protocol.Notice:
		s.event(r)
	case protocol.Row:
		s.rows = append(s.rows, r)
	case protocol.Done, protocol.Failed:
		s.answered(r)
	case protocol.Closing:
		s.ledger.tell("%s is told %s", s.who, r.Word)
	}
}

func (s *session) event(r protocol.Reply) {
	if s.sitting == nil || len(r.Fields) == 0 {
		return
	}
	m := seen{from: r.Fields[0], text: r.Text}
	switch _, own := r.Key("to"); {
	case r.Word == "all":
		s.ledger.saw(s.sitting, m)
	case r.Word == "msg" && !own && len(r.Fields) > 1:
		m.number, _ = strconv.ParseInt(r.Fields[1], 10, 64)
		s.ledger.saw(s.sitting, m)
		if _, late := r.Key("at"); late {
			s.late++
		}
	}
}

func (s *session) answered(r protocol.Reply) {
	rows := s.rows
	s.rows = nil
	if said := s.unsaid[r.Tag]; said != nil {
		delete(s.unsaid, r.Tag)
		if number, code, ok := outcome(r); ok {
			s.ledger.answer(said, number, code)
		} else {
			s.ledger.note(Breach{Stranger, fmt.Sprintf("%s was answered %+v", describe(said), r)})
		}
	}
	if question := s.asked[r.Tag]; question != nil {
		delete(s.asked, r.Tag)
		if r.Sigil == protocol.Done && (r.Word == "login" || r.Word == "register") {
			s.sitting = s.ledger.sit(s.who)
		}
		question <- reply{r, rows}
	}
}

// outcome reads the answer to something said.
func outcome(r protocol.Reply) (number int64, code string, ok bool) {
	fields := r.Fields
	switch {
	case r.Sigil == protocol.Failed && len(fields) > 0:
		return 0, fields[0], true
	case r.Word == "msg" && len(fields) > 1:
		fields = fields[1:]
	case r.Word != "all" || len(fields) == 0:
		return 0, "", false
	}
	number, err := strconv.ParseInt(fields[0], 10, 64)
	return number, "", err == nil && number > 0
}

var errOver = errors.New("the session is over")

// say says something without waiting for the answer.
func (s *session) say(m *sent) error {
	m.run = s.run
	command := "/msg " + m.to
	if m.to == lobby {
		command = "/all"
	}
	s.mu.Lock()
	tag := s.tag()
	s.unsaid[tag] = m
	s.mu.Unlock()
	s.ledger.ask(m)
	return s.write("#" + tag + " " + command + " " + m.text)
}

// ask gives a command and waits for its answer.
func (s *session) ask(command string) (reply, error) {
	answer := make(chan reply, 1)
	s.mu.Lock()
	tag := s.tag()
	s.asked[tag] = answer
	s.mu.Unlock()
	if err := s.write("#" + tag + " " + command); err != nil {
		return reply{}, err
	}
	select {
	case r := <-answer:
		return r, nil
	case <-s.done:
		return reply{}, errOver
	}
}

func (s *session) tag() string {
	s.tags++
	return strconv.Itoa(s.tags)
}

// write sends a line. What can't be sent before long is the end of what this client says.
func (s *session) write(line string) error {
	_ = s.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	_, err := s.conn.Write([]byte(line + "\r\n"))
	return err
}

// waiting is how many answers to what was said are due, and how many messages have come out of the inbox.
func (s *session) waiting() (unanswered, late int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.unsaid), s.late
}

// over reports whether nothing more will be read.
func (s *session) over() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// freeze stops reading for a while.
func (s *session) freeze(lasts time.Duration) {
	s.eyes.close()
	time.AfterFunc(lasts, s.eyes.open)
}

// leave half-closes the connection and returns when all that the server had to say was read.
func (s *session) leave() {
	_ = s.conn.CloseWrite()
	<-s.done
	s.conn.Close()
}

// abandon reads what has arrived and is gone without a word. It belongs behind a pulled cable only: elsewhere more would arrive,
// and be acknowledged by the kernel, between the last read and the end.
func (s *session) abandon() {
	s.eyes.open()
	_ = s.conn.SetReadDeadline(time.Unix(1, 0))
	<-s.done
	_ = s.conn.SetReadDeadline(time.Time{})
	for n := 1; n > 0; {
		buf := make([]byte, 64<<10)
		n = readWaiting(s.conn, buf)
		s.input(buf[:max(0, n)])
	}
	_ = s.conn.SetLinger(0)
	s.conn.Close()
}

// readWaiting reads what the kernel has, and no more: 0 or less when there is nothing.
func readWaiting(c *net.TCPConn, buf []byte) (n int) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Read(func(fd uintptr) bool {
		n, _ = syscall.Read(int(fd), buf)
		return true
	})
	return n
}
