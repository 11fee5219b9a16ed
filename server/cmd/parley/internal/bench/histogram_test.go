package bench

import "testing"

func TestHistogram(t *testing.T) {
	var h histogram
	for ns := int64(1); ns <= 100_000; ns++ {
		h.add(ns)
	}
	for _, test := range []struct {
		q    float64
		want int64
	}{{0, 1}, {0.5, 50_000}, {0.9, 90_000}, {0.99, 99_000}, {1, 100_000}} {
		if got := h.quantile(test.q); got < test.want || got > test.want+test.want/fine {
			t.Errorf("quantile %v is %d, want %d and at most 3 %% more", test.q, got, test.want)
		}
	}
	var empty histogram
	if got := empty.quantile(0.99); got != 0 {
		t.Errorf("nothing took %d", got)
	}
}

func TestBucketsFollowEachOther(t *testing.T) {
	for i := range buckets {
		if bucket(top(i)) != i || i+1 < buckets && bucket(top(i)+1) != i+1 {
			t.Fatalf("bucket %d does not end at %d", i, top(i))
		}
	}
	if bucket(-5) != 0 || bucket(1<<62) != buckets-1 {
		t.Error("what is out of range has no bucket")
	}
}
