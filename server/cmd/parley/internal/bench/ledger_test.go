package bench

import (
	"slices"
	"testing"
)

func TestLedger(t *testing.T) {
	for _, test := range []struct {
		name                     string
		came                     []int
		most                     int // the last one that was answered
		missing                  ranges
		fresh, doubled, reorders int64
	}{
		{"all", []int{1, 2, 3}, 3, nil, 3, 0, 0},
		{"none", nil, 2, ranges{{1, 2}}, 0, 0, 0},
		{"one lost", []int{1, 2, 4}, 4, ranges{{3, 3}}, 3, 0, 0},
		{"the first and the last lost", []int{2, 3}, 4, ranges{{1, 1}, {4, 4}}, 2, 0, 0},
		{"twice", []int{1, 2, 2, 3, 1}, 3, nil, 3, 2, 0},
		{"late", []int{1, 4, 2, 3}, 4, nil, 4, 0, 2},
		{"late out of the middle", []int{1, 9, 5}, 9, ranges{{2, 4}, {6, 8}}, 3, 0, 1},
		{"late and again", []int{1, 3, 2, 2}, 3, nil, 3, 1, 1},
		{"more than was answered", []int{1, 5}, 3, ranges{{2, 3}}, 2, 0, 0},
	} {
		var p page
		fresh := int64(0)
		for _, seq := range test.came {
			if p.receive(seq) {
				fresh++
			}
		}
		if missing := p.missing(test.most); !slices.Equal(missing, test.missing) {
			t.Errorf("%s: missing are %v, want %v", test.name, missing, test.missing)
		}
		if fresh != test.fresh || p.doubled != test.doubled || p.reordered != test.reorders {
			t.Errorf("%s: %d fresh, %d doubled, %d out of order; want %d, %d, %d",
				test.name, fresh, p.doubled, p.reordered, test.fresh, test.doubled, test.reorders)
		}
	}
}

func TestCommon(t *testing.T) {
	for _, test := range []struct {
		a, b ranges
		want int64
	}{
		{nil, ranges{{1, 9}}, 0},
		{ranges{{1, 3}, {5, 9}}, ranges{{2, 6}, {9, 9}, {12, 20}}, 5},
		{ranges{{1, 2}}, ranges{{3, 4}}, 0},
	} {
		if got := test.a.common(test.b); got != test.want || test.b.common(test.a) != got {
			t.Errorf("%v and %v have %d in common, want %d", test.a, test.b, got, test.want)
		}
	}
}
