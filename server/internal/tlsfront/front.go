// Package tlsfront speaks TLS with clients and plain text with the event loops, so that the loops need no TLS.
//
// Each client has two goroutines and a connection to a loop's internal socket. The connection begins with a PROXY header that says who the
// client is; then everything is copied both ways.
package tlsfront

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"go.uber.org/zap"

	"parley/server/internal/admission"
	"parley/server/internal/proxyheader"
)

// Config is how a front works.
type Config struct {
	Ports     []Port
	Cert      string               // file, PEM: the certificate and the intermediate ones
	Key       string               // file, PEM
	Proxies   []netip.Prefix       // of balancers; a connection from there begins with a PROXY header
	Admission *admission.Admission // counts each connection before its handshake
	Timeout   Timeout              //
	Log       *zap.Logger          //
	LimitLog  *zap.Logger          // for what strangers can make happen often
}

// Port is where a front listens.
type Port struct {
	Address   string // TCP, as net.Listen takes it
	IRC       bool   // for clients that speak IRC from the beginning
	PlainText []byte // what a client that does not speak TLS is told
}

// Timeout is how long the front waits for a client.
type Timeout struct {
	Handshake time.Duration // to end the handshake; less when many are under way
	Write     time.Duration // to take what is still to be written when the loop is done with it
	End       time.Duration // to end its side when ours has ended
}

// Front is a running TLS front. The methods of a nil Front do nothing: there is no TLS.
type Front struct {
	config     Config
	tls        *tls.Config
	listeners  []net.Listener
	handshakes *handshakes
	work       sync.WaitGroup

	mu      sync.Mutex            // guards what follows; nothing is called under it but Close
	paths   []string              // the loops' internal sockets, taken in turn
	next    uint64                // counts clients
	clients map[*net.TCPConn]bool // true when it has come as far as a loop
	handed  map[uint64]*Ack       // of clients on their way to a loop
	closing bool
}

// New reads the certificate. An error is for the operator to read.
func New(config Config) (*Front, error) {
	certs, err := loadCertificates(config.Cert, config.Key, config.Log)
	if err != nil {
		return nil, err
	}
	return &Front{
		config:     config,
		tls:        &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certs.get},
		handshakes: newHandshakes(config.Timeout.Handshake),
		clients:    map[*net.TCPConn]bool{},
		handed:     map[uint64]*Ack{},
	}, nil
}

// Listen opens the ports. Whoever connects waits for Open. An error is one of net.Listen; the ports that were opened before it are closed by Shut.
func (f *Front) Listen() error {
	if f == nil {
		return nil
	}
	for i := range f.config.Ports {
		l, err := net.Listen("tcp", f.config.Ports[i].Address)
		if err != nil {
			return err
		}
		f.listeners = append(f.listeners, l)
	}
	return nil
}

// Open begins to accept, for loops that listen on these unix sockets. It follows Listen.
func (f *Front) Open(loops []string) {
	if f == nil {
		return
	}
	f.paths = loops
	for i, l := range f.listeners {
		f.work.Go(func() { f.accept(l.(*net.TCPListener), &f.config.Ports[i]) })
	}
}

// accept takes clients until the listener is closed.
func (f *Front) accept(l *net.TCPListener, port *Port) {
	const pause = 50 * time.Millisecond // after an error that may pass, such as too many open files
	for {
		tcp, err := l.AcceptTCP()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			f.config.LimitLog.Warn("the TLS port can't accept", zap.Error(err))
			time.Sleep(pause)
		case !f.enter(tcp):
			f.config.LimitLog.Info("refused", zap.Stringer("from", tcp.RemoteAddr()), zap.String("why", "no room at the TLS port"))
			_ = tcp.Close()
		default:
			f.work.Go(func() {
				defer f.leave(tcp)
				f.serve(tcp, port)
			})
		}
	}
}

// enter counts a client, if there is a descriptor for it.
func (f *Front) enter(tcp *net.TCPConn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing || len(f.clients) >= f.config.Admission.MostOpen() {
		return false
	}
	f.clients[tcp] = false
	return true
}

func (f *Front) leave(tcp *net.TCPConn) {
	_ = tcp.Close()
	f.mu.Lock()
	delete(f.clients, tcp)
	f.mu.Unlock()
}

// assign finds a loop for a client. Ok is false when the server is going down.
func (f *Front) assign(a *Ack) (path string, id uint64, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing {
		return "", 0, false
	}
	f.next++
	f.handed[f.next] = a
	f.clients[a.tcp] = true
	return f.paths[f.next%uint64(len(f.paths))], f.next, true
}

// handOver connects a client with a loop. The caller forgets the id in the end, after an error too.
func (f *Front) handOver(from, to netip.AddrPort, a *Ack) (*net.UnixConn, uint64, error) {
	path, id, ok := f.assign(a)
	if !ok {
		return nil, 0, net.ErrClosed
	}
	loop, err := net.DialUnix("unix", nil, &net.UnixAddr{Net: "unix", Name: path})
	if err != nil {
		return nil, id, err
	}
	header, err := proxyheader.Format(from, to, id)
	if err == nil {
		_, err = loop.Write(header)
	}
	if err != nil {
		_ = loop.Close()
		return nil, id, err
	}
	return loop, id, nil
}

// Claim returns the Ack of the client that a header announces; nil if there is no such client, or it was claimed before. Loops call it.
func (f *Front) Claim(h proxyheader.Header) *Ack {
	id, ok := h.ID()
	if !ok {
		return nil
	}
	return f.forget(id)
}

// forget takes a client out of handed.
func (f *Front) forget(id uint64) *Ack {
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.handed[id]
	delete(f.handed, id)
	return a
}

// Addrs are where it listens.
func (f *Front) Addrs() (addrs []net.Addr) {
	if f == nil {
		return nil
	}
	for _, l := range f.listeners {
		addrs = append(addrs, l.Addr())
	}
	return addrs
}

// Shut stops accepting. Clients that have come as far as a loop stay; those in a handshake are closed.
func (f *Front) Shut() {
	if f == nil {
		return
	}
	for _, l := range f.listeners {
		_ = l.Close()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closing = true
	for tcp, chatting := range f.clients {
		if !chatting {
			_ = tcp.Close()
		}
	}
}

// Wait returns when the last client has gone. When ctx ends it closes those that are left. It follows Shut.
func (f *Front) Wait(ctx context.Context) {
	if f == nil {
		return
	}
	cut := context.AfterFunc(ctx, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		for tcp := range f.clients {
			_ = tcp.Close()
		}
	})
	defer cut()
	f.work.Wait()
}

// Clients is how many clients there are, those in a handshake among them.
func (f *Front) Clients() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.clients)
}
