package torture

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// network is how clients reach the server. Where the machine allows it, the server lives in a network namespace of its own, and some
// clients in others at the end of a cable each, which can be pulled: packets are dropped, and nobody is told. Elsewhere all
// is on loopback, and some clients sit behind a proxy that can stall them.
type network struct {
	home    string // the server's namespace; empty on loopback
	port    int
	why     string // there are no cables
	places  []*place
	cleanup []func()
}

// place is where one client lives that can be troubled on its way.
type place struct {
	namespace string
	address   string // of the server, as seen from here
	relay     *relay

	mu     sync.Mutex
	pulled int // how many times at once
}

// networks counts those of this process, to tell their namespaces apart.
var networks atomic.Int32

// newNetwork makes one with a number of troubled places.
func newNetwork(far int) (*network, error) {
	n := &network{port: 8888}
	err := n.lay(far)
	if err == nil {
		return n, nil
	}
	n.close()
	return newLoopback(far, err.Error())
}

// newLoopback makes one without cables, for the reason that is said.
func newLoopback(far int, why string) (n *network, err error) {
	n = &network{why: why}
	if n.port, err = freePort(); err != nil {
		return nil, err
	}
	return n, n.proxy(far)
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
		p := &place{namespace: fmt.Sprintf("%s-%d", n.home, i), address: fmt.Sprintf("10.99.%d.1:%d", i, n.port)}
		if err := n.namespace(p.namespace); err != nil {
			return err
		}
		cable := fmt.Sprintf("cable%d", i)
		for _, command := range []string{
			"-n " + n.home + " link add " + cable + " type veth peer name cable netns " + p.namespace,
			fmt.Sprintf("-n %s address add 10.99.%d.1/24 dev %s", n.home, i, cable),
			fmt.Sprintf("-n %s address add 10.99.%d.2/24 dev cable", p.namespace, i),
			"-n " + n.home + " link set " + cable + " up",
			"-n " + p.namespace + " link set cable up",
		} {
			if err := ip(command); err != nil {
				return err
			}
		}
		n.places = append(n.places, p)
	}
	return within(n.home, shrinkSendBuffers)
}

// shrinkSendBuffers has the kernel take little from the server for a client that does not read, so that the rest waits in the server.
// Where the kernel does not let itself be told, less is tested, and nothing wrongly.
func shrinkSendBuffers() error {
	_ = os.WriteFile("/proc/sys/net/ipv4/tcp_wmem", []byte("4096 16384 16384"), 0)
	return nil
}

func (n *network) namespace(name string) error {
	if err := ip("netns add " + name); err != nil {
		return err
	}
	n.cleanup = append(n.cleanup, func() { _ = ip("netns del " + name) })
	return ip("-n " + name + " link set lo up")
}

func ip(arguments string) error {
	out, err := child("ip", strings.Fields(arguments)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", arguments, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// proxy puts clients behind proxies.
func (n *network) proxy(far int) error {
	for range far {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		r := newRelay(l, func() (net.Conn, error) { return net.Dial("tcp", n.address()) })
		n.cleanup = append(n.cleanup, r.close)
		n.places = append(n.places, &place{address: l.Addr().String(), relay: r})
	}
	return nil
}

// freePort finds one below those that the kernel gives to clients: otherwise a client could take it while the server is down.
func freePort() (int, error) {
	for range 100 {
		port := 20000 + rand.IntN(12000)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.New("no free port was found")
}

// address is where the server is reached at home.
func (n *network) address() string { return fmt.Sprintf("127.0.0.1:%d", n.port) }

// listen is where the server listens.
func (n *network) listen() string {
	if n.cables() {
		return fmt.Sprintf(":%d", n.port) // nobody else is in this namespace
	}
	return n.address()
}

// dial connects a client. One that is not at a place is at home.
func (n *network) dial(client int, receiveBuffer int) (c *net.TCPConn, err error) {
	namespace, address := n.home, n.address()
	if client < len(n.places) {
		namespace, address = n.places[client].namespace, n.places[client].address
	}
	d := net.Dialer{Timeout: 2 * time.Second, Control: func(_, _ string, raw syscall.RawConn) error {
		if receiveBuffer == 0 {
			return nil
		}
		return raw.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, receiveBuffer)
		})
	}}
	err = within(namespace, func() error {
		dialed, err := d.Dial("tcp", address)
		if err == nil {
			c = dialed.(*net.TCPConn)
		}
		return err
	})
	return c, err
}

// pull drops all packets of a client from now on, or stalls its connections where there is no cable.
func (n *network) pull(client int) error {
	p := n.places[client]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pulled++
	switch {
	case p.relay != nil:
		p.relay.forth.close()
		p.relay.back.close()
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
	switch {
	case p.relay != nil:
		p.relay.forth.open()
		p.relay.back.open()
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
