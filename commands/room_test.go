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
)

// soon is how long a test waits for what must happen, on a machine that is busy with other things.
const soon = 20 * time.Second

// cheap is how tests hash.
var cheap = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16}

// room is a chat without a network: its one loop is the test's goroutine, which must be the only one that calls.
type room struct {
	t     testing.TB
	chat  *Chat
	store *memory
	log   *logged

	mu   sync.Mutex // guards mail
	mail Mail
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
	if r.chat, err = New(r.store, []Outlet{r}, config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.chat.Stop)
	return r
}

// Deliver is Outlet's.
func (r *room) Deliver(m *Mail) {
	r.mu.Lock()
	r.mail.Append(m)
	r.mu.Unlock()
	m.Reset()
	select {
	case r.bell <- struct{}{}:
	default:
	}
}

// until does what is in the mail until a condition is true.
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
	m := r.mail
	r.mail = Mail{}
	r.mu.Unlock()
	for _, v := range r.visitors {
		if v.joined {
			v.hear(m.Room)
		}
	}
	for _, it := range m.Items {
		if it.Kind == Do {
			it.Do()
			continue
		}
		v := it.Session.Peer.(*visitor)
		v.hear(m.Lines[it.Start:it.End])
		if it.Kind == Answer || it.Kind == Own {
			v.outstanding--
		}
	}
}

// visitor is a connection.
type visitor struct {
	room        *room
	session     Session
	framer      protocol.Framer
	outstanding int
	working     bool
	joined      bool

	mu    sync.Mutex // guards heard
	heard []byte
}

// from lets somebody in. Without an address it is a trusted one.
func (r *room) from(address string) *visitor {
	v := &visitor{room: r}
	v.session = Session{Outlet: r, Peer: v, Trusted: true}
	if address != "" {
		v.session.Remote, v.session.Trusted = netip.MustParseAddr(address), false
	}
	r.visitors = append(r.visitors, v)
	return v
}

// member lets somebody in who makes an account.
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
	line = bytes.Clone(line)
	for {
		out, outcome := v.room.chat.Line(&v.session, line, bad, v.outstanding > 0, nil)
		v.hear(out)
		switch outcome {
		case Posted:
			v.outstanding++
			v.room.chat.Commit()
		case Working:
			v.working = true
			v.room.until("the end of a command", func() bool { return !v.working })
		case Later:
			v.room.until("the answers before", func() bool { return v.outstanding == 0 })
			continue
		case Closing:
			v.leave()
		}
		return
	}
}

func (v *visitor) leave() {
	v.joined = false
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

// The methods of Peer.

func (v *visitor) Page(part []byte) bool   { v.hear(part); return true }
func (v *visitor) Show(part []byte)        { v.hear(part) }
func (v *visitor) Drained(next func(bool)) { next(true) }
func (v *visitor) Finish(rest []byte)      { v.hear(rest); v.working = false }
func (v *visitor) Join()                   { v.joined = true }
func (v *visitor) Leave()                  { v.joined = false }
func (v *visitor) Prove()                  {}
func (v *visitor) Close(line []byte)       { v.hear(line); v.leave() }

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
