package server

import (
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
)

// ragged is a client's socket that sends in random pieces.
type ragged struct {
	net.Conn
	random *rand.Rand
}

func (c ragged) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		piece := min(len(b)-n, 1+c.random.IntN(1<<c.random.IntN(15)))
		_, err = c.Conn.Write(b[n : n+piece])
		n += piece
	}
	return n, err
}

// Records of random sizes in random pieces, and small buffers: every line is done once, in order, and the session leaves nothing behind.
func TestRecordsAtRandom(t *testing.T) {
	const lines = 1000
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			versions(t, func(t *testing.T, s *secureServer, trust *tls.Config) {
				sends, cuts := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 2))
				tcp := s.dialAt("tcp", s.secureAddr()).Conn
				if err := tcp.(*net.TCPConn).SetReadBuffer(4 << 10 << sends.IntN(6)); err != nil {
					t.Fatal(err)
				}
				trust.DynamicRecordSizingDisabled = seed%2 == 0
				u := s.newUser(tls.Client(ragged{tcp, cuts}, trust))
				u.want("* hello ")
				u.enter("alice")
				sent := make(chan error, 1)
				go func() {
					var b strings.Builder
					for n := range lines {
						fmt.Fprintf(&b, "/msg alice %d %s\n", n, strings.Repeat("x", sends.IntN(1<<sends.IntN(10))))
						if sends.IntN(20) == 0 || n == lines-1 {
							if _, err := io.WriteString(u.Conn, b.String()); err != nil {
								sent <- err
								return
							}
							b.Reset()
						}
					}
					sent <- u.Conn.(*tls.Conn).CloseWrite()
				}()
				answers, shown := 0, 0
				for _, line := range u.rest() {
					if strings.HasPrefix(line, "+ msg alice ") {
						answers++
					} else if _, text, _ := strings.Cut(line, ": "); strings.HasPrefix(text, fmt.Sprint(shown, " ")) {
						shown++
					}
				}
				if err := <-sent; err != nil || answers != lines || shown != lines {
					t.Errorf("%d of %d were answered and %d shown, %v", answers, lines, shown, err)
				}
				u.Close()
				eventually(t, "nothing is left", func() bool { return s.front.Clients()+s.Online()+s.admission.Spares() == 0 })
				s.wantQuiet(s.shards[0])
			})
		})
	}
}
