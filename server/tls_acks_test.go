package server

import (
	"context"
	"sync"
	"testing"

	"parley/storage"
)

// acked notes which messages leave whose inbox.
func (s *testServer) acked() (upTo func(name string) int64) {
	var mu sync.Mutex
	acked := map[storage.ID]int64{}
	s.store.away(func(b *storage.Batch) bool {
		mu.Lock()
		defer mu.Unlock()
		for _, a := range b.Acks {
			acked[a.Account] = max(acked[a.Account], a.Number)
		}
		return false
	})
	return func(name string) int64 {
		account, err := s.store.Account(context.Background(), name)
		if err != nil {
			s.t.Fatal(err)
		}
		mu.Lock()
		defer mu.Unlock()
		return acked[account.ID]
	}
}

func TestReadOverTLSIsAcked(t *testing.T) {
	for _, c := range []struct {
		how string
		end func(u *user)
	}{
		{"and the client left at once", func(u *user) { u.Close() }},
		{"and the client had half-closed before", func(u *user) { u.halfClose(); u.rest() }},
		{"and the client said goodbye", func(u *user) { u.say("/quit"); u.rest(); u.Close() }},
		{"and the client sent but a FIN", func(u *user) { u.socket().Close() }},
	} {
		t.Run(c.how, func(t *testing.T) {
			s := startSecure(t)
			acked := s.acked()
			writer, reader := s.join("writer"), s.joinSecure("reader")
			writer.ask("/msg reader read this")
			reader.want("* msg writer 4: ")
			c.end(reader)
			eventually(t, "it is acknowledged", func() bool { return acked("reader") == 4 })
		})
	}
}

// A script sends everything, ends, and reads: its messages are written when the loop has seen its end already.
func TestWaitingMessagesOfAScriptAreAcked(t *testing.T) {
	s := startSecure(t)
	s.joinSecure("reader").Close()
	eventually(t, "the reader is gone", func() bool { return s.Online() == 0 })
	writer := s.join("writer")
	if got := writer.ask("/msg reader hi"); got != "+ msg reader 4 stored" {
		t.Fatal(got)
	}
	acked := s.acked()
	script := s.dialSecure()
	script.say("/login reader " + password)
	script.halfClose()
	script.want("+ login reader waiting=1")
	script.want("* msg writer 4 ")
	script.wantEnd()
	eventually(t, "it is acknowledged", func() bool { return acked("reader") == 4 })
}

// What is in the sockets on the way but has not reached the client is delivered again.
func TestUnreadOverTLSIsDeliveredAgain(t *testing.T) {
	s := startSecure(t)
	reader, writer := s.joinSecureSmall("reader"), s.join("writer")
	c := s.conn("reader")
	for range 60 {
		writer.ask("/all " + stuffing)
	}
	writer.ask("/msg reader important")
	if n := s.unsent(c); n != 0 {
		t.Fatalf("%d bytes are still with the loop: this test shows nothing", n)
	}
	s.onLoop(c.shard, func() {
		c.takeAcks()
		if len(c.acks.marks) != 1 {
			t.Errorf("%d messages are not acknowledged, want 1", len(c.acks.marks))
		}
	})
	if err := reader.socket().SetLinger(0); err != nil {
		t.Fatal(err)
	}
	reader.socket().Close()
	eventually(t, "the reader is gone", func() bool { return s.Online() == 1 })
	again := s.dialSecure()
	again.say("/login reader " + password)
	again.want("+ login reader waiting=1")
	again.want("* msg writer 64 at=")
}

// A client who reads late still gets everything, and only then it is acknowledged.
func TestReadLateOverTLSIsAcked(t *testing.T) {
	s := startSecure(t)
	acked := s.acked()
	reader, writer := s.joinSecureSmall("reader"), s.join("writer")
	for range 60 {
		writer.ask("/msg reader " + stuffing)
	}
	for range 60 {
		reader.want("* msg writer ")
	}
	eventually(t, "all is acknowledged", func() bool { return acked("reader") == 63 })
}
