package ratelimit

import (
	"net/netip"
	"time"
)

// AddressKey is what limits by address count as one address: an IPv4 address, or an IPv6 /64, since each IPv6 subscriber has at least that. For
// the zero address, which is that of a unix socket, it is the zero prefix.
func AddressKey(a netip.Addr) netip.Prefix { return AddressKeys(a)[0].Prefix }

// Share is a prefix that limits by address count, and how many times as much as one address it may have.
type Share struct {
	Prefix netip.Prefix
	Times  int
}

// wider are the IPv6 prefixes that are counted besides the /64. Providers give a subscriber up to a /48, which has 65536 of them: without
// these prefixes one subscriber could do as much as a whole town.
var wider = []struct{ bits, times int }{{56, 4}, {48, 16}}

// AddressKeys are the address key of an address, and for IPv6 the wider prefixes around it that may have more.
func AddressKeys(a netip.Addr) []Share {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		p, _ := a.Prefix(a.BitLen())
		return []Share{{p, 1}}
	}
	p, _ := a.Prefix(64)
	shares := []Share{{p, 1}}
	for _, w := range wider {
		p, _ := a.Prefix(w.bits)
		shares = append(shares, Share{p, w.times})
	}
	return shares
}

// AddressMeter limits how often each address does something, and with it the wider prefixes of AddressKeys. It may be used from any
// goroutine.
type AddressMeter struct {
	meters map[int]*Meter[netip.Prefix] // by Share.Times
}

// NewAddressMeter makes a meter of one rate for each address.
func NewAddressMeter(r Rate) *AddressMeter {
	m := &AddressMeter{map[int]*Meter[netip.Prefix]{1: NewMeter[netip.Prefix](r)}}
	for _, w := range wider {
		m.meters[w.times] = NewMeter[netip.Prefix](r.Times(w.times))
	}
	return m
}

// SetRate puts another rate in the place of the one before. What was used up until now stays so.
func (m *AddressMeter) SetRate(r Rate) {
	for times, meter := range m.meters {
		meter.SetRate(r.Times(times))
	}
}

// Take counts one use, and returns 0. If that is one too many, it returns how many whole seconds to wait.
func (m *AddressMeter) Take(a netip.Addr, now time.Time) (wait int) {
	for _, share := range AddressKeys(a) {
		if wait = m.meters[share.Times].Take(share.Prefix, now); wait > 0 {
			break
		}
	}
	return wait
}
