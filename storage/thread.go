package storage

import (
	"cmp"
	"slices"
	"time"
)

// ID names an account or a room. It comes from the same counter as the numbers of events and is never used again, so whoever takes the
// name of a removed account has another ID. 0 is nobody.
type ID int64

// Thread is where things are said: a room, or two accounts. Each has a history of its own. It may be compared with ==.
type Thread struct {
	A, B ID // a room and 0; or two accounts, the smaller first, which may be the same one
}

// RoomThread is the thread of a room.
func RoomThread(room ID) Thread { return Thread{A: room} }

// PairThread is the thread of two accounts, whichever is named first.
func PairThread(a, b ID) Thread {
	if a > b {
		a, b = b, a
	}
	return Thread{a, b}
}

// IsRoom reports whether it is the thread of a room, whose ID is A then. The zero Thread is none.
func (t Thread) IsRoom() bool { return t.A != 0 && t.B == 0 }

// Latest is the newest message of a thread that an account may read.
type Latest struct {
	Thread Thread
	Name   string // of the room, with its '#', or of the other account
	Number int64
	At     time.Time
}

// latestBetween returns the first of those whose message was said between two times, in the order of these.
func latestBetween(all []Latest, after, before time.Time, limit int) []Latest {
	above, below := after.UnixMilli(), before.UnixMilli()
	all = slices.DeleteFunc(all, func(l Latest) bool { return l.At.UnixMilli() <= above || l.At.UnixMilli() >= below })
	slices.SortFunc(all, func(x, y Latest) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Number, y.Number)) })
	return all[:max(0, min(limit, len(all)))]
}
