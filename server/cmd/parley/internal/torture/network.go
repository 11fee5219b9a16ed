package torture

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// network is how clients reach the server. Where the machine allows it, the server lives in a network namespace of its own, and some
// clients in others at the end of a cable each, which can be pulled: packets are dropped, and nobody is told. Elsewhere all
// is on loopback, and some clients sit behind a relay that can stall them.
type network struct {
	home    string // the server's namespace; empty on loopback
	port    int    // of the first node for plain text; the next one is for TLS, and then come those of the other nodes
	nodes   int
	why     string // there are no cables
	plain   bool   // all clients speak plain text, without a PROXY header
	small   bool   // the kernel takes little for a client that does not read
	places  []*place
	trust   *tls.Config // of TLS clients; nil if there are none
	cleanup []func()
}

// place is where one client lives that can be troubled on its way.
type place struct {
	namespace string
	host      string   // of the server, as seen from here
	relays    []*relay // for plain text and TLS, where there is no cable
	ports     []int    // of the relays

	mu      sync.Mutex
	pulled  int // how many times at once
	changes int // how often it was pulled or plugged
}

// networks counts those of this process, to tell their namespaces apart.
var networks atomic.Int32

// newNetwork makes one with a number of troubled places, for a number of nodes.
func newNetwork(far, nodes int) (*network, error) {
	n := &network{port: 8888, nodes: nodes}
	err := n.lay(far)
	if err == nil {
		return n, nil
	}
	n.close()
	return newLoopback(far, nodes, err.Error())
}

// newLoopback makes one without cables, for the reason that is said.
func newLoopback(far, nodes int, why string) (n *network, err error) {
	n = &network{nodes: nodes, why: why}
	if n.port, err = freePorts(2 * nodes); err != nil {
		return nil, err
	}
	return n, n.relay(far)
}

// cables reports whether packets can be dropped.
func (n *network) cables() bool { return n.home != "" }

// lay makes the namespaces and the cables.
func (n *network) lay(far int) error {
	if os.Geteuid() != 0 {
		return errors.New("only root can make network namespaces")
	}
	n.home = fmt.Sprintf("parley-%d-%d", os.Getpid(), networks.Add(1))
	if err := n.namespace(n.home); err != nil {
		return err
	}
	for i := range far {
		p := &place{namespace: fmt.Sprintf("%s-%d", n.home, i), host: fmt.Sprintf("10.99.%d.1", i)}
		if err := n.namespace(p.namespace); err != nil {
			return err
		}
		cable := fmt.Sprintf("cable%d", i)
		for _, arguments := range []string{
			"-n " + n.home + " link add " + cable + " type veth peer name cable netns " + p.namespace,
			fmt.Sprintf("-n %s address add 10.99.%d.1/24 dev %s", n.home, i, cable),
			fmt.Sprintf("-n %s address add 10.99.%d.2/24 dev cable", p.namespace, i),
			"-n " + n.home + " link set " + cable + " up",
			"-n " + p.namespace + " link set cable up",
		} {
			if err := ip(arguments); err != nil {
				return err
			}
		}
		n.places = append(n.places, p)
	}
	return inNetns(n.home, func() error {
		// What a client does not read soon fills the little that the kernel takes for it, and the rest waits in the server. Where the
		// kernel does not let itself be told, less is tested.
		n.small = os.WriteFile("/proc/sys/net/ipv4/tcp_wmem", []byte("4096 16384 16384"), 0) == nil
		return nil
	})
}

func (n *network) namespace(name string) error {
	if err := ip("netns add " + name); err != nil {
		return err
	}
	n.cleanup = append(n.cleanup, func() { _ = ip("netns del " + name) })
	return ip("-n " + name + " link set lo up")
}

