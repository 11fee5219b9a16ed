package commands

import (
	"bytes"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"parley/commands/ratelimit"
	"parley/protocol"
	"parley/storage"
)

// soon is how long a test waits for what must happen, on a machine that is busy with other things.
const soon = 20 * time.Second

// cheap are parameters with which hashing is fast.
var cheap = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16}

// room is a chat without a network: its one loop is the test's goroutine, which must be the only one that calls.
type room struct {
	t     testing.TB
	chat  *Chat
	store *memory
	log   *logged

	mu   sync.Mutex // guards mail
	mail Delivery
	bell chan struct{}

	visitors []*visitor
}

// newRoom starts a chat that ends with the test. Without rates there are no limits.
func newRoom(t testing.TB, choose ...func(*Config)) *room {
	t.Helper()
	off := ratelimit.Rate{Off: true}
	r := &room{t: t, store: newMemory(), log: &logged{}, bell: make(chan struct{}, 1)}
	config := Config{
		MessageRate: off, LoginRate: off, RegisterRate: off, RegisterRateAll: off,
		StoreTimeout: soon, Password: cheap,
		Log: zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), r.log, zapcore.DebugLevel)),
	}
	for _, f := range choose {
		f(&config)
	}
	var err error
	if r.chat, err = New(r.store, []Shard{r}, config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.chat.Stop)
	return r
}

// Deliver is Shard's.
func (r *room) Deliver(m *Delivery) {
	r.mu.Lock()
	r.mail.Append(m)
	r.mu.Unlock()
	m.Reset()
	select {
	case r.bell <- struct{}{}:
	default:
	}
}

// until applies deliveries until a condition is true.
func (r *room) until(what string, condition func() bool) {
	r.t.Helper()
	late := time.After(soon)
	for !condition() {
		select {
		case <-r.bell:
			r.rung()
		case <-late:
			r.t.Fatalf("not seen: %s", what)
		}
	}
}

func (r *room) rung() {
	r.mu.Lock()
	d := r.mail
	r.mail = Delivery{}
	r.mu.Unlock()
	for _, v := range r.visitors {
		v.heardTo = 0
	}
	d.Apply()
	for _, v := range r.visitors {
		v.Hear(&d, d.Said())
	}
}

// visitor is a connection.
type visitor struct {
	room        *room
	session     Session
	framer      protocol.Framer
	outstanding int
	working     bool
	account     storage.ID // whose session it is
	heardTo     int32      // events of the delivery that is being looked at

	mu    sync.Mutex // guards heard
	heard []byte
}

// from connects a visitor from an address. Without one the visitor is trusted.
func (r *room) from(address string) *visitor {
	v := &visitor{room: r}
	v.session = Session{Connection: v, Trusted: true}
	if address != "" {
		v.session.Remote, v.session.Trusted = netip.MustParseAddr(address), false
	}
	r.visitors = append(r.visitors, v)
	return v
}

// member connects a visitor who makes an account.
func (r *room) member(name string) *visitor {
	r.t.Helper()
	v := r.from("")
	v.wants("/register "+name+" correct horse", "+ register "+name)
	return v
}

// says sends bytes, and waits for the answers to the lines in them. It returns what was heard meanwhile.
func (v *visitor) says(in string) string {
	v.room.t.Helper()
	for rest := []byte(in); len(rest) > 0; {
		line, after, ok, err := v.framer.Next(rest)
		rest = after
		v.framer.Reply() // telnet is the connection's business
		if ok {
			v.line(line, err)
		}
	}
	v.room.until("an answer", func() bool { return v.outstanding == 0 })
	return v.took()
}

// asks sends a line and returns the line that ends its answer.
func (v *visitor) asks(line string) string {
	v.room.t.Helper()
	answer := ""
	for heard := range strings.Lines(v.says(line + "\n")) {
		if strings.ContainsAny(heard[:1], "+-") {
			answer = strings.TrimSuffix(heard, "\r\n")
		}
	}
	return answer
}

// wants sends a line and compares how the answer begins.
func (v *visitor) wants(line, prefix string) {
	v.room.t.Helper()
	if got := v.asks(line); !strings.HasPrefix(got, prefix) {
		v.room.t.Fatalf("%s is answered %q, want %q", line, got, prefix)
	}
}

// line is what a connection does with a line.
func (v *visitor) line(line []byte, bad error) {
	out, outcome := v.do(bytes.Clone(line), bad)
	v.hear(out)
	switch outcome {
	case Asked:
		v.outstanding++
		v.room.chat.Commit()
	case Working:
		v.working = true
		v.room.until("the end of a command", func() bool { return !v.working })
	case Closing:
		v.leave()
	}
}

func (v *visitor) do(line []byte, bad error) ([]byte, Outcome) {
	chat := v.room.chat
	if v.session.Asking() {
		v.waitForAnswers()
		return chat.Answer(&v.session, line, bad, nil)
	}
	q := protocol.Text.Parse(line, chat)
	if bad != nil {
		q = protocol.Refused(line, bad.(*protocol.Error))
	}
	if !chat.MayFollow(&q) {
		v.waitForAnswers()
	}
	return chat.Do(&v.session, &q, v.outstanding > 0, nil)
}

func (v *visitor) waitForAnswers() {
	v.room.until("the answers before", func() bool { return v.outstanding == 0 })
}

func (v *visitor) leave() {
	v.account = 0
	v.room.chat.Leave(&v.session)
}

func (v *visitor) hear(b []byte) {
	v.mu.Lock()
	v.heard = append(v.heard, b...)
	v.mu.Unlock()
}

// took returns what was heard since the last time.
func (v *visitor) took() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	heard := string(v.heard)
	v.heard = v.heard[:0]
	return heard
}

// The methods of Connection.

func (v *visitor) Hear(d *Delivery, at int32) {
	if place, ok := d.Place(lobby); ok && v.account != 0 {
		words := &d.Rooms()[place] // there is one room only, so that events are counted as in the room
		v.hear(words.Streams[protocol.Text].From(int(v.heardTo), int(at)))
	}
	v.heardTo = at
}
func (v *visitor) SkipOwn(_ *Delivery, at int32) { v.heardTo = at + 1 }
func (v *visitor) Answer(lines []byte)           { v.hear(lines); v.outstanding-- }
func (v *visitor) Show(lines []byte)             { v.hear(lines) }
func (v *visitor) Finish(lines []byte)           { v.hear(lines); v.working = false }
func (v *visitor) Enter(account storage.ID, _ []storage.Room, _ *Delivery, at int32) {
	v.account, v.heardTo = account, at
}
func (v *visitor) Leave()                                            { v.account = 0 }
func (v *visitor) Waiting(lines []byte, _ int64)                     { v.hear(lines) }
func (v *visitor) Event(account storage.ID, lines []byte)            { v.hear(lines) }
func (v *visitor) Private(account storage.ID, lines []byte, _ int64) { v.hear(lines) }
func (v *visitor) End(account storage.ID, line []byte)               { v.hear(line); v.leave() }
func (v *visitor) Page(part []byte) bool                             { v.hear(part); return true }
func (v *visitor) Feed(after int64)                                  { v.room.chat.Feed(&v.session, after) }
func (v *visitor) SettleAcks()                                       {}

// logged is a log that can be read.
type logged struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (l *logged) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.Write(line)
}

func (l *logged) Sync() error { return nil }

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}

// take returns what was logged since the last time.
func (l *logged) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines.String()
	l.lines.Reset()
	return lines
}
