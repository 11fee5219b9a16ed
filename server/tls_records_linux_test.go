package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"parley/server/internal/socket"
	"parley/server/internal/tlsfront"
)

// drip is a client's socket that sends each byte alone.
type drip struct{ net.Conn }

func (d drip) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		_, err = d.Conn.Write(b[n : n+1])
		n++
	}
	return n, err
}

// versions has a test run with each version of TLS that a client may speak.
func versions(t *testing.T, run func(t *testing.T, s *secureServer, trust *tls.Config)) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			s := startSecure(t)
			trust := s.trust()
			trust.MinVersion, trust.MaxVersion = version, version
			run(t, s, trust)
		})
	}
}

// A record may come in any pieces.
func TestRecordsInPieces(t *testing.T) {
	versions(t, func(t *testing.T, s *secureServer, trust *tls.Config) {
		tcp := s.dialAt("tcp", s.secureAddr()).Conn.(*net.TCPConn)
		u := s.newUser(tls.Client(drip{tcp}, trust))
		u.want("* hello ")
		u.enter("alice")
		for n := range 20 {
			if got := u.ask(fmt.Sprint("/ping ", n)); got != fmt.Sprint("+ ping: ", n) {
				t.Fatal(got)
			}
		}
		u.send("/pi")
		u.send("ng in two records\n")
		u.want("+ ping: in two records")
		u.say("/ping first", "/ping second", "/quit") // in one record
		u.want("+ ping: first")
		u.want("+ ping: second")
		u.want("+ quit")
	})
}

// A line that the client's end cuts off is done, however the client has ended.
func TestLastLineWithoutAnEndOverTLS(t *testing.T) {
	for name, end := range map[string]func(u *user){
		"close_notify": func(u *user) { u.halfClose() },
		"only a FIN":   func(u *user) { _ = u.socket().CloseWrite() },
	} {
		t.Run(name, func(t *testing.T) {
			u := startSecure(t).joinSecure("alice")
			u.send("/ping x")
			end(u)
			u.want("+ ping: x")
			u.wantEnd()
		})
	}
}

// tap notes the type of the last record that has come.
type tap struct {
	net.Conn
	left int // bytes of the current record
	head []byte
	last byte
}

func (t *tap) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	for _, one := range b[:n] {
		if t.left > 0 {
			t.left--
		} else if t.head = append(t.head, one); len(t.head) == 5 {
			t.last, t.left, t.head = t.head[0], int(t.head[3])<<8|int(t.head[4]), nil
		}
	}
	return n, err
}

// The server says that it ends, so that a client knows that nothing was cut off. TLS 1.2 shows which records are alerts.
func TestServerSaysItsEnd(t *testing.T) {
	const alert = 21
	for name, end := range map[string]func(s *secureServer, u *user){
		"quit":            func(_ *secureServer, u *user) { u.say("/quit") },
		"the client ends": func(_ *secureServer, u *user) { u.halfClose() },
		"the server stops": func(s *secureServer, _ *user) {
			go s.stop()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSecure(t)
			trust := s.trust()
			trust.MaxVersion = tls.VersionTLS12
			seen := &tap{Conn: s.dialAt("tcp", s.secureAddr()).Conn}
			u := s.newUser(tls.Client(seen, trust))
			u.want("* hello ")
			u.enter("alice")
			end(s, u)
			u.rest()
			if seen.last != alert {
				t.Errorf("the last record has type %d, want an alert", seen.last)
			}
		})
	}
}

// What is no TLS, and a record that was changed on its way, end the connection, and nothing else.
func TestBrokenRecords(t *testing.T) {
	for name, record := range map[string]string{
		"no record":            "/ping x\n/ping y\n",
		"a wrong MAC":          "\x17\x03\x03\x00\x20" + strings.Repeat("x", 32),
		"too long a record":    "\x17\x03\x03\xff\xff",
		"an alert in plain":    "\x15\x03\x03\x00\x02\x02\x28",
		"a hello in its midst": "\x16\x03\x03\x00\x04\x01\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			versions(t, func(t *testing.T, s *secureServer, trust *tls.Config) {
				tcp := s.dialAt("tcp", s.secureAddr()).Conn
				u := s.newUser(tls.Client(tcp, trust))
				u.want("* hello ")
				u.enter("mallory")
				other := s.joinSecure("alice")
				if _, err := u.socket().Write([]byte(record)); err != nil {
					t.Fatal(err)
				}
				_, err := io.Copy(io.Discard, u.Conn)
				if remote := (*net.OpError)(nil); !errors.As(err, &remote) {
					t.Errorf("it ends with %v, want an alert", err)
				}
				eventually(t, "the session is gone", func() bool { return other.ask("/who") == "+ who 1" })
				s.wantQuiet(s.shards[0])
			})
		})
	}
}

