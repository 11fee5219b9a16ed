// Package historytest makes histories of servers that never were.
package historytest

import (
	"math"
	"time"

	"parley/server/internal/ops/history"
)

// Step is the number of seconds between two samples.
const Step = 5

// Hour is an ordinary hour that ends at a time: a busy lobby, more people toward its end, and a minute without any commits, whose percentiles are
// not known.
func Hour(now time.Time) history.History {
	h := Started(now)
	h.Samples = make([][]*float64, 3600/Step)
	for i := range h.Samples {
		h.Samples[i] = sample(now.Unix()-int64(len(h.Samples)-1-i)*Step, i)
	}
	return h
}

// Started is a server that has just started: it has no samples.
func Started(now time.Time) history.History {
	return history.History{
		Version: "1.0", Now: now.Unix(), Step: Step, Samples: [][]*float64{},
		Series: []string{
			"connections", "sessions", "accounts", "messages_per_s", "deliveries_per_s", "refusals_per_s",
			"commit_p50_ms", "commit_p99_ms", "loop_delay_p99_ms", "memory_bytes", "goroutines", history.StoreOK,
		},
	}
}

func sample(at int64, i int) []*float64 {
	x := float64(i)
	wave := 1 + math.Sin(x/40)/2 + math.Sin(x*7.3)/9
	people := math.Round(800 + x/2)
	values := []float64{
		float64(at), people + 40, people, math.Round(people * 0.9), 120 * wave, 96_000 * wave, math.Max(0, 3*math.Sin(x/25)),
		0.4 * wave, 2.2*wave + math.Max(0, 9*math.Sin(x/11)-8), 0.08 * wave, 96<<20 + 40_000*x, math.Round(60 + 6*wave), 1,
	}
	known := make([]*float64, len(values))
	for k := range values {
		known[k] = &values[k]
	}
	if i >= 300 && i < 312 {
		known[7], known[8] = nil, nil
	}
	return known
}

// Fail has the store fail in the last samples.
func Fail(h history.History, samples int) {
	for _, sample := range h.Samples[len(h.Samples)-samples:] {
		zero := 0.0
		sample[4], sample[5], sample[7], sample[8], sample[12] = &zero, &zero, nil, nil, &zero
	}
}
