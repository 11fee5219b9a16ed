package torture

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// message is something that a client said, and what it was told about it.
type message struct {
	from, to string // accounts; to may be a room
	text     string // unique in a run
	log      *connLog
	asked    time.Time // before it was sent
	answered time.Time // after the answer was read; zero if it never was
	number   int64     // if it was kept
	code     string    // if it was refused
	sessions int       // what "sent=" said; 0 for "stored"
}

// unsure is the code of what was kept or not: at the time of the answer nobody knew.
const unsure = "unsure"

func (m *message) kept() bool    { return m.number > 0 }
func (m *message) refused() bool { return m.code != "" && m.code != unsure }

// open reports whether the message may have been kept or not, for all that its author was told.
func (m *message) open() bool { return m.answered.IsZero() || m.code == unsure }

// seen is a message as a client has read it.
type seen struct {
	from, text string // of a joinLine or leaveLine only who it is
	number     int64  // 0 in events of rooms, which have none
	at         string // the value of "at="; empty if it was not there
	to         string // the value of "to=", in copies of what another session said
	room       string // of a roomLine, joinLine or leaveLine
}

// lineKind says what a client has read.
type lineKind int

const (
	answerLine  lineKind = iota // the end of an answer
	privateLine                 // a private message to this account
	copyLine                    // a private message that another session of the account said
	lobbyLine                   // something said in the lobby
	roomLine                    // something said in another room
	joinLine                    // somebody is in a room now
	leaveLine                   // somebody is not any more
)

// line is a line that a client has read after its login.
type line struct {
	kind    lineKind
	at      time.Time
	seen    seen     // of all but answers
	request *request // of answers
}

// request is a command that a client has sent.
type request struct {
	text     string
	message  *message // if it says something
	change   *change  // if it changes who is in a room
	answered bool
}

// connLog is all that happened on one connection, as its client saw it.
type connLog struct {
	id       int // from 0
	user     string
	epoch    int       // which start of a node it is connected to
	asked    time.Time // before the login was sent; zero if it never was
	loggedIn time.Time // after its answer was read; zero if it never was
	waiting  int       // as the answer to the login said
	expired  int
	requests []*request // those sent after the login, in order
	lines    []line     // those read after the login, in order
	leaving  bool       // the client said /quit or ended its input, and meant to read all that followed
	troubled bool       // it did not read for a while, or its packets did not get through
	ended    time.Time  // the server's end of the connection was read; zero if it never was
	closing  string     // the word of the closing line, if there was one
	closed   time.Time  // when that was read
}

// history is all that clients have said, been told and seen. It may be used from any goroutine until it is checked.
type history struct {
	mu       sync.Mutex
	messages []*message
	changes  []*change
	logs     []*connLog
	readings []*reading
	glimpses []glimpse
	listings []*listing
	newest   map[string]int64 // the highest number up to which a room's history has been read
	due      map[string]int   // messages said in a room since its history was last read
	epochs   map[int]*epoch
	shared   bool // nodes share the store, so that what one knows another one may know, too
	troubles []*disturbance
	backups  []*backupLog
	noticed  []Breach // what a client has noticed by itself
	done     map[fault]int
	inbox    int       // how many messages an inbox holds
	diary    io.Writer // all of it, a line each as it happened, to find out how a breach came about
}

func newHistory(inbox int, diary io.Writer) *history {
	return &history{newest: map[string]int64{}, due: map[string]int{}, epochs: map[int]*epoch{}, done: map[fault]int{}, inbox: inbox, diary: diary}
}

// clock is how times are shown.
const clock = "15:04:05.000"

// write adds a line to the diary. The caller holds the lock.
func (h *history) write(format string, args ...any) {
	fmt.Fprintf(h.diary, time.Now().Format(clock)+" "+format+"\n", args...)
}

// tell adds a line to the diary.
func (h *history) tell(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.write(format, args...)
}

// count notes that a fault was done, and to whom or for how long.
func (h *history) count(f fault, how string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done[f]++
	h.write("%s: %s", f, how)
}

// notice keeps a breach that needs no further proof.
func (h *history) notice(b Breach) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.noticed = append(h.noticed, b)
	h.write("%s: %s", b.Kind, b.Evidence)
}

