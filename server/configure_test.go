package server

import (
	"net"
	"testing"
	"time"

	"go.uber.org/zap"
)

// TestConfigure: what the loops, the chat and admission go by is changed for those who are there as for those who come.
func TestConfigure(t *testing.T) {
	s := start(t, func(o *setup) { o.Shards = 2 })
	alice := s.join("alice")
	config := s.config
	config.Outbox, config.Input, config.LoginTime, config.MaxConnections, config.Chat.MOTD = 12345, 777, time.Hour, 1, []string{"Mind the cat."}
	if err := s.Configure(config); err != nil {
		t.Fatal(err)
	}
	alice.say("/motd")
	alice.want("= motd: Mind the cat.")
	alice.want("+ motd 1")
	if conn, err := net.Dial("tcp", s.addr()); err != nil {
		t.Fatal(err)
	} else {
		defer conn.Close()
		b := make([]byte, 6)
		if n, _ := conn.Read(b); string(b[:n]) != "! full" {
			t.Errorf("one more than may be here is told %q", b[:n])
		}
	}
	for _, sh := range s.shards {
		done := make(chan struct{})
		sh.call(func() {
			defer close(done)
			if sh.config.Input != 777 || sh.config.LoginTime != time.Hour {
				t.Errorf("loop %d has Input %d and LoginTime %v", sh.place, sh.config.Input, sh.config.LoginTime)
			}
			for _, c := range sh.conns {
				if c.chat.account != 0 && c.out.limit != 12345 {
					t.Errorf("a connection has an outbox of %d bytes", c.out.limit)
				}
			}
		})
		<-done
	}
}

// TestConfigureKeepsAllAfterAnError: files that are no certificate change nothing.
func TestConfigureKeepsAllAfterAnError(t *testing.T) {
	s := startSecure(t, func(o *setup) { o.Log = zap.NewNop() })
	config := s.config
	config.TLS.Cert, config.Chat.MOTD = "/no/such/file", []string{"Mind the cat."}
	if err := s.Configure(config); err == nil {
		t.Fatal("a certificate that is not there is taken")
	}
	u := s.join("alice")
	u.say("/motd")
	u.want("+ motd 0")
}
