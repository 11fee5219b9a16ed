package commands

import (
	"bytes"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"parley/commands/ratelimit"
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
	return newRoomOn(t, newMemory(), choose...)
}

// newRoomOn starts one on a store.
func newRoomOn(t testing.TB, store *memory, choose ...func(*Config)) *room {
	t.Helper()
	off := ratelimit.Rate{Off: true}
	r := &room{t: t, store: store, log: &logged{}, bell: make(chan struct{}, 1)}
	config := Config{
		MessageRate: off, LoginRate: off, RegisterRate: off, RegisterRateAll: off, ChangeRate: off, NewRoomRate: off, Watches: 100,
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

// Leave is Shard's. It rings nobody: rung must follow.
func (r *room) Leave(m *Delivery) {
	r.mu.Lock()
	r.mail.Append(m)
	r.mu.Unlock()
	m.Reset()
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

// poll is until for what may change without a delivery.
func (r *room) poll(what string, condition func() bool) {
	r.t.Helper()
	r.until(what, func() bool {
		done := condition()
		select {
		case r.bell <- struct{}{}: // until looks again
		default:
		}
		runtime.Gosched()
		return done
	})
}

func (r *room) rung() {
	r.mu.Lock()
	d := r.mail
	r.mail = Delivery{}
	r.mu.Unlock()
	for _, v := range r.visitors {
		v.heardTo = 0
		for room := range v.rooms {
			v.rooms[room] = 0
		}
	}
	d.Apply()
	for _, v := range r.visitors {
		v.Hear(&d, d.Said())
	}
}

// from connects a visitor from an address. Without one the visitor is trusted.
func (r *room) from(address string) *visitor {
	v := &visitor{room: r, rooms: map[storage.ID]int32{}}
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

// inOneBatch has all that is asked for by f committed at once. It returns when all of that is answered.
func (r *room) inOneBatch(f func()) {
	r.t.Helper()
	release := r.hold()
	f()
	release()
	r.answered()
}

// hold keeps what is asked for from now on out of the store until release; then it comes in one batch.
func (r *room) hold() (release func()) {
	var one sync.Once
	held, goOn := make(chan struct{}), make(chan struct{})
	r.store.set(func(m *memory) {
		m.before = func(*storage.Batch) { one.Do(func() { close(held); <-goOn }) }
	})
	nobody := &Session{}
	r.chat.committer.begins(nobody)
	r.chat.Ack(nobody, 0, 1) // something to commit, so that the committer is busy with it
	<-held
	return func() { close(goOn) }
}

// answered waits until nobody waits for an answer.
func (r *room) answered() {
	r.t.Helper()
	r.until("all answers", func() bool {
		return !slices.ContainsFunc(r.visitors, func(v *visitor) bool { return v.outstanding > 0 || v.working })
	})
}

// asked waits until so many asks are in the next batch.
func (r *room) asked(n int) {
	r.t.Helper()
	for late := time.Now().Add(soon); ; runtime.Gosched() {
		there := r.queued()
		switch {
		case there == n:
			return
		case time.Now().After(late):
			r.t.Fatalf("%d asks are in the batch, want %d", there, n)
		}
	}
}

// queued is how many asks of sessions are in the next batch; the chat itself may add its own at any time.
func (r *room) queued() int {
	k := r.chat.committer
	k.mu.Lock()
	defer k.mu.Unlock()
	n := 0
	for i := range k.next.asks {
		if k.next.asks[i].session != nil {
			n++
		}
	}
	return n
}

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
