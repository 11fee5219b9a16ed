package bench

import (
	"math"
	"math/bits"
)

// The buckets of a histogram: exact below 32 ns, then each 3 % wide. The last one, at 18 minutes, has all that is longer.
const (
	fine    = 32
	longest = 1<<40 - 1
	buckets = fine * 36
)

// histogram counts durations in nanoseconds.
type histogram struct {
	counts [buckets]int64
	most   int64
}

func (h *histogram) add(ns int64) {
	h.counts[bucket(ns)]++
	h.most = max(h.most, ns)
}

func (h *histogram) merge(other *histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.most = max(h.most, other.most)
}

// quantile returns the time within which the share q of all lies, 0 where there are none.
func (h *histogram) quantile(q float64) int64 {
	total := int64(0)
	for _, n := range h.counts {
		total += n
	}
	rank := max(1, int64(math.Ceil(q*float64(total))))
	for i, n := range h.counts {
		if rank -= n; rank <= 0 {
			return min(top(i), h.most)
		}
	}
	return h.most
}

// bucket keeps the six leading bits of a number.
func bucket(ns int64) int {
	ns = min(max(0, ns), longest)
	shift := max(0, bits.Len64(uint64(ns))-6)
	return shift*fine + int(ns>>shift)
}

// top is the greatest number in a bucket.
func top(i int) int64 {
	if i < 2*fine {
		return int64(i)
	}
	shift := i/fine - 1
	return int64(i%fine+fine+1)<<shift - 1
}
