package torture

import "sync"

// gate makes goroutines wait while it is shut. It may be shut several times, and opens when each close was taken back.
type gate struct {
	mu   sync.Mutex
	cond *sync.Cond
	shut int
}

func newGate() *gate {
	g := &gate{}
	g.cond = sync.NewCond(&g.mu)
	return g
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut++
}

// open takes one close back. It does nothing if there is none.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = max(0, g.shut-1)
	g.cond.Broadcast()
}

// wait returns when the gate is open.
func (g *gate) wait() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.shut > 0 {
		g.cond.Wait()
	}
}
