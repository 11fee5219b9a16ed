package server

import "testing"

// A script sends all it has and ends its side at once; the acknowledgement of what it reads comes a round trip later, when
// evio has closed the connection. It must count all the same, or the script would get the same messages again at every login.
func TestAckComesAfterTheEnd(t *testing.T) {
	if !inOwnNetwork(t) {
		return
	}
	for _, end := range []string{"", "/quit\n"} {
		t.Run("login, "+end+"and the end", func(t *testing.T) {
			s := start(t, func(o *setup) { o.patience = ordinaryPatience; o.patience.ended = 60_000 })
			writer := s.join("writer")
			s.join("script").Close()
			eventually(t, "it has left", func() bool { return s.Online() == 1 })
			numbers := writer.writes("script", 10)

			acked := s.acked()
			release := s.store.holdCommits()
			script := s.dial()
			script.send("/login script " + password + "\n" + end)
			script.halfClose()
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
