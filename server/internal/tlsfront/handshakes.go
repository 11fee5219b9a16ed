package tlsfront

import (
	"net/netip"
	"sync"
	"time"

	"parley/commands/ratelimit"
)

// A handshake costs far more than a connection, and one that is left unfinished costs a place for its whole time.
const (
	maxHandshakes       = 512               // under way at once
	maxHandshakesOne    = 32                // of one address, so that one alone can't take all places
	maxHandshakesPrefix = maxHandshakes / 4 // of one IPv6 prefix, however wide
	crowdedTime         = time.Second       // for a handshake that takes the last place
)

// handshakes counts those that are under way. It may be used from any goroutine.
type handshakes struct {
	places int           // how many there may be at once
	time   time.Duration // for one of them while most places are free

	mu        sync.Mutex // guards what follows; nothing is called under it
	count     int
	byAddress map[netip.Prefix]int
}

func newHandshakes(limit time.Duration) *handshakes {
	return &handshakes{places: maxHandshakes, time: limit, byAddress: map[netip.Prefix]int{}}
}

// begin takes a place, if there is one, and says how long the handshake may take. The fewer places are left, the shorter the time: clients
// that never finish must then come again more often, and the connect rate stops them.
func (h *handshakes) begin() (limit time.Duration, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.count >= h.places {
		return 0, false
	}
	h.count++
	free, many := h.places-h.count, h.places/2
	if free >= many {
		return h.time, true
	}
	return min(h.time, max(crowdedTime, h.time*time.Duration(free)/time.Duration(many))), true
}

func (h *handshakes) end() {
	h.mu.Lock()
	h.count--
	h.mu.Unlock()
}

// beginFor takes one of the places of an address, and of the wider prefixes around it, if there is one.
func (h *handshakes) beginFor(from netip.Addr) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	shares := ratelimit.AddressKeys(from)
	for _, s := range shares {
		if h.byAddress[s.Prefix] >= min(s.Times*maxHandshakesOne, maxHandshakesPrefix) {
			return false
		}
	}
	for _, s := range shares {
		h.byAddress[s.Prefix]++
	}
	return true
}

func (h *handshakes) endFor(from netip.Addr) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range ratelimit.AddressKeys(from) {
		if h.byAddress[s.Prefix]--; h.byAddress[s.Prefix] == 0 {
			delete(h.byAddress, s.Prefix)
		}
	}
}
