package tlsfront

import (
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"time"
)

// Session is TLS with one client after its handshake. It turns bytes into other bytes in memory, and never waits: its user moves them from and to
// the client's socket. It belongs to the client's loop.
type Session struct {
	// Out is what the client must be sent, in this order and without a gap. Open, Seal and End append to it; its user takes from its front.
	Out []byte

	front *Front
	port  *Port
	tls   *tls.Conn
	wire  *wire

	tcp *net.TCPConn // by which the front knows the client until a loop has claimed it
	fd  int          // of the client's socket, until then
}

// IRC reports whether the client has come to a port for IRC.
func (s *Session) IRC() bool { return s.port.IRC }

// Open decrypts what has come from the client, behind what came before, and appends the plain text of all whole records to plain. The error
// is io.EOF when the client has said that it sends no more. After any other the connection can't go on; Out may hold an alert that says why.
func (s *Session) Open(plain, in []byte) ([]byte, error) {
	if len(s.wire.in) > 0 {
		in = append(s.wire.in, in...) // what came with the balancer's header, and the handshake has not read
	}
	s.wire.in = in
	for {
		plain = slices.Grow(plain, 1)
		n, err := s.tls.Read(plain[len(plain):cap(plain)])
		plain = plain[:len(plain)+n]
		switch {
		case errors.Is(err, errNoMore):
			return plain, nil
		case err != nil:
			return plain, err
		}
	}
}

// Seal encrypts b.
func (s *Session) Seal(b []byte) error {
	_, err := s.tls.Write(b)
	return err
}

// End says that nothing more will be sent. It is called once, and nothing is sealed after it.
func (s *Session) End() { _ = s.tls.CloseWrite() }

// Leave tells the front that the client has gone. It is called once.
func (s *Session) Leave() {
	s.front.mu.Lock()
	s.front.claimed--
	s.front.mu.Unlock()
}

// wire is what TLS reads from and writes to: the socket during the handshake, then memory.
type wire struct {
	*net.TCPConn          // nil after the handshake
	in           []byte   // to be read before anything else
	session      *Session // has the output; nil during the handshake
}

func (w *wire) Read(b []byte) (int, error) {
	if len(w.in) > 0 {
		n := copy(b, w.in)
		w.in = w.in[n:]
		return n, nil
	}
	if w.session != nil {
		w.in = nil
		return 0, errNoMore
	}
	return w.TCPConn.Read(b)
}

func (w *wire) Write(b []byte) (int, error) {
	if w.session != nil {
		w.session.Out = append(w.session.Out, b...)
		return len(b), nil
	}
	return w.TCPConn.Write(b)
}

// SetWriteDeadline does nothing in memory. TLS calls it when it says that it ends.
func (w *wire) SetWriteDeadline(t time.Time) error {
	if w.session != nil {
		return nil
	}
	return w.TCPConn.SetWriteDeadline(t)
}

// errNoMore says that all of the input is read by now. TLS goes on after an error that is temporary.
var errNoMore net.Error = noMore{}

type noMore struct{}

func (noMore) Error() string   { return "no more input yet" }
func (noMore) Timeout() bool   { return false }
func (noMore) Temporary() bool { return true }
