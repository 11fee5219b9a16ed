package history

import (
	"math"
	"strconv"

	"github.com/dustin/go-humanize"
)

// StoreOK is the series that is 0 while the store fails, and 1 otherwise.
const StoreOK = "store_ok"

// Plot is some series that are shown together, since they are of one kind.
type Plot struct {
	Name    string // for programs
	Title   string
	Unit    string  // how a value is shown: "ms"; "" if things are counted
	Divisor float64 // what makes a value of the series one of that unit
	Lines   []Line
}

// Line is one series of a plot.
type Line struct {
	Series string
	Title  string // "" if the plot has only this one
}

// Plots are what people are shown of a server, in the order in which it interests them.
var Plots = []Plot{
	{"messages", "Messages", "/s", 1, []Line{{"messages_per_s", ""}}},
	{"deliveries", "Deliveries", "/s", 1, []Line{{"deliveries_per_s", ""}}},
	{"people", "Who is here", "", 1, []Line{{"connections", "connections"}, {"sessions", "sessions"}, {"accounts", "accounts"}}},
	{"refusals", "Refused requests", "/s", 1, []Line{{"refusals_per_s", ""}}},
	{"commit", "Commit to the store", "ms", 1, []Line{{"commit_p50_ms", "p50"}, {"commit_p99_ms", "p99"}}},
	{"loop", "Event loop delay", "ms", 1, []Line{{"loop_delay_p99_ms", "p99"}}},
	{"memory", "Memory", "MiB", 1 << 20, []Line{{"memory_bytes", ""}}},
	{"goroutines", "Goroutines", "", 1, []Line{{"goroutines", ""}}},
}

// Number is a value of a series with three digits that matter, or all that stand before the point: "1,234", "0.52"; "–" if it is not known.
func (p *Plot) Number(value *float64) string {
	if value == nil {
		return "–"
	}
	v := *value / p.Divisor
	if math.Abs(v) >= 100 {
		return humanize.Comma(int64(math.Round(v)))
	}
	v = math.Round(v*1000) / 1000
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// Column returns the values of a series, the oldest first. They are nil where nothing is known.
func (h *History) Column(series string) []*float64 {
	column := make([]*float64, len(h.Samples))
	for i, name := range h.Series {
		if name != series {
			continue
		}
		for row, sample := range h.Samples {
			if i+1 < len(sample) {
				column[row] = sample[i+1]
			}
		}
	}
	return column
}

// At is when a sample was taken, in seconds since 1970.
func (h *History) At(sample int) int64 {
	if len(h.Samples[sample]) == 0 || h.Samples[sample][0] == nil {
		return 0
	}
	return int64(*h.Samples[sample][0])
}

// Last is the last value of a column; nil if it is not known.
func Last(column []*float64) *float64 {
	if len(column) == 0 {
		return nil
	}
	return column[len(column)-1]
}

// Outage reports whether the store fails, and since which sample.
func (h *History) Outage() (since int64, fails bool) {
	store := h.Column(StoreOK)
	for i := len(store) - 1; i >= 0 && store[i] != nil && *store[i] == 0; i-- {
		since, fails = h.At(i), true
	}
	return since, fails
}
