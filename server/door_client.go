package server

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"

	"go.uber.org/zap"

	"parley/commands/ratelimit"
)

// chunk is how much the door copies at once, in bytes. Small, so that a client on a slow line is seen to make progress.
const chunk = 4 << 10

// client is a TLS client at the front door.
type client struct {
	tcp     *net.TCPConn
	tls     *tls.Conn
	loop    *net.UnixConn
	receipt *receipt
}

// serve sees to one client from its first byte to its last.
func (d *door) serve(tcp *net.TCPConn) {
	from := plainAddr(tcp.RemoteAddr())
	c := &client{tcp: tcp, receipt: &receipt{tcp: tcp, patience: d.config.patience}}
	if err := d.welcome(c, &from); err != nil {
		d.log.Info("closed: TLS", zap.Stringer("from", from), zap.String("why", reason(err)))
		return
	}
	loop, id, err := d.handOver(from, plainAddr(tcp.LocalAddr()), c.receipt)
	defer d.forget(id) // in case no loop has claimed it
	if err != nil {
		d.log.Warn("the TLS port can't reach the loop", zap.Stringer("from", from), zap.Error(err))
		return
	}
	c.loop = loop
	c.copy()
}

// welcome does what comes before the chat: a balancer's PROXY header, which changes from, and the handshake.
func (d *door) welcome(c *client, from *netip.AddrPort) error {
	if !d.shaking.begin() {
		return errors.New("too many handshakes under way")
	}
	defer d.shaking.end()
	tune(c.tcp)
	_ = c.tcp.SetDeadline(time.Now().Add(handshakeTime))
	under := &underTLS{TCPConn: c.tcp, receipt: c.receipt}
	if contains(d.config.Proxies, from.Addr()) {
		if err := under.readHeader(from); err != nil {
			return err
		}
	}
	if !d.gate.trusts(from.Addr()) {
		source := ratelimit.AddressKey(from.Addr())
		if !d.shaking.beginFor(source) {
			return errors.New("too many handshakes of this address under way")
		}
		defer d.shaking.endFor(source)
	}
	c.tls = tls.Server(under, d.tls)
	if err := c.tls.Handshake(); err != nil {
		return c.explain(err)
	}
	return c.tcp.SetDeadline(time.Time{})
}

// explain tells a person who came with plain text what this port is, as far as that is possible.
func (c *client) explain(err error) error {
	if notTLS := (tls.RecordHeaderError{}); errors.As(err, &notTLS) && notTLS.Conn != nil {
		_, _ = c.tcp.Write(tlsOnlyLine)
		_ = c.tcp.CloseWrite()
		c.limitEnd()
		discard(c.tcp)
		return errors.New("it does not speak TLS")
	}
	return err
}

// reason is an error for the log: the address stands there already.
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
	c.receipt.settle()
	c.receipt.close()
	_ = c.loop.Close()
}

// abort ends both sides at once.
func (c *client) abort() {
	c.receipt.close()
	_ = c.loop.Close()
	_ = c.tcp.Close()
}

// inward copies from the client to the loop. The end of the input, with or without TLS's own word for it, is passed on. It
// is seen only when the client has acknowledged what it had received before.
func (c *client) inward() {
	buffer := make([]byte, chunk)
	for {
		n, err := c.tls.Read(buffer)
		if n > 0 {
			if _, err := c.loop.Write(buffer[:n]); err != nil {
				discard(c.tls) // the loop has closed: what is unread would make the client lose the last line
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

// outward copies from the loop to the client. After the end the client's own end is waited for, as the loops do.
func (c *client) outward() {
	buffer := make([]byte, chunk)
	for {
		n, err := c.loop.Read(buffer)
		if n > 0 {
			c.receipt.limitWrite()
			written, err := c.tls.Write(buffer[:n])
			c.receipt.wrote(written)
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
	_ = c.tcp.CloseWrite()
	c.limitEnd()
}

// limitEnd limits the wait for the client's end.
func (c *client) limitEnd() { _ = c.tcp.SetReadDeadline(time.Now().Add(c.receipt.ended())) }

// discard reads to the end.
func discard(r io.Reader) {
	_, _ = io.CopyBuffer(io.Discard, struct{ io.Reader }{r}, make([]byte, chunk))
}

// underTLS is the socket as TLS sees it: it counts what the kernel has taken, and begins behind the PROXY header.
type underTLS struct {
	*net.TCPConn
	receipt *receipt
	early   []byte // read with the header
}

func (u *underTLS) Write(b []byte) (int, error) {
	n, err := u.TCPConn.Write(b)
	u.receipt.cipher.Add(uint64(n))
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
	var header proxyHeader
	buffer := make([]byte, chunk)
	for {
		n, err := u.TCPConn.Read(buffer)
		if err != nil {
			return err
		}
		whole, rest, err := header.take(buffer[:n])
		if err != nil {
			return err
		}
		if whole != nil {
			u.early = rest
			if source, ok := sourceIn(whole); ok {
				*from = source
			}
			return nil
		}
	}
}

// tune does for a client's socket what the loops do for theirs.
func tune(tcp *net.TCPConn) {
	if raw, err := tcp.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { tuneTCP(int(fd)) })
	}
}
