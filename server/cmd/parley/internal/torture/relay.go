package torture

import (
	"net"
	"sync"
)

// relay passes connections on, and can stall them. The server's kernel counts bytes as arrived when the relay has them. So a relay in front of
// clients only stalls, and never loses what is on its way to one.
type relay struct {
	listener net.Listener
	dial     func() (net.Conn, error)

	mu          sync.Mutex
	connections map[net.Conn]bool
	forth, back *gate // to the server; from it
}

// halfCloser is what TCP and unix connections are.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

func newRelay(listener net.Listener, dial func() (net.Conn, error)) *relay {
	r := &relay{listener: listener, dial: dial, connections: map[net.Conn]bool{}, forth: newGate(), back: newGate()}
	go r.serve()
	return r
}

func (r *relay) serve() {
	for {
		near, err := r.listener.Accept()
		if err != nil {
			return
		}
		far, err := r.dial()
		if err != nil {
			near.Close()
			continue
		}
		r.mu.Lock()
		r.connections[near], r.connections[far] = true, true
		r.mu.Unlock()
		go r.pass(near, far)
	}
}

func (r *relay) pass(near, far net.Conn) {
	var both sync.WaitGroup
	both.Go(func() { pump(far, near, r.forth) })
	both.Go(func() { pump(near, far, r.back) })
	both.Wait()
	near.Close()
	far.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.connections, near)
	delete(r.connections, far)
}

// pump passes one direction on until its end.
func pump(to, from net.Conn, g *gate) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		g.wait()
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				// Read on all the same, so that the sender is not blocked by what it has sent.
				to = discard{to}
			}
		}
		if err != nil {
			to.(halfCloser).CloseWrite()
			return
		}
	}
}

// discard is a connection whose other end is gone.
type discard struct{ net.Conn }

func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) CloseWrite() error           { return nil }

// cut closes all connections. What was held back is lost.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.connections {
		c.Close()
	}
}

func (r *relay) close() {
	r.listener.Close()
	r.cut()
	r.forth.open()
	r.back.open()
}
