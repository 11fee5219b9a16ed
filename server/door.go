package server

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pires/go-proxyproto"
	"go.uber.org/zap"

	"parley/commands"
)

// TLS is where the front door listens and who it says it is. Without an address there is no front door.
type TLS struct {
	Listen []string // TCP addresses as net.Listen takes them
	Cert   string   // file, PEM: the certificate and those that vouch for it
	Key    string   // file, PEM
}

// door is the front door: it speaks TLS with the clients and plain text with the loops, over unix sockets, each connection
// beginning with a PROXY header. A client costs it goroutines and two descriptors, so the loops need know nothing of TLS.
type door struct {
	config    Config
	gate      *gate
	log       *zap.Logger // for what strangers can make happen often
	tls       *tls.Config
	listeners []net.Listener
	shaking   *handshakes
	work      sync.WaitGroup

	mu      sync.Mutex            // guards what follows; nothing is called under it but Close
	paths   []string              // the loops' unix sockets, taken in turn
	next    uint64                // counts clients
	clients map[*net.TCPConn]bool // true when it has come as far as a loop
	handed  map[uint64]*receipt   // of clients on their way to a loop
	closing bool
}

// newDoor reads the certificate; nil when no TLS is wanted.
func newDoor(config Config, g *gate) (*door, error) {
	if len(config.TLS.Listen) == 0 {
		return nil, nil
	}
	certs, err := loadCertificates(config.TLS.Cert, config.TLS.Key, config.Log)
	if err != nil {
		return nil, err
	}
	return &door{
		config:  config,
		gate:    g,
		log:     commands.Sampled(config.Log),
		tls:     &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certs.get},
		shaking: newHandshakes(),
		clients: map[*net.TCPConn]bool{},
		handed:  map[uint64]*receipt{},
	}, nil
}

// open begins to accept. A nil door has nothing to open.
func (d *door) open(loops []*loop) error {
	if d == nil {
		return nil
	}
	for _, l := range loops {
		d.paths = append(d.paths, l.doorPath)
	}
	for _, address := range d.config.TLS.Listen {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return sentence(err)
		}
		d.listeners = append(d.listeners, l)
	}
	for _, l := range d.listeners {
		d.work.Go(func() { d.accept(l.(*net.TCPListener)) })
	}
	return nil
}

// accept takes clients until the listener is closed.
func (d *door) accept(l *net.TCPListener) {
	const breath = 50 * time.Millisecond // after an error that may pass, such as too many open files
	for {
		tcp, err := l.AcceptTCP()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			d.log.Warn("the TLS port can't accept", zap.Error(err))
			time.Sleep(breath)
		case !d.enter(tcp):
			d.log.Info("refused", zap.Stringer("from", tcp.RemoteAddr()), zap.String("why", "no room at the TLS port"))
			_ = tcp.Close()
		default:
			d.work.Go(func() {
				defer d.leave(tcp)
				d.serve(tcp)
			})
		}
	}
}

// enter counts a client in while there are descriptors for it: the gate keeps as many for those who are being sent away.
func (d *door) enter(tcp *net.TCPConn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closing || len(d.clients) >= (d.config.MaxConnections+d.config.Descriptors)/2 {
		return false
	}
	d.clients[tcp] = false
	return true
}

func (d *door) leave(tcp *net.TCPConn) {
	_ = tcp.Close()
	d.mu.Lock()
	delete(d.clients, tcp)
	d.mu.Unlock()
}

// assign finds a loop for a client. Ok is false when the server is going down.
func (d *door) assign(r *receipt) (path string, id uint64, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closing {
		return "", 0, false
	}
	d.next++
	d.handed[d.next] = r
	d.clients[r.tcp] = true
	return d.paths[d.next%uint64(len(d.paths))], d.next, true
}

// handOver connects a client with a loop. In case of an error too, the id is to be forgotten at the end.
func (d *door) handOver(from, to netip.AddrPort, r *receipt) (*net.UnixConn, uint64, error) {
	path, id, ok := d.assign(r)
	if !ok {
		return nil, 0, net.ErrClosed
	}
	loop, err := net.DialUnix("unix", nil, &net.UnixAddr{Net: "unix", Name: path})
	if err != nil {
		return nil, id, err
	}
	header, err := headerFor(from, to, id)
	if err == nil {
		_, err = loop.Write(header)
	}
	if err != nil {
		_ = loop.Close()
		return nil, id, err
	}
	return loop, id, nil
}

// headerFor is what a loop is told of a client.
func headerFor(from, to netip.AddrPort, id uint64) ([]byte, error) {
	h := proxyproto.HeaderProxyFromAddrs(2, net.TCPAddrFromAddrPort(from), net.TCPAddrFromAddrPort(to))
	if err := h.SetTLVs([]proxyproto.TLV{{Type: proxyproto.PP2_TYPE_UNIQUE_ID, Value: binary.BigEndian.AppendUint64(nil, id)}}); err != nil {
		return nil, err
	}
	return h.Format()
}

// claim returns the receipt of the client whom a header announces, once. Loops call it.
func (d *door) claim(h *proxyproto.Header) *receipt {
	tlvs, err := h.TLVs()
	if err != nil || len(tlvs) != 1 || len(tlvs[0].Value) != 8 {
		return nil
	}
	return d.forget(binary.BigEndian.Uint64(tlvs[0].Value))
}

// forget takes a client out of those on their way.
func (d *door) forget(id uint64) *receipt {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.handed[id]
	delete(d.handed, id)
	return r
}

// addrs are the addresses that it listens on. A nil door has none.
func (d *door) addrs() (addrs []net.Addr) {
	if d == nil {
		return nil
	}
	for _, l := range d.listeners {
		addrs = append(addrs, l.Addr())
	}
	return addrs
}

// shut stops accepting. The clients who are in stay, those in a handshake don't. A nil door is shut.
func (d *door) shut() {
	if d == nil {
		return
	}
	for _, l := range d.listeners {
		_ = l.Close()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closing = true
	for tcp, in := range d.clients {
		if !in {
			_ = tcp.Close()
		}
	}
}

// wait returns when the last client has gone, and sees to it when ctx ends. The loops have ended, so nobody comes in.
func (d *door) wait(ctx context.Context) {
	if d == nil {
		return
	}
	cut := context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		for tcp := range d.clients {
			_ = tcp.Close()
		}
	})
	defer cut()
	d.work.Wait()
}
