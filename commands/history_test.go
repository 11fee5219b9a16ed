package commands

import (
	"testing"
	"time"

	"parley/storage"
)

func TestSinceAnAccountWasMade(t *testing.T) {
	minute := func(n int) time.Time { return time.Date(2026, 1, 1, 12, n, 0, 0, time.UTC) }
	said := []storage.Message{{Number: 1, At: minute(1)}, {Number: 2, At: minute(2)}, {Number: 3, At: minute(3)}}
	for _, test := range []struct {
		name string
		made time.Time
		kept int
		more bool
	}{
		{"before all of it", minute(0), 3, true},
		{"just then", minute(1), 3, true},
		{"within a millisecond, which is how times are kept", minute(1).Add(999 * time.Microsecond), 3, true},
		{"in the middle: what is older is nobody's business", minute(2), 2, false},
		{"behind all of it", minute(4), 0, false},
	} {
		got, more := since(test.made, said, true)
		if len(got) != test.kept || more != test.more {
			t.Errorf("%s: %d messages, more %v; want %d, %v", test.name, len(got), more, test.kept, test.more)
		}
	}
}
