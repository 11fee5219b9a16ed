package server

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/evio"
)

// readsAndWrites counts the read and write calls of this process. A loop of evio that spins makes one or the other each round; ours
// sends and looks by calls that do not count.
func readsAndWrites(t *testing.T) (calls int) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Skip("this kernel does not count: ", err)
	}
	for line := range strings.Lines(string(b)) {
		for _, name := range []string{"syscr: ", "syscw: "} {
			if value, ok := strings.CutPrefix(line, name); ok {
				n, _ := strconv.Atoi(strings.TrimSpace(value))
				calls += n
			}
		}
	}
	return calls
}

// roundsMeasured are the calls in a while in which nobody does anything. This sleep waits for nothing: it is what is measured.
func roundsMeasured(t *testing.T) int {
	t.Helper()
	before := readsAndWrites(t)
	time.Sleep(500 * time.Millisecond)
	return readsAndWrites(t) - before
}

// spinning is far more than what timers and bells make in the measured time, and far less than a loop that spins makes.
const spinning = 500

func wantQuiet(t *testing.T) {
	t.Helper()
	if n := roundsMeasured(t); n > spinning {
		t.Errorf("%d calls while nobody did anything: a loop is spinning", n)
	}
}

// That the measure sees a spinning loop is shown on evio's own way to write.
func TestTheMeasureSeesSpinning(t *testing.T) {
	quit := make(chan struct{})
	served := make(chan struct{})
	addr := make(chan string, 1)
	go func() {
		defer close(served)
		_ = evio.Serve(evio.Events{
			Serving: func(s evio.Server) evio.Action { addr <- s.Addrs[0].String(); return evio.None },
			Data: func(evio.Conn, []byte) ([]byte, evio.Action) {
				select {
				case <-quit:
					return nil, evio.Shutdown
				default:
					return make([]byte, 32<<20), evio.None
				}
			},
		}, "tcp://127.0.0.1:0")
	}()
	s := &testServer{t: t}
	at := <-addr
	deaf := s.dialAt("tcp", at)
	deaf.send("more\n")
	eventually(t, "output is waiting", func() bool { n, _ := deaf.in.Peek(1); return len(n) > 0 })
	deaf.send("still more\n")
	if n := roundsMeasured(t); n < 4*spinning {
		t.Errorf("only %d calls of a loop that spins: the measure is worth nothing here", n)
	}
	close(quit)
	s.dialAt("tcp", at).send("end\n")
	within(t, "evio ends", func() { <-served })
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
			s.waitFor(s.shards[0], "the loop waits for its end", func(c *conn) bool { return c.timers.armed(timerPeek) })
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
		"unproven messages": func(t *testing.T, s *testServer) {
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
		"gone with unproven messages": func(t *testing.T, s *testServer) {
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
			wantQuiet(t)
		})
	}
}
