package bench

import "fmt"

// This file says who is to receive what. A client is named by its index.

// reads reports whether a client is to receive what another one sends.
func (r *run) reads(client, sender int) bool {
	switch {
	case client == sender:
		return false
	case r.Private:
		return client == sender^1
	}
	return r.Rooms == 0 || client%r.Rooms == sender%r.Rooms
}

// readersOf is how many are to receive what a client sends.
func (r *run) readersOf(sender int) int64 {
	switch {
	case r.Private:
		return 1
	case r.Rooms == 0:
		return int64(r.Clients - 1)
	}
	first := sender % r.Rooms
	return int64((r.Clients - 1 - first) / r.Rooms) // each so many clients behind the first one there is one more
}

// room is the name of a client's room. It says how many rooms there are, since the accounts of a run with another number may be used again.
func (r *run) room(client int) string {
	return fmt.Sprintf("#%s%d-%d", r.Prefix, r.Rooms, client%r.Rooms+1)
}
