package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// drains begins to drain, and returns what waits for the end of it.
func (s *testServer) drains(ctx context.Context) (ended func()) {
	s.t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Drain(ctx)
	}()
	return func() { s.t.Helper(); within(s.t, "Drain returns", func() { <-done }) }
}

// stops begins to stop, and returns what waits for the end of it.
func (s *testServer) stops() (ended func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.stop()
	}()
	return func() { s.t.Helper(); within(s.t, "Stop returns", func() { <-done }) }
}

// refusesConnections wants nobody to be let in by the kernel any more.
func (s *testServer) refusesConnections() {
	s.t.Helper()
	for _, a := range append(s.Addrs(), s.TLSAddrs()...) {
		eventually(s.t, a.String()+" is closed", func() bool {
			c, err := net.Dial(a.Network(), a.String())
			if err == nil {
				c.Close()
			}
			return err != nil
		})
	}
}

func (u *user) wantDraining() {
	u.t.Helper()
	u.want("! draining: ")
	u.wantEnd()
	u.Close()
}

// The sessions end one after the other over the whole time. Who has not logged in goes first.
func TestDrainSpreadsTheEnds(t *testing.T) {
	for _, shards := range []int{1, 2} {
		t.Run(fmt.Sprint(shards, " shards"), func(t *testing.T) {
			const sessions, over = 10, 1500 * time.Millisecond
			s := start(t, func(o *setup) { o.Shards = shards; o.DrainTime = over })
			first, asked := s.dial(), s.dial()
			asked.say("/login alice")
			asked.want("* prompt")
			users := make([]*user, sessions)
			for i := range users {
				users[i] = s.join(fmt.Sprint("user", i))
			}
			began := time.Now()
			ended := s.drains(t.Context())
			first.wantDraining()
			asked.wantDraining()
			s.refusesConnections()
			told := make(chan time.Duration, sessions)
			var reading sync.WaitGroup
			for _, u := range users {
				reading.Go(func() {
					if lines := u.rest(); len(lines) == 0 || !strings.HasPrefix(lines[len(lines)-1], "! draining: ") {
						t.Errorf("%q", lines)
					}
					told <- time.Since(began)
					u.Close()
				})
			}
			reading.Wait()
			ended()
			for i := range sessions { // a shard has 10 of them at most, or 5
				if at, want := <-told, over*time.Duration(i/shards-shards+1)/sessions; at < want {
					t.Errorf("session %d of %d was told after %v, want %v at least", i, sessions, at, want)
				}
			}
			s.stop()
		})
	}
}

// Who is still there chats as always, and is not told before the last answer.
func TestDrainLetsWorkEnd(t *testing.T) {
	s := start(t, func(o *setup) { o.DrainTime = time.Minute })
	told, busy, last := s.join("told"), s.join("busy"), s.join("last")
	stranger := s.dial()
	ctx, now := context.WithCancel(t.Context())
	ended := s.drains(ctx)
	told.wantDraining()
	stranger.wantDraining()
	release := s.store.holdSlow()
	busy.say("/history slow", "/all two")
	s.waitWorking(s.shards[0])
	if got := last.ask("/msg told kept"); !strings.HasSuffix(got, " stored") {
		t.Errorf("to somebody who was told: %q", got)
	}
	now()
	ended()
	stopped := s.stops()
	last.wantDraining()
	release()
	busy.want("- history no-such-user ")
	busy.want("+ all ")
	busy.wantDraining()
	stopped()
}

func TestDrainAtOnce(t *testing.T) {
	s := start(t, func(o *setup) { o.DrainTime = 0 })
	users := []*user{s.join("alice"), s.join("bob"), s.dial()}
	s.drains(t.Context())()
	stopped := s.stops()
	for _, u := range users {
		u.wantDraining()
	}
	stopped()
}

// While one server drains, the next one may listen at the same addresses. What it has opened is not taken away by the end of the first.
func TestDrainFreesTheAddresses(t *testing.T) {
	socket := filepath.Join(shortDir(t), "chat.sock")
	s := startSecure(t, func(o *setup) { o.DrainTime = time.Minute; o.Listen = append(o.Listen, "unix:"+socket) })
	told, stays, secure := s.join("told"), s.join("stays"), s.joinSecure("secure")
	local := s.dialAt("unix", socket)
	local.want("* hello ")
	ctx, now := context.WithCancel(t.Context())
	ended := s.drains(ctx)
	local.wantDraining()
	told.wantDraining()
	s.refusesConnections()
	next := start(t, func(o *setup) {
		o.Listen = []string{s.addr(), "unix:" + socket}
		o.TLS = s.setup.TLS
		o.TLS.Listen = []string{s.TLSAddrs()[0].String()}
	})
	if stays.ask("/ping"); next.addr() != s.addr() {
		t.Errorf("the next server is at %s", next.addr())
	}
	next.join("alice")
	now()
	ended()
	stopped := s.stops()
	for _, u := range []*user{stays, secure} {
		if lines := u.rest(); len(lines) == 0 || !strings.HasPrefix(lines[len(lines)-1], "! draining: ") {
			t.Errorf("%q", lines)
		}
		u.Close()
	}
	stopped()
	u := next.dialAt("unix", socket)
	u.want("* hello ")
}

// Who has connected before the ports are closed is told, also if the loop has not come to accept them yet.
func TestStopTellsThoseWhoWait(t *testing.T) {
	plain := func(s *secureServer) *user { return s.dialAt("tcp", s.addr()) }
	overTLS := func(s *secureServer) *user {
		u := s.secureUser(s.dialAt("tcp", s.secureAddr()).Conn)
		if err := u.Conn.(*tls.Conn).Handshake(); err != nil {
			s.t.Fatal(err)
		}
		return u
	}
	for _, c := range []struct {
		who     string
		crowd   int
		connect func(s *secureServer) *user
	}{
		{"one", 1, plain},
		{"a crowd", 20, plain},
		{"one over TLS", 1, overTLS},
	} {
		t.Run(c.who, func(t *testing.T) {
			s, began := startSecure(t), time.Now()
			sh := s.shards[0]
			busy, release := make(chan struct{}), make(chan struct{})
			sh.call(func() { close(busy); <-release })
			<-busy
			var waiting []*user
			for range c.crowd {
				waiting = append(waiting, c.connect(s))
			}
			eventually(t, "they are at the loop's door", sh.loop.Awaited)
			eventually(t, "the loop is old enough to end at once", func() bool { return time.Since(began) > 200*time.Millisecond })
			waiting[0].say("/ping")
			stopped := s.stops()
			eventually(t, "the loop is to drain", func() bool {
				sh.mu.Lock()
				defer sh.mu.Unlock()
				return !sh.next.Empty()
			})
			close(release)
			for _, u := range waiting {
				if lines := u.rest(); len(lines) == 0 || !strings.HasPrefix(lines[len(lines)-1], "! draining: ") {
					t.Errorf("the last lines were %q", lines)
				}
				u.Close()
			}
			stopped()
		})
	}
}
