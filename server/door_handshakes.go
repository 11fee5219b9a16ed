package server

import (
	"net/netip"
	"sync"
	"time"
)

// A handshake costs far more than a connection, and one that is left unfinished costs a place for its whole time.
const (
	handshakeTime    = 10 * time.Second
	maxHandshakes    = 512 // under way at once
	maxHandshakesOne = 32  // of one address, so that one alone can't take all places
)

// handshakes counts those that are under way.
type handshakes struct {
	mu      sync.Mutex // guards what follows; nothing is called under it
	count   int
	sources map[netip.Prefix]int
}

func newHandshakes() *handshakes { return &handshakes{sources: map[netip.Prefix]int{}} }

// begin takes a place, if there is one.
func (h *handshakes) begin() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.count >= maxHandshakes {
		return false
	}
	h.count++
	return true
}

func (h *handshakes) end() {
	h.mu.Lock()
	h.count--
	h.mu.Unlock()
}

// beginFor takes one of the places of an address, if there is one.
func (h *handshakes) beginFor(source netip.Prefix) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sources[source] >= maxHandshakesOne {
		return false
	}
	h.sources[source]++
	return true
}

func (h *handshakes) endFor(source netip.Prefix) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sources[source]--; h.sources[source] == 0 {
		delete(h.sources, source)
	}
}
