package server

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkTLSDelivery measures the processor time of a delivery to one member over TLS, message by message and 64 at once, beside that of crypto/tls
// which writes the same bytes to as many clients. Only the thread that writes is measured.
func BenchmarkTLSDelivery(b *testing.B) {
	for _, together := range []int{1, 64} {
		b.Run(fmt.Sprintf("crypto-tls/%dtogether", together), func(b *testing.B) {
			s := startSecure(b)
			writers := make([]*tls.Conn, tlsMembers)
			for i := range writers {
				writers[i] = s.bareTLS()
			}
			words := bytes.Repeat([]byte(roomLine), together)
			measureThread(b, together, func() {
				for _, w := range writers {
					_, _ = w.Write(words)
				}
			})
		})
		b.Run(fmt.Sprintf("parley/%dtogether", together), func(b *testing.B) {
			s := startSecure(b)
			h := &hall{server: s.testServer, shard: s.shards[0]}
			for i := range tlsMembers {
				u := s.joinSecure(fmt.Sprint("reader", i))
				go func() { _, _ = io.Copy(io.Discard, u.socket()) }()
			}
			s.onLoop(h.shard, func() {
				for room := range h.shard.audiences {
					h.lobby = room
				}
			})
			done := make(chan struct{})
			h.shard.call(func() {
				measureThread(b, together, func() { h.say(together) })
				close(done)
			})
			<-done
		})
	}
}

const tlsMembers = 100

// bareTLS returns crypto/tls on a connection whose client reads and forgets.
func (s *secureServer) bareTLS() *tls.Conn {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	client := s.dialAt("tcp", l.Addr().String()).Conn
	accepted, err := l.Accept()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { accepted.Close() })
	cert, err := tls.LoadX509KeyPair(s.config.TLS.Cert, s.config.TLS.Key)
	if err != nil {
		s.t.Fatal(err)
	}
	c := tls.Server(accepted, &tls.Config{Certificates: []tls.Certificate{cert}})
	go func() {
		_ = tls.Client(client, s.trust()).Handshake()
		_, _ = io.Copy(io.Discard, client)
	}()
	if err := c.Handshake(); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// measureThread measures what the thread takes for deliveries to all members.
func measureThread(b *testing.B, together int, deliver func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	deliveries, spent := 0, time.Duration(0)
	for n := 0; n < max(b.N, 200*tlsMembers*together); n += tlsMembers * together {
		before := threadTime()
		deliver()
		spent += threadTime() - before
		deliveries += tlsMembers * together
		time.Sleep(time.Millisecond) // the readers take what they have been sent
	}
	b.ReportMetric(float64(spent)/float64(deliveries), "thread-ns/delivery")
}

func threadTime() time.Duration {
	var used unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_THREAD, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
