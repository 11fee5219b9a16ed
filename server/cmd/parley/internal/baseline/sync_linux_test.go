package baseline

import (
	"fmt"
	"path/filepath"
	"testing"
)

// BenchmarkSync is BenchmarkPrivate on SQLite, with a log that gets to the disk when the system likes, and with one that is there before each answer.
// It needs a disk under $TMPDIR.
func BenchmarkSync(b *testing.B) {
	for _, pairs := range []int{1, 100} {
		for _, mode := range []string{"normal", "full"} {
			t := target{name: mode, store: func(b testing.TB) string {
				return "sqlite:" + filepath.Join(b.TempDir(), "parley.db") + "?sync=" + mode
			}}
			b.Run(fmt.Sprintf("%dpairs/%s", pairs, mode), func(b *testing.B) {
				l := newPrivate(b, t, pairs)
				l.begin()
				b.ResetTimer()
				n := 0
				for n < b.N {
					n += l.deliveries()
				}
				b.StopTimer()
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
				l.finish()
			})
		}
	}
}
