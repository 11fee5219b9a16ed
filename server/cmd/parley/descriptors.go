package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// ownDescriptors is what the server needs besides its connections: the store, the loops, the log.
const ownDescriptors = 32

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
func defaultConnections() int { return mostConnections(1) }

// mostConnections is how many there may be if each takes so many descriptors.
func mostConnections(each int) int {
	return max(1, (descriptorLimit()*9/10-ownDescriptors)/each)
}

// connections checks a chosen limit against what the process may have.
func connections(chosen count, each int) (int, error) {
	most := mostConnections(each)
	if chosen == count(unlimitedCount) {
		return most, nil
	}
	if int(chosen) > most {
		return 0, fmt.Errorf("--max-connections %d is more than the %d descriptors of this process allow (%d); raise the limit (ulimit -n, LimitNOFILE=)", chosen, descriptorLimit(), most)
	}
	return int(chosen), nil
}
