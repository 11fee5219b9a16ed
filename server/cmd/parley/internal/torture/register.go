package torture

import (
	"slices"
	"sort"
	"time"
)

// span is the time in which something happened: not before from, and not after to.
type span struct{ from, to time.Time }

// register is a value that clients set and read, as Jepsen has it: here whether an account is in a room. It is false at first. Each setting and
// each reading happens at one moment of its span; nobody knows at which one.
type register struct {
	certain, possible [2][]span // when it was set to false and to true; possible has those that may have happened, too
	latest            [2][]time.Time
	longest           [2][]time.Time
}

func index(value bool) int {
	if value {
		return 1
	}
	return 0
}

// set notes that the value was certainly set.
func (r *register) set(value bool, s span) {
	r.certain[index(value)] = append(r.certain[index(value)], s)
	r.maySet(value, s)
}

// maySet notes that the value was set, or not.
func (r *register) maySet(value bool, s span) {
	r.possible[index(value)] = append(r.possible[index(value)], s)
}

// settle must be called between the last set and the first contradicts.
func (r *register) settle() {
	for v := range 2 {
		slices.SortFunc(r.certain[v], func(a, b span) int { return a.to.Compare(b.to) })
		slices.SortFunc(r.possible[v], func(a, b span) int { return a.from.Compare(b.from) })
		r.latest[v] = highest(r.certain[v], func(s span) time.Time { return s.from })
		r.longest[v] = highest(r.possible[v], func(s span) time.Time { return s.to })
	}
}

// highest is for each place the latest of the times up to there.
func highest(all []span, of func(span) time.Time) []time.Time {
	var out []time.Time
	var most time.Time
	for _, s := range all {
		if t := of(s); t.After(most) {
			most = t
		}
		out = append(out, most)
	}
	return out
}

// contradicts reports whether nobody can have read a value in a span: the other one was certainly set before, and this one not since then.
func (r *register) contradicts(value bool, read span) bool {
	var set time.Time // when the other one was last set, at the earliest
	other := index(!value)
	i := sort.Search(len(r.certain[other]), func(i int) bool { return !r.certain[other][i].to.Before(read.from) })
	switch {
	case i > 0:
		set = r.latest[other][i-1]
	case !value:
		return false // it was never certainly true
	}
	this := index(value)
	j := sort.Search(len(r.possible[this]), func(j int) bool { return !r.possible[this][j].from.Before(read.to) })
	return j == 0 || !r.longest[this][j-1].After(set)
}
