package tlsfront

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"parley/server/internal/address"
	"parley/server/internal/admission"
	"parley/server/internal/proxyheader"
	"parley/server/internal/socket"
)

// client is a TLS client before a loop has it.
type client struct {
	tcp  *net.TCPConn
	port *Port // where it has come
	wire *wire
	tls  *tls.Conn
}

// serve serves one client until a loop has it.
func (f *Front) serve(tcp *net.TCPConn, port *Port) {
	from := address.Of(tcp.RemoteAddr())
	c := &client{tcp: tcp, port: port, wire: &wire{TCPConn: tcp}}
	if err := f.welcome(c, &from); err != nil {
		f.config.LimitLog.Info("closed: TLS", zap.Stringer("from", from), zap.String("why", reason(err)))
		return
	}
	if err := f.handOver(c, from, address.Of(tcp.LocalAddr())); err != nil {
		f.config.LimitLog.Warn("the TLS port can't reach the loop", zap.Stringer("from", from), zap.Error(err))
	}
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
	if address.In(f.config.Proxies, from.Addr()) {
		if err := c.wire.readHeader(from); err != nil {
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
	c.tls = tls.Server(c.wire, f.tls)
	if err := c.tls.Handshake(); err != nil {
		return f.explain(c, err)
	}
	return nil
}

// explain tells a client that speaks plain text what this port is, if possible, and returns the error for the log.
func (f *Front) explain(c *client, err error) error {
	if notTLS := (tls.RecordHeaderError{}); errors.As(err, &notTLS) && notTLS.Conn != nil {
		_, _ = c.tcp.Write(c.port.PlainText)
		_ = c.tcp.CloseWrite()
		_ = c.tcp.SetReadDeadline(time.Now().Add(f.config.Timeout.End))
		_, _ = io.Copy(io.Discard, struct{ io.Reader }{c.tcp})
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

// handOver has a loop take a client, and returns when it has, or has refused to.
func (f *Front) handOver(c *client, from, to netip.AddrPort) error {
	f.ways <- struct{}{}
	defer func() { <-f.ways }()
	header, id, path, err := f.announce(c, from, to)
	if err != nil {
		return err
	}
	defer f.forget(id)
	loop, err := net.DialUnix("unix", nil, &net.UnixAddr{Net: "unix", Name: path})
	if err != nil {
		return err
	}
	defer loop.Close()
	_ = loop.SetDeadline(time.Now().Add(f.config.Timeout.Loop))
	if _, err := loop.Write(header); err != nil {
		return err
	}
	_, _ = loop.Read(make([]byte, 1)) // the loop sends nothing: its end goes when it has put the client's socket there, or has closed it
	return nil
}

// announce makes the session of a client, and the header by which a loop can claim it. The session has a descriptor of the client's socket of its own,
// which Go's poller doesn't know; the front's is closed.
func (f *Front) announce(c *client, from, to netip.AddrPort) (header []byte, id uint64, path string, err error) {
	fd, err := second(c.tcp)
	if err != nil {
		return nil, 0, "", err
	}
	_ = c.tcp.Close()
	s := &Session{front: f, port: c.port, tcp: c.tcp, fd: fd, tls: c.tls, wire: c.wire}
	s.wire.TCPConn, s.wire.session = nil, s
	path, id, ok := f.assign(c.tcp, s)
	if !ok {
		_ = unix.Close(fd)
		return nil, 0, "", net.ErrClosed
	}
	if header, err = proxyheader.Format(from, to, id); err != nil {
		f.forget(id)
	}
	return header, id, path, err
}

// second opens another descriptor of a client's socket.
func second(tcp *net.TCPConn) (fd int, err error) {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return -1, err
	}
	failed := raw.Control(func(first uintptr) { fd, err = unix.FcntlInt(first, unix.F_DUPFD_CLOEXEC, 0) })
	return fd, errors.Join(failed, err)
}

// readHeader reads the header that a balancer must send.
func (w *wire) readHeader(from *netip.AddrPort) error {
	const most = 4 << 10 // at once, in bytes
	var header proxyheader.Reader
	buffer := make([]byte, most)
	for {
		n, err := w.TCPConn.Read(buffer)
		if err != nil {
			return err
		}
		whole, rest, ok, err := header.Take(buffer[:n])
		if err != nil {
			return err
		}
		if ok {
			w.in = bytes.Clone(rest)
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