func TestNobodyMakesTheLoopSpinOverTLS(t *testing.T) {
	for name, begin := range map[string]func(t *testing.T, s *secureServer){
		"idle": func(t *testing.T, s *secureServer) { s.joinSecure("alice") },
		"half a record": func(t *testing.T, s *secureServer) {
			u := s.joinSecure("alice")
			_, _ = u.socket().Write([]byte("\x17\x03\x03\x01\x00half"))
		},
		"half a line": func(t *testing.T, s *secureServer) {
			u := s.joinSecure("alice")
			u.send("/pi")
			s.waitFor(s.shards[0], "the loop waits for its end", func(c *conn) bool { return c.timers.isArmed(timerPeek) })
		},
		"the end with a command running": func(t *testing.T, s *secureServer) {
			u := s.joinSecure("alice")
			u.say("/history slow")
			s.waitWorking(s.shards[0])
			u.halfClose()
		},
		"a reset with a command running": func(t *testing.T, s *secureServer) {
			u := s.joinSecure("alice")
			u.say("/history slow")
			s.waitWorking(s.shards[0])
			_ = u.socket().SetLinger(0)
			u.socket().Close()
		},
		"sends and does not read": func(t *testing.T, s *secureServer) {
			deaf, writer := s.joinSecureSmall("deaf"), s.join("writer")
			s.stuff(writer, s.conn("deaf"))
			deaf.send("/who\n")
			writer.ask("/who")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSecure(t)
			s.store.holdSlow()
			begin(t, s)
			s.wantQuiet(s.shards[0])
		})
	}
}

// A slow reader's text waits as it is, but for one piece: what is encrypted can't be taken back.
func TestPlainTextWaits(t *testing.T) {
	s := startSecure(t, func(o *setup) { o.Outbox = 16 << 20 })
	writer := s.join("writer")
	s.joinSecureSmall("deaf")
	c := s.conn("deaf")
	s.stuff(writer, c)
	for range 100 {
		writer.ask("/all " + stuffing)
	}
	s.onLoop(c.shard, func() {
		if waits := c.out.tls.waiting(); waits > sealAtOnce+sealAtOnce/8 {
			t.Errorf("%d bytes of TLS wait", waits)
		}
		if c.out.unsent() < 2*sealAtOnce {
			t.Errorf("%d bytes wait in all: this test shows nothing", c.out.unsent())
		}
	})
}

// A TLS client takes one descriptor and no goroutine.
func TestTLSClientTakesOneDescriptor(t *testing.T) {
	const clients = 20
	s := startSecure(t)
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	s.joinSecure("first")
	eventually(t, "the first one's handshake is over", func() bool { return s.front.Clients() == 1 && s.Online() == 1 })
	descriptors, goroutines := open(), runtime.NumGoroutine()
	for n := range clients {
		s.joinSecure(fmt.Sprint("user", n))
	}
	eventually(t, "there is one descriptor more at either end of each", func() bool { return open() <= descriptors+2*clients })
	eventually(t, "there are no more goroutines", func() bool { return runtime.NumGoroutine() <= goroutines+2 })
	if _, err := socket.Unacknowledged(s.conn("user0").out.fd); err != nil {
		t.Error(err)
	}
}

// A reader who has caught up holds no memory for output.
func TestNothingIsKeptWhenAllIsTaken(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	part := tlsPart{session: &tlsfront.Session{Out: make([]byte, sealAtOnce)}}
	if err := part.push(pair[0]); err != nil {
		t.Fatal(err)
	}
	if part.session.Out != nil {
		t.Error("there is memory")
	}
}

// cork holds back what is written behind the first piece, which begins the handshake.
type cork struct {
	net.Conn
	begun bool
	held  []byte
}

func (c *cork) Write(b []byte) (int, error) {
	if !c.begun {
		c.begun = true
		return c.Conn.Write(b)
	}
	c.held = append(c.held, b...)
	return len(b), nil
}

// A client may send its first lines together with the end of the handshake, and its own end with them.
func TestLinesComeWithTheHandshake(t *testing.T) {
	const pings = 900
	for name, choose := range map[string]func(*setup){"": func(*setup) {}, headerV1: balanced(t)} {
		t.Run(fmt.Sprintf("behind %q", name), func(t *testing.T) {
			s := startSecure(t, choose)
			tcp := s.dialAt("tcp", s.secureAddr())
			tcp.send(name)
			held := &cork{Conn: tcp.Conn}
			trust := s.trust()
			trust.MinVersion = tls.VersionTLS13
			u := s.newUser(tls.Client(held, trust))
			u.say("/register alice " + password)
			for n := range pings {
				u.say(fmt.Sprint("/ping ", n))
			}
			u.halfClose()
			tcp.send(string(held.held))
			if err := tcp.socket().CloseWrite(); err != nil {
				t.Fatal(err)
			}
			u.want("* hello ")
			u.want("+ register alice")
			for n := range pings {
				u.want(fmt.Sprint("+ ping: ", n))
			}
			u.wantEnd()
		})
	}
}
