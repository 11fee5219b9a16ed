package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// cutter passes connections on to a server that may come back at another address, and cuts them off.
type cutter struct {
	listener net.Listener

	mu     sync.Mutex
	server string
	open   map[*cutConn]bool
}

// cutConn is one connection through a cutter. Once it is to be cut, so many bytes may still pass, in both directions together.
type cutConn struct {
	cutter     *cutter
	conns      [2]net.Conn
	stalled    bool // what comes is taken, and goes nowhere
	muted      bool // what comes from the server is
	ending     bool
	left       int
	closedOnce sync.Once
}

func startCutter(t *testing.T, server string) *cutter {
	t.Helper()
	c := &cutter{server: server, open: map[*cutConn]bool{}}
	for c.listener == nil { // the kernel gives none of these ports to anybody, so this one is free when it is wanted again
		c.listener, _ = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10000+rand.IntN(20000)))
	}
	t.Cleanup(func() {
		c.listener.Close()
		c.cut(0)
	})
	go c.accept(c.listener)
	return c
}

// refuse has nobody listen any more.
func (c *cutter) refuse() { c.listener.Close() }

// accepts has the cutter listen again.
func (c *cutter) accepts(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", c.address())
	if err != nil {
		t.Fatal(err)
	}
	c.listener = listener
	go c.accept(listener)
}

func (c *cutter) address() string { return c.listener.Addr().String() }

// leadTo says where the server is now.
func (c *cutter) leadTo(server string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server = server
}

func (c *cutter) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		address := c.server
		c.mu.Unlock()
		server, err := net.Dial("tcp", address)
		if err != nil { // the server is away
			client.Close()
			continue
		}
		p := &cutConn{cutter: c, conns: [2]net.Conn{client, server}}
		c.mu.Lock()
		c.open[p] = true
		c.mu.Unlock()
		go p.pass(server, client)
		go p.pass(client, server)
	}
}

// cut ends all connections after so many further bytes, wherever in a line that is.
func (c *cutter) cut(after int) {
	c.mu.Lock()
	var now []*cutConn
	for p := range c.open {
		p.ending, p.left = true, after
		if after == 0 {
			now = append(now, p)
		}
	}
	c.mu.Unlock()
	for _, p := range now {
		p.close()
	}
}

// stall has all connections go dead without a notice.
func (c *cutter) stall() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p := range c.open {
		p.stalled = true
	}
}

// mute has what the servers say from now on come nowhere.
func (c *cutter) mute() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p := range c.open {
		p.muted = true
	}
}

// pass copies one direction.
func (p *cutConn) pass(to, from net.Conn) {
	defer p.close()
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		n, last := p.may(n, from == p.conns[1])
		if _, failed := to.Write(buf[:n]); failed != nil || err != nil || last {
			return
		}
	}
}

// may says how many of so many bytes may pass, and whether they are the last.
func (p *cutConn) may(n int, fromServer bool) (allowed int, last bool) {
	p.cutter.mu.Lock()
	defer p.cutter.mu.Unlock()
	switch {
	case p.stalled, p.muted && fromServer:
		return 0, false
	case !p.ending:
		return n, false
	}
	n = min(n, p.left)
	p.left -= n
	return n, p.left == 0
}

func (p *cutConn) close() {
	p.closedOnce.Do(func() {
		p.cutter.mu.Lock()
		delete(p.cutter.open, p)
		p.cutter.mu.Unlock()
		for _, conn := range p.conns {
			conn.Close()
		}
	})
}
