package torture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"parley/protocol"
)

// session is one connection of a client. A goroutine of its own reads it to its end, so that nothing that the kernel has
// acknowledged is left unread. The methods are for the client's goroutine.
type session struct {
	log     *connLog
	history *history
	node    *process
	link    *link
	stream  stream
	reached func() int    // counts when the client's way to the server was closed and opened
	before  int           // what reached returned at first
	done    chan struct{} // closed when nothing more will be read

	mu    sync.Mutex // guards what follows
	tags  int
	owed  map[string]*question // by tag
	rows  []protocol.Reply     // of the answer that is being read
	login bool                 // it is logged in
	in    map[string]bool      // the rooms that it was shown to be in
	rest  []byte               // of a line
}

// question is a command that waits for its answer.
type question struct {
	request *request
	reply   chan reply // holds one
}

// reply is an answer.
type reply struct {
	protocol.Reply
	rows []protocol.Reply
}

func newSession(c *connLog, h *history, node *process, l *link, s stream, reached func() int) *session {
	n := &session{log: c, history: h, node: node, link: l, stream: s, reached: reached, before: reached(),
		done: make(chan struct{}), owed: map[string]*question{}, in: map[string]bool{}}
	go n.read()
	return n
}

func (s *session) read() {
	defer close(s.done)
	buf := make([]byte, 16<<10)
	for {
		n, err := s.stream.Read(buf)
		s.input(buf[:n])
		if err == nil {
			continue
		}
		if s.reached() != s.before {
			s.history.trouble(s.log)
		}
		if err == io.EOF && !s.link.leaving.Load() {
			s.history.end(s.log)
		}
		s.history.tell("%s's connection %s ends: %v", s.log, s.link.LocalAddr(), err)
		return
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
			s.history.notice(Breach{Stranger, fmt.Sprintf("%s was sent %q, which is no line of the protocol", s.log, clip(string(line)))})
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
		s.history.close(s.log, r.Word)
	}
}

func (s *session) event(r protocol.Reply) {
	if !s.login || len(r.Fields) == 0 {
		return
	}
	m := seen{from: r.Fields[0], text: r.Text}
	if r.Word == "all" {
		s.history.read(s.log, lobbyLine, m)
		return
	}
	if len(r.Fields) < 2 {
		return
	}
	if r.Word != "msg" {
		s.roomEvent(r)
		return
	}
	m.number, _ = strconv.ParseInt(r.Fields[1], 10, 64)
	m.at, _ = r.Key("at")
	kind := privateLine
	if to, ok := r.Key("to"); ok {
		m.to, kind = to, copyLine
	}
	s.history.read(s.log, kind, m)
}

func (s *session) answered(r protocol.Reply) {
	rows := s.rows
	s.rows = nil
	q := s.owed[r.Tag]
	if q == nil {
		s.history.notice(Breach{Unanswered, fmt.Sprintf("%s read an answer that nothing waits for: %+v", s.log, r)})
		return
	}
	delete(s.owed, r.Tag)
	switch {
	case q.request.message != nil:
		s.outcome(q.request, r)
	case q.request.change != nil:
		s.changed(q.request, r)
	case s.login:
		s.history.answer(s.log, q.request, 0, "", 0)
	}
	if r.Sigil == protocol.Done && (r.Word == "login" || r.Word == "register") {
		s.login = true
		s.history.loggedIn(s.log, number(r, "waiting"), number(r, "expired"))
	}
	q.reply <- reply{r, rows}
}

// number returns the value of a key, 0 if it is not there.
func number(r protocol.Reply, key string) int {
	text, _ := r.Key(key)
	n, _ := strconv.Atoi(text)
	return n
}

// outcome notes the answer to something said.
func (s *session) outcome(q *request, r protocol.Reply) {
	fields, word := r.Fields, "all"
	if q.message.to != lobby {
		word = "msg"
	}
	switch {
	case r.Word != word || len(fields) == 0:
	case r.Sigil == protocol.Failed:
		s.history.answer(s.log, q, 0, fields[0], 0)
		s.refused(q.message.to, fields[0])
		return
	case word == "msg" && (len(fields) < 2 || fields[0] != q.message.to):
	case !q.message.inRoom() && (len(fields) < 3 || !strings.HasPrefix(fields[2], "sent=") && fields[2] != "stored"):
	default:
		if word == "msg" {
			fields = fields[1:]
		}
		if kept, err := strconv.ParseInt(fields[0], 10, 64); err == nil && kept > 0 {
			s.history.answer(s.log, q, kept, "", number(r, "sent"))
			return
		}
	}
	s.history.notice(Breach{Stranger, fmt.Sprintf("%s was answered %+v for %q", s.log, r, clip(q.text))})
}

// patienceForAnswer is longer than all that can keep an answer from a client: a store that stalls, packets that are dropped, the client's own freeze.
const patienceForAnswer = time.Minute

var errOver = errors.New("the session is over")

// say says something without waiting for the answer.
func (s *session) say(m *message) error {
	_, err := s.send(saying(m))
	return err
}

// saying is the request that says a message.
func saying(m *message) *request { return &request{text: sayCommand(m), message: m} }

// sayCommand is the command that says a message.
func sayCommand(m *message) string {
	if m.to == lobby {
		return "/all " + m.text
	}
	return "/msg " + m.to + " " + m.text
}

// ask gives a command that neither says nor changes anything, and waits for its answer.
func (s *session) ask(command string) (reply, error) { return s.wait(&request{text: command}) }

// wait sends a request and waits for its answer.
func (s *session) wait(about *request) (reply, error) {
	q, err := s.send(about)
	if err != nil {
		return reply{}, err
	}
	select {
	case r := <-q.reply:
		return r, nil
	case <-s.done:
	case <-time.After(patienceForAnswer):
		s.history.notice(Breach{Unanswered, fmt.Sprintf("%s waits for the answer to %q for %s", s.log, clip(about.text), patienceForAnswer)})
	}
	select {
	case r := <-q.reply:
		return r, nil
	default:
		return reply{}, errOver
	}
}

func (s *session) send(about *request) (*question, error) {
	s.history.request(s.log, about)
	q := &question{request: about, reply: make(chan reply, 1)}
	s.mu.Lock()
	s.tags++
	tag := strconv.Itoa(s.tags)
	s.owed[tag] = q
	s.mu.Unlock()
	return q, s.write("#" + tag + " " + about.text)
}

// write sends a line. What can't be sent before long is the end of what this client says.
func (s *session) write(line string) error {
	_ = s.stream.SetWriteDeadline(time.Now().Add(5 * time.Second))
	_, err := s.stream.Write([]byte(line + "\r\n"))
	if err != nil {
		s.history.trouble(s.log) // the line may not have gone out
	}
	return err
}

// unanswered is how many answers are due.
func (s *session) unanswered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.owed)
}

// freeze stops reading for a while.
func (s *session) freeze(lasts time.Duration) {
	s.history.trouble(s.log)
	s.link.gate.close()
	time.AfterFunc(lasts, s.link.gate.open)
}

// leave half-closes the connection and returns when all that the server had to say was read.
func (s *session) leave() {
	s.history.leave(s.log)
	_ = s.stream.CloseWrite()
	<-s.done
	s.link.Close()
}

// abandon reads what has arrived and is gone without a word. The client must be cut off: otherwise more could arrive, and be
// acknowledged by the kernel, between the last read and the end.
func (s *session) abandon() {
	s.link.abandon()
	<-s.done
	_ = s.link.SetLinger(0)
	s.link.Close()
}
