package commands

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"parley/storage"
)

// AddressBans are the addresses that may not use the server. It may be used from any goroutine.
type AddressBans struct {
	mu   sync.RWMutex
	list []addressBan
}

type addressBan struct {
	prefix netip.Prefix
	storage.Sanction
}

// NewAddressBans makes an empty list.
func NewAddressBans() *AddressBans { return &AddressBans{} }

// Find returns a ban that holds for an address now, nil if there is none.
func (b *AddressBans) Find(address netip.Addr, now time.Time) *storage.Sanction {
	address = bannable(address)
	b.mu.RLock()
	defer b.mu.RUnlock()
	for i := range b.list {
		if one := &b.list[i]; one.prefix.Contains(address) && !one.Ended(now) {
			found := one.Sanction
			return &found
		}
	}
	return nil
}

// bannable is the address of a connection as bans are written.
func bannable(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }

// Len is how many bans there are.
func (b *AddressBans) Len() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.list)
}

// add adds a ban if it is one by address, in place of one of the same addresses, and drops those that have ended.
func (b *AddressBans) add(s storage.Sanction) {
	prefix, err := netip.ParsePrefix(s.Target)
	if err != nil || s.Mute {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.list = slices.DeleteFunc(b.list, func(one addressBan) bool { return one.prefix == prefix || one.Ended(now) })
	b.list = append(b.list, addressBan{prefix, s})
}

// replace has the bans by address among these take the place of all.
func (b *AddressBans) replace(all []storage.Sanction) {
	fresh := AddressBans{}
	for i := range all {
		fresh.add(all[i])
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = fresh.list
}

// remove takes the ban of exactly these addresses away.
func (b *AddressBans) remove(target string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = slices.DeleteFunc(b.list, func(one addressBan) bool { return one.Target == target })
}
