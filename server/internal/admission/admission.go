// Package admission decides which connections are let in, by three limits: connections in all, connections of an address, and new
// connections of an address in a minute. It also counts descriptors, so that an accept never fails because none is left.
package admission

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"parley/commands/ratelimit"
	"parley/server/internal/address"
)

// Config is what an operator may choose.
type Config struct {
	MaxConnections int            // that are admitted at once
	Descriptors    int            // that may be open in all, for connections and for TakeSpare
	MaxPerAddress  int            // connections of one address; a wide IPv6 prefix may have more, see ratelimit.AddressKeys
	ConnectRate    ratelimit.Rate // new connections of one address; likewise
	Trust          []netip.Prefix // not counted by address, as this machine is

	Banned  func(from netip.Addr, now time.Time) bool // who may not come in; nil: nobody is banned
	Refused func(why Verdict)                         // is told of each refusal, from any goroutine; nil: nobody is
}

// Verdict says whether a connection is admitted, or why not.
type Verdict uint8

const (
	Admitted    Verdict = iota
	Full                // as many connections as there may be
	AddressFull         // as many connections as an address may have
	TooOften            // too many new connections of this address
	Banned              // the address is banned
)

// String is for the log.
func (v Verdict) String() string {
	return [...]string{
		Admitted:    "admitted",
		Full:        "as many connections as there may be",
		AddressFull: "as many connections as an address may have",
		TooOften:    "too many new connections of this address",
		Banned:      "the address is banned",
	}[v]
}

// Visitor is a connection as admission sees it. It belongs to the connection's loop.
type Visitor struct {
	Address netip.Addr // where it comes from; zero for a unix socket
	Trusted bool       // no limit counts it by address
	Rated   bool       // Arrive has counted it already

	admitted bool
}

// Admission counts the connections of a server. It may be used from any goroutine.
type Admission struct {
	config atomic.Pointer[Config] // never changed, but replaced
	rate   *ratelimit.AddressMeter

	mu        sync.Mutex           // guards what follows; nothing is called under it
	open      int                  // all connections, refused ones too
	handshake int                  // those that are at the TLS front; they are not in open
	spares    int                  // spare descriptors
	admitted  int                  // without refused ones, which keep nobody out
	byAddress map[netip.Prefix]int // of those admitted, for each prefix that is counted
}

// New makes an admission that has counted nobody.
func New(config Config) *Admission {
	a := &Admission{rate: ratelimit.NewAddressMeter(config.ConnectRate), byAddress: map[netip.Prefix]int{}}
	a.config.Store(&config)
	return a
}

// Configure puts other limits in the place of those before; Descriptors and the functions stay. Whoever was admitted stays, too, also if there are more than
// may be now.
func (a *Admission) Configure(config Config) {
	old := a.config.Load()
	config.Descriptors, config.Refused, config.Banned = old.Descriptors, old.Refused, old.Banned
	a.config.Store(&config)
	a.rate.SetRate(config.ConnectRate)
}

// Trusts reports whether an address is not counted: this machine, a unix socket, or a network that the operator trusts.
func (a *Admission) Trusts(from netip.Addr) bool {
	return !from.IsValid() || from.IsLoopback() || address.In(a.config.Load().Trust, from)
}

// Arrive counts a new connection before something costly, such as a TLS handshake, and says whether that may begin. The Visitor of such
// a connection must be Rated, so that Enter does not count it again.
func (a *Admission) Arrive(from netip.Addr, now time.Time) Verdict {
	switch {
	case a.banned(from, now):
		return a.told(Banned)
	case !a.Trusts(from) && a.rate.Take(from, now) > 0:
		return a.told(TooOften)
	}
	return Admitted
}

// told tells of a verdict if it is a refusal, and returns it.
func (a *Admission) told(v Verdict) Verdict {
	if v != Admitted && a.config.Load().Refused != nil {
		a.config.Load().Refused(v)
	}
	return v
}

func (a *Admission) banned(from netip.Addr, now time.Time) bool {
	banned := a.config.Load().Banned
	return banned != nil && banned(from, now)
}

// Enter counts a connection until Leave, and says whether it is admitted. A refused one counts only as open.
func (a *Admission) Enter(v *Visitor, now time.Time) Verdict { return a.told(a.judge(v, now)) }

func (a *Admission) judge(v *Visitor, now time.Time) Verdict {
	banned := a.banned(v.Address, now)
	often := !v.Trusted && !v.Rated && a.rate.Take(v.Address, now) > 0
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open++
	switch {
	case banned:
		return Banned
	case a.admitted >= a.config.Load().MaxConnections, a.admitted+a.handshake >= max(1, a.MostOpen()):
		return Full
	case !v.Trusted && a.addressFull(v.Address):
		return AddressFull
	case often:
		return TooOften
	}
	a.count(v, 1)
	return Admitted
}

// Await counts a connection until Leave before it is known whose it is: it takes nobody's place, and Enter judges it later.
func (a *Admission) Await() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open++
}

// Leave ends what Enter or Await began.
func (a *Admission) Leave(v *Visitor) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open--
	if v.admitted {
		a.count(v, -1)
	}
}

// addressFull reports whether an address has all the connections that it may have.
func (a *Admission) addressFull(from netip.Addr) bool {
	for _, share := range ratelimit.AddressKeys(from) {
		if a.byAddress[share.Prefix] >= share.Times*a.config.Load().MaxPerAddress {
			return true
		}
	}
	return false
}

// count counts an admitted connection, 1 or -1.
func (a *Admission) count(v *Visitor, n int) {
	v.admitted = n > 0
	a.admitted += n
	if v.Trusted {
		return
	}
	for _, share := range ratelimit.AddressKeys(v.Address) {
		if a.byAddress[share.Prefix] += n; a.byAddress[share.Prefix] == 0 {
			delete(a.byAddress, share.Prefix)
		}
	}
}

// MostOpen is how many connections may be open, refused ones included. Of the descriptors that are left when as many as possible are
// admitted, half are for refused connections, and half for TakeSpare.
func (a *Admission) MostOpen() int {
	config := a.config.Load()
	return (config.MaxConnections + config.Descriptors) / 2
}

// Crowded reports whether no descriptor is left for a refused connection that takes its time to end.
func (a *Admission) Crowded() bool { return a.Open() > a.MostOpen() }

// Open is how many connections there are, those at the TLS front included.
func (a *Admission) Open() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.open + a.handshake
}

// TakeHandshake reports whether a descriptor is left for a connection at the TLS front, and counts it until GiveHandshake. It belongs to no
// address and is not admitted, but so many fewer may be that the descriptors are enough for both.
func (a *Admission) TakeHandshake() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open+a.handshake >= a.MostOpen() {
		return false
	}
	a.handshake++
	return true
}

// GiveHandshake gives back what TakeHandshake took.
func (a *Admission) GiveHandshake() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.handshake--
}

// TakeSpare reports whether one more descriptor may be opened besides those of connections, and counts it until GiveSpare.
func (a *Admission) TakeSpare() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open+a.handshake+a.spares >= a.config.Load().Descriptors {
		return false
	}
	a.spares++
	return true
}

// GiveSpare gives back what TakeSpare took.
func (a *Admission) GiveSpare() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.spares--
}

// Spares is how many spare descriptors are in use.
func (a *Admission) Spares() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.spares
}
