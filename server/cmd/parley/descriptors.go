package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// What the server needs besides its connections.
const (
	ownDescriptors    = 32 // the store, the log, and one loop
	loopDescriptors   = 8  // each loop more: its epoll, its bell, and the sockets where it listens for the process itself
	listenDescriptors = 2  // and for each TCP address
)

// keptDescriptors is how many so many loops, at so many TCP addresses, need besides the connections.
func keptDescriptors(loops, addresses int) int {
	return ownDescriptors + (loops-1)*(loopDescriptors+addresses*listenDescriptors)
}

// descriptorLimit is how many descriptors the process may have. At start Go has raised it to the hard limit.
func descriptorLimit() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 1024
	}
	return int(min(limit.Cur, 1<<20))
}

// defaultConnections leaves a tenth of the descriptors for refused connections and for spare ones (see admission), because the event
// loop does not survive a failed accept.
func defaultConnections() int {
	return mostConnections(keptDescriptors(shards(0).on(cores), 1))
}

// mostConnections is how many there may be if so many descriptors are kept for other things. It may be less than one.
func mostConnections(kept int) int { return descriptorLimit()*9/10 - kept }

// connections checks a chosen limit against what the process may have.
func connections(chosen count, kept int) (int, error) {
	most := mostConnections(kept)
	if most < 1 {
		return 0, fmt.Errorf("the server needs %d descriptors besides its connections and may have %d; raise the limit (ulimit -n, LimitNOFILE=), or have fewer --shards", kept, descriptorLimit())
	}
	if chosen == count(unlimitedCount) {
		return most, nil
	}
	if int(chosen) > most {
		return 0, fmt.Errorf("--max-connections %d is more than the %d descriptors of this process allow (%d); raise the limit (ulimit -n, LimitNOFILE=)", chosen, descriptorLimit(), most)
	}
	return int(chosen), nil
}
