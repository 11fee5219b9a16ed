package storage_test

import (
	"bytes"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"parley/storage/storagetest"
)

// cutMark is a text that a request is known by.
const cutMark = "cut-here"

// proxy stands in front of a Redis. It lets requests that hold a mark through and cuts the connection before the answer, or delays them
// or their answers. It can also be down.
type proxy struct {
	cuts      atomic.Int64 // how many answers it will still lose
	falls     atomic.Bool  // whether it goes down with each answer that it loses
	delays    atomic.Bool  // whether requests with the mark wait for release
	holds     atomic.Bool  // whether their answers do
	held      atomic.Int64 // how many requests were delayed
	release   chan struct{}
	delivered chan struct{} // has one for each request that was delayed, when Redis has it, and for each answer that is held
	mark      []byte        // what it knows a request by
	target    string
	socket    string

	mu      sync.Mutex
	isDown  bool
	clients map[net.Conn]bool
}

// proxies counts them, for their names.
var proxies atomic.Int64

func startProxy(t *testing.T, target *storagetest.Redis, mark string) *proxy {
	t.Helper()
	p := &proxy{target: target.Socket(), socket: filepath.Join(filepath.Dir(target.Socket()), fmt.Sprintf("proxy%d.sock", proxies.Add(1))),
		mark: []byte(mark), release: make(chan struct{}), delivered: make(chan struct{}, 10), clients: map[net.Conn]bool{}}
	listener, err := net.Listen("unix", p.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p
}

func (p *proxy) url() string { return "unix://" + p.socket }

// down cuts all connections and lets nobody in.
func (p *proxy) down() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isDown = true
	for client := range p.clients {
		client.Close()
	}
}

// up ends that, and nothing is lost from now on.
func (p *proxy) up() {
	p.cuts.Store(0)
	p.falls.Store(false)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isDown = false
}

// enter reports whether a client may come in.
func (p *proxy) enter(client net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clients[client] = true
	return !p.isDown
}

func (p *proxy) serve(client net.Conn) {
	defer func() {
		client.Close()
		p.mu.Lock()
		delete(p.clients, client)
		p.mu.Unlock()
	}()
	if !p.enter(client) {
		return
	}
	server, err := net.Dial("unix", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	var marked atomic.Bool // the last request
	go func() {
		defer server.Close()
		copyChunks(server, client, func(chunk []byte) bool {
			if !bytes.Contains(chunk, p.mark) {
				return true
			}
			marked.Store(true)
			if p.delays.Load() {
				p.held.Add(1)
				<-p.release
				server.Write(chunk)
				p.delivered <- struct{}{}
				return false
			}
			return true
		})
	}()
	copyChunks(client, server, func([]byte) bool {
		if !marked.Swap(false) {
			return true
		}
		if p.holds.Load() {
			p.delivered <- struct{}{}
			<-p.release
		}
		lost := p.cuts.Add(-1) >= 0
		if lost && p.falls.Load() {
			p.down()
		}
		return !lost
	})
}

// copyChunks copies as long as pass allows.
func copyChunks(to, from net.Conn, pass func(chunk []byte) bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil || !pass(buffer[:n]) {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
