package storage_test

import (
	"bytes"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"

	"parley/storage/storagetest"
)

// cutMark is the text that a request is known by.
const cutMark = "cut-here"

// asideMark is in the requests that put something aside: to remove an account and to change a password.
const asideMark = ":aside:"

// proxy stands in front of a Redis. It lets requests that hold a mark through and cuts the connection before the answer, or delays them
// or their answers.
type proxy struct {
	cuts      atomic.Int64 // how many answers it will still lose
	delays    atomic.Bool  // whether requests with the mark wait for release
	holds     atomic.Bool  // whether their answers do
	release   chan struct{}
	delivered chan struct{} // has one for each request that was delayed, when Redis has it, and for each answer that is held
	mark      []byte        // what it knows a request by
	target    string
	socket    string
}

func startProxy(t *testing.T, target *storagetest.Redis, mark string) *proxy {
	t.Helper()
	p := &proxy{target: target.Socket(), socket: filepath.Join(filepath.Dir(target.Socket()), "proxy.sock"),
		mark: []byte(mark), release: make(chan struct{}), delivered: make(chan struct{}, 10)}
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

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	var marked atomic.Bool
	go func() {
		defer server.Close()
		copyChunks(server, client, func(chunk []byte) bool {
			if !bytes.Contains(chunk, p.mark) {
				return true
			}
			marked.Store(true)
			if p.delays.Load() {
				<-p.release
				server.Write(chunk)
				p.delivered <- struct{}{}
				return false
			}
			return true
		})
	}()
	copyChunks(client, server, func([]byte) bool {
		if marked.Load() && p.holds.Load() {
			p.delivered <- struct{}{}
			<-p.release
		}
		return !marked.Load() || p.cuts.Add(-1) < 0
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
