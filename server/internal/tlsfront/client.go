package tlsfront

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"

	"go.uber.org/zap"

	"parley/server/internal/address"
	"parley/server/internal/admission"
	"parley/server/internal/proxyheader"
	"parley/server/internal/socket"
)

// chunk is how much the front copies at once, in bytes. It is small, so that the progress of a client on a slow line can be seen.
const chunk = 4 << 10

// client is a TLS client.
type client struct {
	tcp  *net.TCPConn
	port *Port // where it has come
	tls  *tls.Conn
	loop *net.UnixConn
	ack  *Ack
}

// serve serves one client from its first byte to its last.
func (f *Front) serve(tcp *net.TCPConn, port *Port) {
	from := address.Of(tcp.RemoteAddr())
	c := &client{tcp: tcp, port: port, ack: &Ack{tcp: tcp, port: port, timeout: f.config.Timeout}}
	if err := f.welcome(c, &from); err != nil {
		f.config.LimitLog.Info("closed: TLS", zap.Stringer("from", from), zap.String("why", reason(err)))
		return
	}
	loop, id, err := f.handOver(from, address.Of(tcp.LocalAddr()), c.ack)
	defer f.forget(id) // in case no loop has claimed it
	if err != nil {
		f.config.LimitLog.Warn("the TLS port can't reach the loop", zap.Stringer("from", from), zap.Error(err))
		return
	}
	c.loop = loop
	c.copy()
}

var (
	errCrowded     = errors.New("too many handshakes under way")
	errAddressBusy = errors.New("too many handshakes of this address under way")
	errNotTLS      = errors.New("it does not speak TLS")
)

// welcome does what comes before the chat: the handshake, and a balancer's PROXY header before it, which changes from.
func (f *Front) welcome(c *client, from *netip.AddrPort) error {
	limit, ok := f.handshakes.begin()
	if !ok {
		return errCrowded
	}
	defer f.handshakes.end()
	tune(c.tcp)
	_ = c.tcp.SetDeadline(time.Now().Add(limit))
	under := &underTLS{TCPConn: c.tcp, ack: c.ack}
	if address.In(f.config.Proxies, from.Addr()) {
		if err := under.readHeader(from); err != nil {
			return err
		}
	}
	if verdict := f.config.Admission.Arrive(from.Addr(), time.Now()); verdict != admission.Admitted {
		return errors.New(verdict.String())
	}
	if !f.config.Admission.Trusts(from.Addr()) {
		if !f.handshakes.beginFor(from.Addr()) {
			return errAddressBusy
		}
		defer f.handshakes.endFor(from.Addr())
	}
	c.tls = tls.Server(under, f.tls)
	if err := c.tls.Handshake(); err != nil {
		return f.explain(c, err)
	}
	return c.tcp.SetDeadline(time.Time{})
}

// explain tells a client that speaks plain text what this port is, if possible, and returns the error for the log.
func (f *Front) explain(c *client, err error) error {
	if notTLS := (tls.RecordHeaderError{}); errors.As(err, &notTLS) && notTLS.Conn != nil {
		_, _ = c.tcp.Write(c.port.PlainText)
		_ = c.tcp.CloseWrite()
		c.limitEnd()
		discard(c.tcp)
		return errNotTLS
	}
	return err
}

// reason is an error for the log, without the address, which the line has already.
func reason(err error) string {
	switch timeout := net.Error(nil); {
	case errors.As(err, &timeout) && timeout.Timeout():
		return "the handshake took too long"
	case errors.Is(err, io.EOF):
		return "it left during the handshake"
	case errors.Is(err, net.ErrClosed):
		return "the server is going down"
	}
	return err.Error()
}

// copy passes everything on in both directions until both have ended.
func (c *client) copy() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.inward()
	}()
	c.outward()
	<-done
	c.ack.settle()
	c.ack.close()
	_ = c.loop.Close()
}

// abort ends both sides at once.
func (c *client) abort() {
	c.ack.close()
	_ = c.loop.Close()
	_ = c.tcp.Close()
}

// inward copies from the client to the loop. It passes on the end of the input, with or without TLS's close alert. With the end comes the
// acknowledgement of what the client had received before.
func (c *client) inward() {
	buffer := make([]byte, chunk)
	for {
		n, err := c.tls.Read(buffer)
		if n > 0 {
			if _, err := c.loop.Write(buffer[:n]); err != nil {
				discard(c.tls) // the loop has closed; to close over unread input could make the client lose the last line
				return
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			_ = c.loop.CloseWrite()
			return
		default:
			c.abort()
			return
		}
	}
}

// outward copies from the loop to the client. After the end it limits the wait for the client's own end, as the loops do.
func (c *client) outward() {
	buffer := make([]byte, chunk)
	for {
		n, err := c.loop.Read(buffer)
		if n > 0 {
			c.ack.limitWrite()
			written, err := c.tls.Write(buffer[:n])
			c.ack.wrote(written)
			if err != nil {
				c.abort()
				return
			}
		}
		if err != nil {
			break
		}
	}
	_ = c.tls.CloseWrite()
	if c.tcp.CloseWrite() == nil {
		c.ack.cipher.Add(1) // the kernel counts the end as a byte
	}
	c.limitEnd()
}

// limitEnd limits the wait for the client's end.
func (c *client) limitEnd() { _ = c.tcp.SetReadDeadline(time.Now().Add(c.ack.timeout.End)) }

// discard reads to the end.
func discard(r io.Reader) {
	_, _ = io.CopyBuffer(io.Discard, struct{ io.Reader }{r}, make([]byte, chunk))
}

// underTLS is the socket as TLS sees it: it counts what the kernel has taken, and begins after the PROXY header.
type underTLS struct {
	*net.TCPConn
	ack   *Ack
	early []byte // read with the header
}

func (u *underTLS) Write(b []byte) (int, error) {
	n, err := u.TCPConn.Write(b)
	u.ack.cipher.Add(uint64(n))
	return n, err
}

func (u *underTLS) Read(b []byte) (int, error) {
	if len(u.early) > 0 {
		n := copy(b, u.early)
		u.early = u.early[n:]
		return n, nil
	}
	return u.TCPConn.Read(b)
}

// readHeader reads the header that a balancer must send.
func (u *underTLS) readHeader(from *netip.AddrPort) error {
	var header proxyheader.Reader
	buffer := make([]byte, chunk)
	for {
		n, err := u.TCPConn.Read(buffer)
		if err != nil {
			return err
		}
		whole, rest, ok, err := header.Take(buffer[:n])
		if err != nil {
			return err
		}
		if ok {
			u.early = rest
			if source, ok := whole.Source(); ok {
				*from = source
			}
			return nil
		}
	}
}

// tune does for a client's socket what the loops do for theirs.
func tune(tcp *net.TCPConn) {
	if raw, err := tcp.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { socket.TuneTCP(int(fd)) })
	}
}
