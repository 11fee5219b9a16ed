package session

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// How many lines a thread may have, how many of them are kept when it has more, and how many times as many one may have that is shown. The others come
// again by Older.
const (
	mostLines  = 4000
	keptLines  = 2000
	timesShown = 10
)

// Thread is a place where something is said: a room, or between the person and somebody. It must not be changed but for its Draft.
type Thread struct {
	Name      string // as the server writes it
	Room      bool
	Member    bool // of a room: the account is in it
	Mentioned bool // something unread is to the person
	Away      bool // of a person: has said /away
	Here      bool // of a person: is online
	Topic     string
	Members   int // of a room, online or not
	HereCount int // of a room: members who are online
	Unread    int
	Role      string
	Lines     []Line // by their numbers; what has none stays behind what came before it
	Beginning bool   // nothing older exists
	Loading   bool   // a page of history is on its way
	NewFrom   int    // the index of the first line that was unread when the thread was shown last, or -1
	Draft     string // what stands in the input for it

	counted  int64     // messages up to this number are in the count of unread ones that the server gave at the first login
	paged    bool      // its newest page was asked for
	pageAt   time.Time // when the next page may be asked for; zero: at once
	stale    bool      // what is said there is not heard, so that lines will be missing
	epoch    int       // changes when lines were taken away: what was asked for before does not fit any more
	firstNew int64     // the number of the first unread message; 0: none, or not known yet
	toFind   int       // so many messages from the end the first unread one is found
	members  map[string]*Person
	people   []Person // the same in order; nil: not put in order yet
}

func newThread(name string) *Thread { return &Thread{Name: name, Room: isRoom(name), NewFrom: -1} }

// add puts a line in its place, and reports whether it is new: one that is there already comes again after a broken connection.
func (t *Thread) add(l Line) bool {
	if l.Number == 0 {
		t.Lines = append(t.Lines, l)
		return true
	}
	at, found := t.place(l.Number)
	if found {
		return false
	}
	t.Lines = slices.Insert(t.Lines, at, l)
	if at < len(t.Lines)-1 || t.NewFrom < 0 {
		t.markNew()
	}
	return true
}

// place returns where the line of a number is, or where it belongs: in front of the first line with a greater one, and of messages at the end that are
// still on their way.
func (t *Thread) place(number int64) (at int, found bool) {
	at = len(t.Lines)
	for i := len(t.Lines) - 1; i >= 0; i-- {
		l := &t.Lines[i]
		switch n := l.Number; {
		case n == number:
			return i, true
		case n > number, at == i+1 && l.Fate != Kept && l.Fate != Refused:
			at = i
		case n != 0:
			return at, false
		}
	}
	return at, false
}

// merge adds a page of history, which is in order. Lines without a number that stand above all others have their place by the time.
func (t *Thread) merge(page []Line) {
	merged := make([]Line, 0, len(t.Lines)+len(page))
	oldest, above := t.oldest(), true
	for _, l := range t.Lines {
		above = above && l.Number == 0
		belongs := func(next *Line) bool {
			if above {
				return !next.At.After(l.At) && (oldest == 0 || next.Number < oldest)
			}
			return l.Number != 0 && next.Number <= l.Number
		}
		for len(page) > 0 && belongs(&page[0]) {
			if page[0].Number != l.Number {
				merged = append(merged, page[0])
			}
			page = page[1:]
		}
		merged = append(merged, l)
	}
	t.Lines = append(merged, page...)
	t.markNew()
}

// oldest is the least number of the lines; 0 if none has one.
func (t *Thread) oldest() int64 {
	for i := range t.Lines {
		if n := t.Lines[i].Number; n != 0 {
			return n
		}
	}
	return 0
}

// number gives an own message the number that the server has told. If the message has come by another way, too, that line stays, and this one goes.
func (t *Thread) number(once string, number int64) {
	i := t.find(once)
	if i < 0 {
		return
	}
	l := t.Lines[i]
	l.Number, l.once = number, ""
	at, found := t.place(number)
	switch {
	case found:
		t.Lines[at].Why = l.Why
		t.Lines = slices.Delete(t.Lines, i, i+1)
	case t.fits(i, number):
		t.Lines[i] = l
	default:
		if at > i {
			at--
		}
		t.Lines = slices.Insert(slices.Delete(t.Lines, i, i+1), at, l)
	}
	t.markNew()
}

// fits reports whether a number is in order at a place, so that the line need not move.
func (t *Thread) fits(at int, number int64) bool {
	for i := at - 1; i >= 0; i-- {
		if n := t.Lines[i].Number; n != 0 {
			if n > number {
				return false
			}
			break
		}
	}
	for _, l := range t.Lines[at+1:] {
		if l.Number != 0 {
			return l.Number > number
		}
	}
	return true
}

// find returns where an own message is that has no number yet, or -1.
func (t *Thread) find(once string) int {
	for i := len(t.Lines) - 1; i >= 0; i-- {
		if t.Lines[i].once == once {
			return i
		}
	}
	return -1
}

// reset forgets what was said, since something between that and what will be said may be missing. Messages whose fate is not known stay.
func (t *Thread) reset() {
	t.Lines = slices.DeleteFunc(t.Lines, func(l Line) bool { return l.Kind != Message || l.Fate == Kept })
	t.Beginning, t.paged, t.pageAt, t.firstNew, t.NewFrom, t.stale = false, false, time.Time{}, 0, -1, false
	t.epoch++
}

// trim forgets the oldest lines where there are so many times as many as may be.
func (t *Thread) trim(times int) {
	if len(t.Lines) <= times*mostLines {
		return
	}
	from := len(t.Lines) - times*keptLines
	old, kept := t.Lines[:from], t.Lines[from:]
	t.Lines = append(slices.DeleteFunc(slices.Clone(old), func(l Line) bool { return l.Fate == Kept }), kept...)
	t.Beginning = false
	t.epoch++
	t.markNew()
}

// markNew finds the line from which on the thread was unread.
func (t *Thread) markNew() {
	if t.toFind > 0 {
		t.findNew()
	}
	t.NewFrom = -1
	if t.firstNew == 0 {
		return
	}
	for i := range t.Lines {
		if t.Lines[i].Number >= t.firstNew {
			t.NewFrom = i
			return
		}
	}
}

// findNew looks for the first unread message by counting from the end.
func (t *Thread) findNew() {
	left := t.toFind
	for i := len(t.Lines) - 1; i >= 0; i-- {
		l := &t.Lines[i]
		if l.Kind != Message || l.Mine || l.Number == 0 {
			continue
		}
		left--
		t.firstNew = l.Number
		if left == 0 {
			t.toFind = 0
			return
		}
	}
}

// compareThreads is the order of the sidebar: the lobby, the rooms, the people.
func compareThreads(a, b *Thread) int {
	rank := func(t *Thread) int {
		switch {
		case t.Name == lobby:
			return 0
		case t.Room:
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(key(a.Name), key(b.Name)))
}
