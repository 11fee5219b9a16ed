package ops

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/server/internal/ops/history"
)

const (
	step    = 5 * time.Second
	samples = int(time.Hour / step)
)

// series is one value of each sample.
type series struct {
	name string
	read func(now, before *reading) *float64
}

// all are the series of a history, in their order.
var all = []series{
	{"connections", gauge("parley_connections")},
	{"sessions", gauge("parley_sessions")},
	{"accounts", gauge("parley_accounts_online")},
	{"messages_per_s", rate("parley_messages_total")},
	{"deliveries_per_s", rate("parley_deliveries_total")},
	{"refusals_per_s", rate("parley_requests_refused_total")},
	{"commit_p50_ms", quantile("parley_commit_seconds", 0.5)},
	{"commit_p99_ms", quantile("parley_commit_seconds", 0.99)},
	{"loop_delay_p99_ms", quantile("parley_loop_delay_seconds", 0.99)},
	{"memory_bytes", gauge("process_resident_memory_bytes")},
	{"goroutines", gauge("go_goroutines")},
	{"store_ok", gauge("parley_store_up")},
}

// sampler remembers an hour of what the registry shows.
type sampler struct {
	version  string
	registry prometheus.Gatherer
	stopping chan struct{}
	done     chan struct{}
	before   *reading // the last one; of the goroutine of run

	mu   sync.Mutex   // guards list
	list [][]*float64 // the oldest first; no sample is changed
}

func startSampler(registry prometheus.Gatherer, version string) *sampler {
	s := &sampler{version: version, registry: registry, stopping: make(chan struct{}), done: make(chan struct{}), before: &reading{}}
	go s.run()
	return s
}

func (s *sampler) stop() {
	close(s.stopping)
	<-s.done
}

func (s *sampler) run() {
	defer close(s.done)
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	for {
		s.sample(time.Now())
		select {
		case <-ticker.C:
		case <-s.stopping:
			return
		}
	}
}

// sample adds a sample. What could not be gathered is not known.
func (s *sampler) sample(at time.Time) {
	families, _ := s.registry.Gather()
	now := newReading(at, families)
	seconds := float64(at.Unix())
	one := []*float64{&seconds}
	for _, series := range all {
		one = append(one, series.read(now, s.before))
	}
	s.before = now
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.list = append(s.list, one); len(s.list) > samples {
		s.list = s.list[1:]
	}
}

func (s *sampler) history() history.History {
	h := history.History{Version: s.version, Now: time.Now().Unix(), Step: int(step / time.Second)}
	for _, series := range all {
		h.Series = append(h.Series, series.name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h.Samples = append([][]*float64{}, s.list...)
	return h
}

func (s *sampler) serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(s.history())
}
