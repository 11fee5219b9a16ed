package server

import "testing"

// A script sends all it has and ends its side at once; the acknowledgement of what it reads comes a round trip later, when
// evio has closed the connection. It must count all the same, or the script would get the same messages again at every login.
func TestAckComesAfterTheEnd(t *testing.T) {
	if !inOwnNetwork(t) {
		return
	}
	for _, c := range []struct {
		over string
		end  string
		dial func(s *secureServer) *user
	}{
		{"TCP", "", func(s *secureServer) *user { return s.dial() }},
		{"TCP", "/quit\n", func(s *secureServer) *user { return s.dial() }},
		{"TLS", "", (*secureServer).dialSecure},
		{"TLS", "/quit\n", (*secureServer).dialSecure},
	} {
		t.Run("login, "+c.end+"and the end over "+c.over, func(t *testing.T) {
			s := startSecure(t, func(o *setup) { o.patience = ordinaryPatience; o.patience.ended = 60_000 })
			writer := s.join("writer")
			s.join("script").Close()
			eventually(t, "it has left", func() bool { return s.Online() == 1 })
			numbers := writer.writes("script", 10)

			acked := s.acked()
			release := s.store.holdCommits()
			script := c.dial(s)
			script.send("/login script " + password + "\n" + c.end)
			script.halfClose()
			_ = script.socket().CloseWrite() // with TLS that was its word only
			s.waitWorking(s.shards[0])
			loopback(t, false) // what is answered now is on its way for a long time
			release()
			eventually(t, "evio has closed it", func() bool { return s.Online() == 1 })
			loopback(t, true)
			script.want("+ login script waiting=10")
			script.wantMessages(numbers)
			eventually(t, "it is acknowledged", func() bool { return acked("script") == numbers[len(numbers)-1] })
			s.wantWaiting("script", nil)
		})
	}
}
