package bench

// ledger is what one client has received, for each sender.
type ledger []page

// page is what came from one sender. Its messages are numbered from 1.
type page struct {
	last      int    // the highest number so far
	gaps      ranges // numbers below it that have not come
	doubled   int64
	reordered int64 // came behind one with a higher number
}

// receive notes a message. Fresh is false for one that has come before.
func (p *page) receive(seq int) (fresh bool) {
	switch {
	case seq == p.last+1:
		p.last = seq
	case seq > p.last:
		p.gaps = append(p.gaps, span{p.last + 1, seq - 1})
		p.last = seq
	case p.gaps.remove(seq):
		p.reordered++
	default:
		p.doubled++
		return false
	}
	return true
}

// missing are the numbers up to most that have not come.
func (p *page) missing(most int) (missing ranges) {
	for _, g := range p.gaps {
		missing = missing.with(span{g.first, min(g.last, most)})
	}
	return missing.with(span{p.last + 1, most})
}

// span is all numbers from first to last.
type span struct{ first, last int }

// ranges are spans in rising order that do not overlap.
type ranges []span

// with adds a span behind the others, unless it is empty.
func (r ranges) with(s span) ranges {
	switch {
	case s.first > s.last:
		return r
	case len(r) > 0 && r[len(r)-1].last+1 == s.first:
		r[len(r)-1].last = s.last
		return r
	}
	return append(r, s)
}

// remove takes one number out. It returns false when it was not there.
func (r *ranges) remove(n int) bool {
	for i, s := range *r {
		if n < s.first || n > s.last {
			continue
		}
		var rest ranges
		rest = rest.with(span{s.first, n - 1})
		rest = append(rest, span{n + 1, s.last})
		if rest[len(rest)-1].first > s.last {
			rest = rest[:len(rest)-1]
		}
		*r = append((*r)[:i:i], append(rest, (*r)[i+1:]...)...)
		return true
	}
	return false
}

// count is how many numbers there are.
func (r ranges) count() (n int64) {
	for _, s := range r {
		n += int64(s.last - s.first + 1)
	}
	return n
}

// common is how many numbers are in both.
func (r ranges) common(other ranges) (n int64) {
	i, j := 0, 0
	for i < len(r) && j < len(other) {
		n += int64(max(0, min(r[i].last, other[j].last)-max(r[i].first, other[j].first)+1))
		if r[i].last < other[j].last {
			i++
		} else {
			j++
		}
	}
	return n
}
