package torture

import "sync"

// gate lets pass or makes wait. It may be shut several times, and opens when each has been taken back.
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

// open takes one close back; it does nothing where there is none.
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
