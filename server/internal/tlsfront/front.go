// Package tlsfront is where TLS clients come in.
//
// Each has a goroutine for its handshake, which may block. Then the front connects to a loop's internal socket and sends a PROXY header that says
// who the client is. The loop claims the client and puts its socket in the place of that connection. From then on the loop reads and writes
// the socket, and uses the client's Session to decrypt and encrypt. Nothing of the front is left for this client.
package tlsfront

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"parley/server/internal/admission"
	"parley/server/internal/proxyheader"
)

// Config is how a front works.
type Config struct {
	Ports     []Port
	Cert      string               // file, PEM: the certificate and the intermediate ones
	Key       string               // file, PEM
	Get       Get                  // in place of Cert and Key, if it is not nil
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
	Loop      time.Duration // for a loop to take it
	End       time.Duration // to end its side when ours has ended
}

// Front is a running TLS front. The methods of a nil Front do nothing: there is no TLS.
type Front struct {
	config     Config
	tls        *tls.Config
	certs      *certificates // nil with Config.Get
	ends       atomic.Int64  // see CertificateEnds
	listeners  []net.Listener
	handshakes *handshakes
	ways       chan struct{} // holds one for each client that is on its way to a loop
	work       sync.WaitGroup

	mu      sync.Mutex            // guards what follows; nothing is called under it but Close
	paths   []string              // the loops' internal sockets, taken in turn
	next    uint64                // counts clients
	clients map[*net.TCPConn]bool // those that no loop has claimed; true when it is on its way to one
	handed  map[uint64]*Session   // of those on their way
	claimed int                   // clients that a loop has
	closing bool
}

// Ways is how many clients may be on their way to a loop at once. Each of them takes two descriptors besides its own: those of both ends of a
// connection to the loop's internal socket.
const Ways = 16

// Get returns the certificate for a client, as tls.Config.GetCertificate does. It may be called from any goroutine.
type Get func(*tls.ClientHelloInfo) (*tls.Certificate, error)

// New reads the certificate. An error is for the operator to read.
func New(config Config) (*Front, error) {
	var certs *certificates
	get := config.Get
	if get == nil {
		var err error
		if certs, err = loadCertificates(config.Cert, config.Key, config.Log); err != nil {
			return nil, err
		}
		get = certs.get
	}
	f := &Front{
		config:     config,
		certs:      certs,
		handshakes: newHandshakes(config.Timeout.Handshake),
		ways:       make(chan struct{}, Ways),
		clients:    map[*net.TCPConn]bool{},
		handed:     map[uint64]*Session{},
	}
	f.tls = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		certificate, err := get(hello)
		if err == nil {
			f.ends.Store(certificate.Leaf.NotAfter.Unix())
		}
		return certificate, err
	}}
	return f, nil
}

// CertificateEnds is when the certificate ends that was shown to the newest client, in seconds since 1970; 0: none was shown yet. Any goroutine may
// call it.
func (f *Front) CertificateEnds() int64 {
	if f == nil {
		return 0
	}
	return f.ends.Load()
}

// UseFiles has the certificate and its key read from other files, and anew from the same. After an error, which is for the operator to read, the old
// ones are in use. Any goroutine may call it.
func (f *Front) UseFiles(cert, key string) error {
	if f == nil || f.certs == nil {
		return nil
	}
	return f.certs.use(cert, key)
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
	if !f.config.Admission.TakeHandshake() {
		return false
	}
	f.mu.Lock()
	closing := f.closing
	if !closing {
		f.clients[tcp] = false
	}
	f.mu.Unlock()
	if closing {
		f.config.Admission.GiveHandshake()
	}
	return !closing
}

// leave closes the front's descriptor of a client, and ends what enter began unless a loop has claimed the client.
func (f *Front) leave(tcp *net.TCPConn) {
	_ = tcp.Close()
	f.mu.Lock()
	_, unclaimed := f.clients[tcp]
	delete(f.clients, tcp)
	f.mu.Unlock()
	if unclaimed {
		f.config.Admission.GiveHandshake()
	}
}

// assign finds a loop for a client. Ok is false when the server is going down.
func (f *Front) assign(tcp *net.TCPConn, s *Session) (path string, id uint64, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing {
		return "", 0, false
	}
	f.next++
	f.handed[f.next] = s
	f.clients[tcp] = true
	return f.paths[f.next%uint64(len(f.paths))], f.next, true
}

// Claim returns the session of the client that a header announces, and the descriptor of its socket, which belongs to the caller from now on. The
// session is nil if there is no such client, or it was claimed before. Loops call it.
func (f *Front) Claim(h proxyheader.Header) (s *Session, fd int) {
	id, ok := h.ID()
	if !ok {
		return nil, -1
	}
	f.mu.Lock()
	s = f.handed[id]
	if s != nil {
		delete(f.handed, id)
		delete(f.clients, s.tcp)
		f.claimed++
	}
	f.mu.Unlock()
	if s == nil {
		return nil, -1
	}
	f.config.Admission.GiveHandshake()
	s.tcp = nil
	return s, s.fd
}

// forget closes a client's socket if no loop has claimed it.
func (f *Front) forget(id uint64) {
	f.mu.Lock()
	s := f.handed[id]
	delete(f.handed, id)
	f.mu.Unlock()
	if s != nil {
		_ = unix.Close(s.fd)
	}
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

// Wait returns when each client has gone or a loop has it. When ctx ends it closes those that are left. It follows Shut.
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

// Clients is how many clients there are, those in a handshake and those that loops have.
func (f *Front) Clients() int {
	if f == nil {
		return 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.clients) + f.claimed
}
