package server

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// Stop is clean in any state: it returns, everybody who reads is told, and nothing is left behind (start sees to that).
func TestStopInEveryState(t *testing.T) {
	for _, c := range []struct {
		state string
		bring func(s *testServer) (told []*user)
	}{
		{"nobody there", func(s *testServer) []*user { return nil }},
		{"nobody logged in", func(s *testServer) []*user { return []*user{s.dial(), s.dial()} }},
		{"idle", func(s *testServer) []*user { return []*user{s.join("alice"), s.join("bob")} }},
		{"in mid-line", func(s *testServer) []*user {
			u := s.dial()
			u.send("/pi")
			return []*user{u}
		}},
		{"asked for a password", func(s *testServer) []*user {
			u := s.dial()
			u.say("/login alice")
			u.want("* prompt")
			return []*user{u}
		}},
		{"somebody reads nothing", func(s *testServer) []*user {
			_, writer := s.joinSmall("deaf"), s.join("writer")
			s.stuff(writer, s.conn("deaf"))
			return []*user{writer}
		}},
		{"somebody reads nothing of a long answer", func(s *testServer) []*user {
			deaf, writer := s.joinSmall("deaf"), s.join("writer")
			for range 200 {
				deaf.ask("/all " + stuffing)
				writer.ask("/ping")
			}
			deaf.say("/history 200")
			s.waitFor(s.shards[0], "a page waits to be sent", func(c *conn) bool { return c.chat.drained != nil })
			return []*user{writer}
		}},
		{"half-closed", func(s *testServer) []*user {
			u := s.join("alice")
			s.store.holdSlow()
			u.say("/history slow")
			u.halfClose()
			s.waitWorking(s.shards[0])
			return nil
		}},
		{"closing", func(s *testServer) []*user {
			s.dial().say("/quit")
			return nil
		}},
		{"a command that does not end", func(s *testServer) []*user {
			u := s.join("alice")
			s.store.holdSlow()
			u.say("/history slow")
			s.waitWorking(s.shards[0])
			return []*user{u}
		}},
		{"a login that does not end", func(s *testServer) []*user {
			u := s.dial()
			s.store.holdSlow()
			u.say("/login slow " + password)
			s.waitWorking(s.shards[0])
			return []*user{u}
		}},
	} {
		t.Run(c.state, func(t *testing.T) {
			s := start(t, func(o *setup) { o.StopTime = 300 * time.Millisecond })
			told := c.bring(s)
			s.stop()
			for _, u := range told {
				lines := u.rest()
				if len(lines) == 0 || !strings.HasPrefix(lines[len(lines)-1], "! draining: ") {
					t.Errorf("the last lines were %q", lines)
				}
			}
		})
	}
}

// What has been asked for is done and answered before the end.
func TestStopAnswersFirst(t *testing.T) {
	s := start(t)
	u := s.join("alice")
	release := s.store.holdSlow()
	u.say("/all one", "/history slow", "/all two")
	s.waitWorking(s.shards[0])
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.stop()
	}()
	s.waitFor(s.shards[0], "the server drains", func(c *conn) bool { return c.shard.draining })
	s.refusesConnections()
	release()
	u.want("+ all ")
	u.want("- history no-such-user ")
	u.want("+ all ")
	u.want("! draining: ")
	u.wantEnd()
	u.Close()
	within(t, "Stop returns", func() { <-stopped })
}

func TestStopAtOnce(t *testing.T) {
	for range 20 {
		start(t).stop()
	}
}

// A client that comes while the server starts or stops is served or refused, and nothing hangs.
func TestStopWhileTheyCome(t *testing.T) {
	for range 5 {
		s := start(t, func(o *setup) { o.Shards = 2; o.StopTime = time.Second })
		addr, quit, came := s.addr(), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(came)
			for {
				select {
				case <-quit:
					return
				default:
				}
				if c, err := net.Dial("tcp", addr); err == nil {
					fmt.Fprint(c, "/ping x\n")
					c.Close()
				}
			}
		}()
		eventually(t, "somebody has come", func() bool { return s.Online() > 0 })
		s.stop()
		close(quit)
		<-came
	}
}

// Who is joining a room when the server stops gets there, and what he has sent behind it is done, too.
func TestStopWhileSomebodyJoins(t *testing.T) {
	s := start(t, func(o *setup) { o.Shards = 2 })
	owner, bob := s.join("owner"), s.join("bob")
	owner.ask("/join #tea")
	c := s.conn("bob")
	release := s.store.holdCommits()
	bob.say("/join #tea", "hello", "/leave #tea", "/all bye")
	s.waitFor(c.shard, "the join is asked for", func(c *conn) bool { return c.chat.working && len(c.in.pending) > 0 })
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.stop()
	}()
	s.waitFor(c.shard, "the server drains", func(c *conn) bool { return c.shard.draining })
	release()
	for _, line := range []string{"+ join #tea members=2 here=", "+ msg #tea ", "+ leave #tea", "+ all ", "! draining: "} {
		bob.want(line)
	}
	bob.wantEnd()
	bob.Close()
	if lines := owner.rest(); !strings.HasPrefix(lines[len(lines)-1], "! draining: ") {
		t.Errorf("the owner's last line is %q", lines[len(lines)-1])
	}
	owner.Close()
	within(t, "Stop returns", func() { <-stopped })
}