// soFar returns what has been noticed.
func (h *history) soFar() []Breach {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.noticed)
}

// connect begins the log of a connection.
func (h *history) connect(user string, epoch int) *connLog {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := &connLog{id: len(h.logs), user: user, epoch: epoch}
	h.logs = append(h.logs, c)
	return c
}

// login notes that a login is about to be sent.
func (h *history) login(c *connLog) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.asked = time.Now()
}

// loggedIn notes what the answer to the login said.
func (h *history) loggedIn(c *connLog, waiting, expired int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.loggedIn, c.waiting, c.expired = time.Now(), waiting, expired
	h.write("%s is logged in to start %d, %d wait, %d expired", c, c.epoch, waiting, expired)
}

// request notes that a command is about to be sent.
func (h *history) request(c *connLog, r *request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.loggedIn.IsZero() {
		return
	}
	c.requests = append(c.requests, r)
	if m := r.message; m != nil {
		m.log, m.asked = c, time.Now()
		h.messages = append(h.messages, m)
		h.due[roomOf(m)]++
		h.write("%s says %s to %s", c, clip(m.text), nameOf(m.to))
	}
	if ch := r.change; ch != nil {
		ch.log, ch.asked = c, time.Now()
		h.changes = append(h.changes, ch)
		h.write("%s asks %s", c, r.text)
	}
}

// answer notes that the end of an answer was read; of a message number, or code if it was refused, and "sent=".
func (h *history) answer(c *connLog, r *request, number int64, code string, sessions int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	r.answered = true
	c.lines = append(c.lines, line{kind: answerLine, at: now, request: r})
	if m := r.message; m != nil {
		m.answered, m.number, m.code, m.sessions = now, number, code, sessions
		h.write("%s is answered for %s: %d %s sent=%d", c, clip(m.text), number, code, sessions)
	}
	if ch := r.change; ch != nil {
		ch.answered, ch.code = now, code
		h.write("%s is answered for %s: %s", c, r.text, cmp.Or(code, "done"))
	}
}

// read notes an event that was read after the login.
func (h *history) read(c *connLog, kind lineKind, s seen) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := line{kind: kind, at: time.Now(), seen: s}
	c.lines = append(c.lines, l)
	h.write("%s shows %s", c, l)
}

// leave notes that the client wants no more than what is on its way.
func (h *history) leave(c *connLog) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.leaving = true
}

// trouble notes that for a while the client does not read, or is not reached.
func (h *history) trouble(c *connLog) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.troubled = true
}

// close notes the word of a closing line.
func (h *history) close(c *connLog, word string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.closing, c.closed = word, time.Now()
	h.write("%s is told ! %s", c, word)
}

// end notes that the end of the connection was read.
func (h *history) end(c *connLog) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.ended = time.Now()
	h.write("%s has ended", c)
}

// conversation names the room of two users.
func conversation(a, b string) string {
	if a > b {
		a, b = b, a
	}
	return a + " " + b
}

// roomOf names the room that a message belongs to.
func roomOf(m *message) string {
	if m.inRoom() {
		return m.to
	}
	return conversation(m.from, m.to)
}

// nameOf shows the name of a room, or of whom a message is for.
func nameOf(name string) string {
	if name == lobby {
		return "the lobby"
	}
	return name
}

func (c *connLog) String() string { return fmt.Sprintf("%s's session %d", c.user, c.id) }

func (s seen) String() string { return fmt.Sprintf("%d %q by %s", s.number, clip(s.text), s.from) }

func (l line) String() string {
	switch l.kind {
	case joinLine:
		return l.seen.from + " join " + l.seen.room
	case leaveLine:
		return l.seen.from + " leave " + l.seen.room
	}
	return l.seen.String()
}

func (m *message) String() string {
	return fmt.Sprintf("%q from %s to %s (%d, said %s in %s, start %d)",
		clip(m.text), m.from, nameOf(m.to), m.number, m.asked.Format(clock), m.log, m.log.epoch)
}

// clip leaves of a text what tells it from others.
func clip(text string) string {
	const enough = 24
	if len(text) > enough {
		return text[:enough] + "…"
	}
	return text
}