func ip(arguments string) error {
	out, err := command("ip", strings.Fields(arguments)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", arguments, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// relay puts clients behind relays.
func (n *network) relay(far int) error {
	for range far {
		p := &place{host: loopback}
		for port := n.port; port < n.port+2*n.nodes; port++ {
			l, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
			if err != nil {
				return err
			}
			r := newRelay(l, func() (net.Conn, error) { return net.Dial("tcp", at(loopback, port)) })
			n.cleanup = append(n.cleanup, r.close)
			p.relays, p.ports = append(p.relays, r), append(p.ports, l.Addr().(*net.TCPAddr).Port)
		}
		n.places = append(n.places, p)
	}
	return nil
}

const loopback = "127.0.0.1"

// at is an address.
func at(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// portOf is where a node answers in plain text.
func (n *network) portOf(node int) int { return n.port + 2*node }

// freePorts finds some in a row below those that the kernel gives to clients: otherwise a client could take one while a server is down.
func freePorts(number int) (int, error) {
	for range 100 {
		port := 20000 + rand.IntN(12000)
		if areFree(port, number) {
			return port, nil
		}
	}
	return 0, errors.New("no free ports were found")
}

func areFree(port, number int) bool {
	for i := range number {
		l, err := net.Listen("tcp", at(loopback, port+i))
		if err != nil {
			return false
		}
		defer l.Close()
	}
	return true
}

// listen is where the server listens, for plain text or TLS.
func (n *network) listen(port int) string {
	if n.cables() {
		return fmt.Sprintf(":%d", port) // nobody else is in this namespace
	}
	return at(loopback, port)
}

// way is how a client speaks to the server.
type way int

const (
	plain way = iota
	secure
	proxied // it begins with a PROXY header, as a load balancer does
)

// wayOf is how a client speaks.
func (n *network) wayOf(client int) way {
	switch {
	case n.plain:
		return plain
	case client%4 == 3 && n.trust != nil:
		return secure
	case client%4 == 1 && (n.cables() || client >= len(n.places) && runtime.GOOS == "linux"):
		return proxied // it needs an address of its own, which only Linux gives away on loopback
	}
	return plain
}

// balancer is where the clients at home are that begin with a PROXY header.
const balancer = "127.0.0.2"

// balancers are the addresses that clients with a PROXY header connect from.
func (n *network) balancers() []string {
	all := []string{balancer}
	for i := range n.places {
		if n.wayOf(i) == proxied {
			all = append(all, fmt.Sprintf("10.99.%d.2", i))
		}
	}
	return all
}

// narrow reports whether a client has small buffers, so that what it does not read soon waits in the server.
func narrow(client int) bool { return client%2 == 0 }

// open connects a client to a node.
func (n *network) open(client, node int) (*link, stream, error) {
	way := n.wayOf(client)
	c, err := n.dial(client, node, way)
	if err != nil {
		return nil, nil, err
	}
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	l := newLink(c)
	switch way {
	case proxied:
		_, err = c.Write([]byte("PROXY TCP4 10.99.255.1 10.99.255.2 50000 8888\r\n"))
	case secure:
		conn := tls.Client(l, n.trust)
		if err = conn.HandshakeContext(context.Background()); err == nil {
			_ = c.SetDeadline(time.Time{})
			return l, conn, nil
		}
	}
	_ = c.SetDeadline(time.Time{})
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return l, l, nil
}

// dial connects a client. One that is not at a place is at home.
func (n *network) dial(client, node int, way way) (c *net.TCPConn, err error) {
	namespace, host, port := n.home, loopback, n.portOf(node)
	if way == secure {
		port++
	}
	d := net.Dialer{Timeout: 2 * time.Second, Control: func(_, _ string, raw syscall.RawConn) error {
		if !narrow(client) {
			return nil
		}
		return raw.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10)
		})
	}}
	switch {
	case client < len(n.places):
		p := n.places[client]
		namespace, host = p.namespace, p.host
		if p.relays != nil {
			port = p.ports[port-n.port]
		}
	case way == proxied:
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(balancer)}
	}
	err = inNetns(namespace, func() error {
		dialed, err := d.Dial("tcp", at(host, port))
		if err == nil {
			c = dialed.(*net.TCPConn)
		}
		return err
	})
	return c, err
}

// changes counts how often the way of a client was closed or opened.
func (n *network) changes(client int) int {
	if client >= len(n.places) {
		return 0
	}
	p := n.places[client]
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changes
}

// pull drops all packets of a client from now on, or stalls its connections where there is no cable.
func (n *network) pull(client int) error {
	p := n.places[client]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pulled++
	p.changes++
	for _, r := range p.relays {
		r.forth.close()
		r.back.close()
	}
	switch {
	case p.relays != nil:
	case p.pulled == 1:
		return ip("-n " + p.namespace + " link set cable down")
	}
	return nil
}

// plug takes one pull back.
func (n *network) plug(client int) error {
	p := n.places[client]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pulled--
	p.changes++
	for _, r := range p.relays {
		r.forth.open()
		r.back.open()
	}
	switch {
	case p.relays != nil:
	case p.pulled == 0:
		return ip("-n " + p.namespace + " link set cable up")
	}
	return nil
}

func (n *network) close() {
	for _, f := range n.cleanup {
		f()
	}
}
