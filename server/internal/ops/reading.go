package ops

import (
	"math"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// reading is what a registry showed at a moment, by name.
type reading struct {
	at       time.Time
	families map[string]*dto.MetricFamily
}

func newReading(at time.Time, families []*dto.MetricFamily) *reading {
	r := &reading{at, map[string]*dto.MetricFamily{}}
	for _, f := range families {
		r.families[f.GetName()] = f
	}
	return r
}

// gauge is the value of a gauge.
func gauge(name string) func(now, before *reading) *float64 {
	return func(now, _ *reading) *float64 {
		f := now.families[name]
		if f == nil {
			return nil
		}
		return known(f.GetMetric()[0].GetGauge().GetValue())
	}
}

// rate is by how much all counters of a name have grown, per second.
func rate(name string) func(now, before *reading) *float64 {
	return func(now, before *reading) *float64 {
		elapsed := now.at.Sub(before.at).Seconds()
		if now.families[name] == nil || before.families[name] == nil || elapsed <= 0 {
			return nil
		}
		return known((sum(now.families[name]) - sum(before.families[name])) / elapsed)
	}
}

func sum(f *dto.MetricFamily) (total float64) {
	for _, m := range f.GetMetric() {
		total += m.GetCounter().GetValue()
	}
	return total
}

// quantile is below which time, in milliseconds, so much of what was observed lies. Within a bucket the observations count as spread evenly, as
// Prometheus takes them.
func quantile(name string, q float64) func(now, before *reading) *float64 {
	return func(now, before *reading) *float64 {
		if now.families[name] == nil || before.families[name] == nil {
			return nil
		}
		bounds, counts := bucketsOf(now.families[name]), bucketsOf(before.families[name])
		for i := range bounds {
			bounds[i].count -= counts[i].count
		}
		return known(1000 * within(bounds, q))
	}
}

// bucket is how many observations there were up to a bound.
type bucket struct {
	bound float64
	count float64
}

// bucketsOf returns the buckets of a histogram; the last one has no bound.
func bucketsOf(f *dto.MetricFamily) (list []bucket) {
	h := f.GetMetric()[0].GetHistogram()
	for _, b := range h.GetBucket() {
		list = append(list, bucket{b.GetUpperBound(), float64(b.GetCumulativeCount())})
	}
	return append(list, bucket{math.Inf(1), float64(h.GetSampleCount())})
}

// within finds a quantile. It is NaN if nothing was observed, and the last bound if it lies above that.
func within(buckets []bucket, q float64) float64 {
	last := len(buckets) - 1
	rank := q * buckets[last].count
	if buckets[last].count == 0 {
		return math.NaN()
	}
	i := 0
	for i < last && buckets[i].count < rank {
		i++
	}
	if i == last {
		return buckets[last-1].bound
	}
	low := bucket{}
	if i > 0 {
		low = buckets[i-1]
	}
	return low.bound + (buckets[i].bound-low.bound)*(rank-low.count)/(buckets[i].count-low.count)
}

// known is a value of a sample, nil if it is none.
func known(value float64) *float64 {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return nil
	}
	return &value
}
