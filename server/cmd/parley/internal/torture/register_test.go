package torture

import (
	"testing"
	"time"
)

func TestRegister(t *testing.T) {
	at := func(second int) time.Time { return time.Unix(int64(second), 0) }
	in := func(from, to int) span { return span{at(from), at(to)} }
	for _, test := range []struct {
		name        string
		does        func(*register)
		read        span
		none, wrong bool // reading false, and reading true, is contradicted
	}{
		{"at first", func(*register) {}, in(1, 2), false, true},
		{"set before", func(r *register) { r.set(true, in(1, 2)) }, in(3, 4), true, false},
		{"set meanwhile", func(r *register) { r.set(true, in(1, 3)) }, in(2, 4), false, false},
		{"set later", func(r *register) { r.set(true, in(5, 6)) }, in(2, 4), false, true},
		{"perhaps set before", func(r *register) { r.maySet(true, in(1, 2)) }, in(3, 4), false, false},
		{"perhaps set later", func(r *register) { r.maySet(true, in(5, 6)) }, in(3, 4), false, true},
		{"set and taken back", func(r *register) { r.set(true, in(1, 2)); r.set(false, in(3, 4)) }, in(5, 6), false, true},
		{"set and taken back at the same time", func(r *register) { r.set(true, in(1, 4)); r.set(false, in(2, 3)) }, in(5, 6), false, false},
		{"set and perhaps taken back", func(r *register) { r.set(true, in(1, 2)); r.maySet(false, in(3, 9)) }, in(5, 6), false, false},
		{"perhaps taken back before it was set", func(r *register) { r.maySet(false, in(1, 2)); r.set(true, in(3, 4)) }, in(5, 6), true, false},
		{"perhaps taken back from before it was set on", func(r *register) { r.maySet(false, in(1, 9)); r.set(true, in(3, 4)) }, in(5, 6), false, false},
		{"set, taken back, set", func(r *register) {
			r.set(true, in(1, 2))
			r.set(true, in(5, 6))
			r.set(false, in(3, 4))
		}, in(7, 8), true, false},
		{"taken back long ago, and set by one that took long", func(r *register) {
			r.set(true, in(1, 2))
			r.set(false, in(3, 4))
			r.set(true, in(2, 20))
			r.maySet(true, in(3, 3))
		}, in(7, 8), false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &register{}
			test.does(r)
			r.settle()
			if none, wrong := r.contradicts(false, test.read), r.contradicts(true, test.read); none != test.none || wrong != test.wrong {
				t.Errorf("false is contradicted: %t, true: %t; want %t and %t", none, wrong, test.none, test.wrong)
			}
		})
	}
}
