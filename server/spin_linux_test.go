package server

import (
	"reflect"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parley/server/internal/socket"
)

// pending are the descriptors that the loop's epoll would report if it were asked now. In a loop that spins, one is reported again and
// again.
func (s *testServer) pending(sh *shard) (fds []int32) {
	s.t.Helper()
	s.onLoop(sh, func() { // so the loop itself does not ask
		epoll := int(reflect.ValueOf(sh.loop).Elem().FieldByName("epoll").Int())
		events := make([]unix.EpollEvent, 64)
		n, err := unix.EpollWait(epoll, events, 0)
		if err != nil {
			s.t.Error(err)
		}
		for _, e := range events[:max(0, n)] {
			fds = append(fds, e.Fd)
		}
	})
	return fds
}

// wantQuiet waits until the loop has nothing to do. It asks several times in a row, because asking takes away what is reported only once.
func (s *testServer) wantQuiet(sh *shard) {
	s.t.Helper()
	const inARow = 20
	for begin, quiet := time.Now(), 0; quiet < inARow; quiet++ {
		if fds := s.pending(sh); len(fds) > 0 {
			quiet = 0
			if time.Since(begin) > deadline {
				s.t.Fatalf("the loop spins: descriptors %v are reported again and again\n%q", fds, descriptorsOpen())
			}
		}
	}
}

// TestSpinningIsSeen makes sure that wantQuiet would notice: epoll still reports a descriptor that evio has closed, because another one of the
// same socket is open.
func TestSpinningIsSeen(t *testing.T) {
	s := start(t)
	u := s.join("alice")
	c, second := s.conn("alice"), -1
	s.onLoop(c.shard, func() {
		c.read(socket.Always)
		var err error
		if second, err = unix.Dup(c.out.fd); err != nil {
			t.Error(err)
		}
	})
	defer unix.Close(second)
	u.Close()
	eventually(t, "evio has closed it", func() bool { return s.Online() == 0 })
	for range 100 {
		if fds := s.pending(s.shards[0]); len(fds) != 1 {
			t.Fatalf("%v are reported", fds)
		}
	}
}

func TestNobodyMakesTheLoopSpin(t *testing.T) {
	quiet := map[string]func(t *testing.T, s *testServer){
		"connections": func(t *testing.T, s *testServer) {
			for range 20 {
				s.dial()
			}
		},
		"sends and does not read": func(t *testing.T, s *testServer) {
			deaf, writer := s.joinSmall("deaf"), s.join("writer")
			s.stuff(writer, s.conn("deaf"))
			deaf.send("/who\n")
			writer.ask("/who")
		},
		"an unfinished line": func(t *testing.T, s *testServer) {
			u := s.dial()
			u.send("/pi")
			s.waitFor(s.shards[0], "the loop waits for its end", func(c *conn) bool { return c.timers.isArmed(timerPeek) })
		},
		"half-closed with a command running": func(t *testing.T, s *testServer) {
			u := s.join("alice")
			u.send("/history slow")
			u.halfClose()
			s.waitWorking(s.shards[0])
		},
		"more input while a command runs": func(t *testing.T, s *testServer) {
			u := s.join("alice")
			u.say("/history slow", "/who")
			s.waitWorking(s.shards[0])
			u.say("/who")
		},
		"reset while a command runs": func(t *testing.T, s *testServer) {
			u := s.join("alice")
			u.say("/history slow")
			s.waitWorking(s.shards[0])
			u.reset()
		},
		"closing, and the client is not": func(t *testing.T, s *testServer) {
			u := s.join("alice")
			u.say("/quit", "/who")
			u.want("+ quit")
			u.want("! bye")
			u.wantEnd()
			u.send("still here")
		},
		"unacknowledged messages": func(t *testing.T, s *testServer) {
			deaf, writer := s.joinSmall("deaf"), s.join("writer")
			for range 40 {
				writer.ask("/msg deaf " + stuffing)
			}
			if s.unsent(s.conn("deaf")) == 0 {
				t.Error("everything was taken")
			}
			deaf.send("/who\n")
		},
		// As long as the second descriptor is there epoll goes on to report a connection that evio has closed.
		"gone with unacknowledged messages": func(t *testing.T, s *testServer) {
			writer := s.join("writer")
			for range 10 {
				deaf := s.deaf("deaf", writer)
				writer.writes("deaf", 10)
				deaf.reset()
				eventually(t, "it is gone", func() bool { return s.Online() == 1 })
			}
			if n := s.admission.Spares(); n != 0 {
				t.Errorf("%d spare descriptors are kept", n)
			}
		},
	}
	for name, begin := range quiet {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.store.holdSlow()
			begin(t, s)
			s.wantQuiet(s.shards[0])
		})
	}
}
