package server

import "testing"

// A reset may come in every state of a connection. Afterwards the connection is gone, and its session with it.
func TestResetInEveryState(t *testing.T) {
	for _, c := range []struct {
		state string
		bring func(s *testServer, u *user, writer *user)
	}{
		{"just come", func(*testServer, *user, *user) {}},
		{"logged in", func(s *testServer, u, _ *user) { u.enter("alice") }},
		{"asked for a password", func(_ *testServer, u, _ *user) { u.say("/login alice"); u.want("* prompt") }},
		{"in mid-line", func(_ *testServer, u, _ *user) { u.send("/pi") }},
		{"a command running", func(s *testServer, u, _ *user) {
			u.enter("alice")
			u.say("/history slow", "/who")
			s.waitWorking(s.shards[0])
		}},
		{"a login running", func(s *testServer, u, _ *user) {
			u.say("/login slow " + password)
			s.waitWorking(s.shards[0])
		}},
		{"messages at the store", func(s *testServer, u, _ *user) {
			u.enter("alice")
			s.store.holdCommits()
			u.say("/all one", "/who", "/all two")
			s.waitFor(s.shards[0], "a message is outstanding", func(c *conn) bool { return c.chat.outstanding > 0 && c.chat.held != nil })
		}},
		{"output waiting", func(s *testServer, u, writer *user) {
			*u = *s.joinSmall("alice")
			s.stuff(writer, s.conn("alice"))
		}},
		{"unacknowledged messages", func(s *testServer, u, writer *user) {
			*u = *s.joinSmall("alice")
			for range 40 {
				writer.ask("/msg alice " + stuffing)
			}
		}},
		{"closing", func(_ *testServer, u, _ *user) { u.say("/quit"); u.want("+ quit") }},
		{"half-closed", func(s *testServer, u, _ *user) {
			u.enter("alice")
			u.say("/history slow")
			u.halfClose()
			s.waitWorking(s.shards[0])
		}},
	} {
		t.Run(c.state, func(t *testing.T) {
			s := start(t)
			s.store.holdSlow()
			writer, u := s.join("writer"), s.dial()
			c.bring(s, u, writer)
			u.reset()
			s.store.goOn()
			eventually(t, "the connection is gone", func() bool { return s.Online() == 1 })
			eventually(t, "the session is gone", func() bool { return writer.ask("/who") == "+ who 1" })
			if n := s.admission.Spares(); n != 0 {
				t.Errorf("%d spare descriptors are kept", n)
			}
		})
	}
}
