package server

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"parley/commands"
	"parley/commands/ratelimit"
	"parley/storage"
)

// setup is what a test may choose.
type setup struct {
	Config
	file  string // of the store
	redis string // its URL; then the store is there, and not in the file
}

// storeURL names the store.
func (o *setup) storeURL() string {
	if o.redis != "" {
		return o.redis
	}
	return "sqlite:" + o.file
}

// testServer is a whole server on loopback, with its store in a file. After the test nothing of it may be left.
type testServer struct {
	*Server
	t     testing.TB
	store *testStore
	setup setup
	ended bool
}

// start starts a server that ends with the test.
func start(t testing.TB, choose ...func(*setup)) *testServer {
	t.Helper()
	o := setup{Config: testConfig(t), file: filepath.Join(shortDir(t), "chat.db")}
	for _, f := range choose {
		f(&o)
	}
	runtime.GOMAXPROCS(runtime.NumCPU() + o.Shards)
	before := countResources()
	limits := storage.Limits{
		Inbox: 10_000, Keep: time.Hour, Room: 1000, Conversation: 500,
		Rooms: 100, Members: 10_000, Bans: 100, Blocks: 100, Invites: 100, Guests: 100,
	}
	store, err := storage.Open(context.Background(), o.storeURL(), limits, storage.Self{}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	s := &testServer{t: t, store: &testStore{Store: store}, setup: o}
	if s.Server, err = Start(s.store, o.Config); err != nil {
		store.Close()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.store.goOn()
		s.stop()
		before.check(t)
	})
	return s
}

// stop ends the server and its store. It may be called again.
func (s *testServer) stop() {
	if s.ended {
		return
	}
	s.ended = true
	within(s.t, "Stop returns", func() { s.Stop(context.Background()) })
	if err := s.store.Close(); err != nil {
		s.t.Error(err)
	}
}

// restart stops the server and starts another one on the same store.
func (s *testServer) restart() *testServer {
	s.t.Helper()
	s.stop()
	return start(s.t, func(o *setup) { *o = s.setup })
}

func (s *testServer) addr() string { return s.Addrs()[0].String() }

// onLoop runs f on the loop of a shard and waits for it.
func (s *testServer) onLoop(sh *shard, f func()) {
	s.t.Helper()
	done := make(chan struct{})
	sh.call(func() { f(); close(done) })
	within(s.t, "the loop does what it was asked", func() { <-done })
}

// conn finds the connection where somebody is logged in. It belongs to the loop.
func (s *testServer) conn(name string) (c *conn) {
	s.t.Helper()
	for _, sh := range s.shards {
		s.onLoop(sh, func() {
			for _, one := range sh.conns {
				if !one.chat.working && one.chat.session.Name() == name {
					c = one
				}
			}
		})
	}
	if c == nil {
		s.t.Fatalf("%s is not logged in", name)
	}
	return c
}

// endless is for machines that are slow themselves.
var endless = patience{slow: 1 << 30, closingWords: 1 << 30, close: 1 << 30, ended: ordinaryPatience.ended, handshake: 1 << 30}

// testConfig has no limits except those that a test is about.
func testConfig(t testing.TB) Config {
	off := ratelimit.Rate{Off: true}
	log := errorsFail(t)
	return Config{
		Listen:         []string{"127.0.0.1:0"},
		Shards:         1,
		MaxConnections: 500,
		Descriptors:    900,
		MaxPerAddress:  500,
		ConnectRate:    off,
		Input:          64 << 10,
		Outbox:         256 << 10,
		LoginTime:      time.Minute,
		StopTime:       10 * time.Second,
		Chat: commands.Config{
			MessageRate: off, LoginRate: off, RegisterRate: off, RegisterRateAll: off, ChangeRate: off, NewRoomRate: off, Watches: 100,
			StoreTimeout: 10 * time.Second,
			Password:     &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16},
			Log:          log,
		},
		Log:      log,
		patience: endless,
	}
}

// errorsFail is a log in which an error fails the test.
func errorsFail(t testing.TB) *zap.Logger {
	core, _ := observer.New(zap.ErrorLevel)
	return zap.New(zapcore.RegisterHooks(core, func(e zapcore.Entry) error {
		t.Errorf("the server logged an error: %s", e.Message)
		return nil
	}))
}

// shortDir is a directory whose name is short enough for a socket.
func shortDir(t testing.TB) string {
	dir, err := os.MkdirTemp("", "parley")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// waitFor waits until a connection of a shard fulfils a condition.
func (s *testServer) waitFor(sh *shard, what string, found func(*conn) bool) {
	s.t.Helper()
	eventually(s.t, what, func() (ok bool) {
		s.onLoop(sh, func() {
			for _, c := range sh.conns {
				ok = ok || found(c)
			}
		})
		return ok
	})
}

// waitWorking waits until a command is being worked on.
func (s *testServer) waitWorking(sh *shard) {
	s.t.Helper()
	s.waitFor(sh, "a command is worked on", func(c *conn) bool { return c.chat.working })
}
