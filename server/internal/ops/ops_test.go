package ops

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"go.uber.org/zap"

	"parley/server/internal/ops/history"
)

// port is an operators' port under test. What its server is said to be can be changed.
type port struct {
	t            *testing.T
	url          string
	alive, ready atomic.Pointer[error]
}

func startPort(t *testing.T) *port {
	t.Helper()
	p := &port{t: t}
	said := func(why *atomic.Pointer[error]) func() error {
		return func() error {
			if err := why.Load(); err != nil {
				return *err
			}
			return nil
		}
	}
	s, err := Start(Config{
		Address: "localhost:0", Version: "1.2", Registry: NewRegistry("1.2"), Alive: said(&p.alive), Ready: said(&p.ready), Log: zap.NewNop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	p.url = "http://" + s.Addr().String()
	return p
}

// ask makes a request, and wants a status and an answer that begins so.
func (p *port) ask(method, host, path string, status int, begins string) {
	p.t.Helper()
	q, err := http.NewRequest(method, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	q.Host = host
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != status || !strings.HasPrefix(string(body), begins) {
		p.t.Errorf("%s %s of %q: %v %d %q, want %d %q", method, path, host, err, r.StatusCode, body, status, begins)
	}
}

func TestHealthAndReadiness(t *testing.T) {
	p := startPort(t)
	p.ask("GET", "", "/healthz", 200, "ok\n")
	p.ask("GET", "", "/readyz", 200, "ok\n")
	stuck, draining := errors.New("event loop 1 of 2 does not answer"), errors.New("draining")
	p.alive.Store(&stuck)
	p.ready.Store(&draining)
	p.ask("GET", "", "/healthz", 503, "event loop 1 of 2 does not answer\n")
	p.ask("HEAD", "", "/healthz", 503, "")
	p.ask("GET", "", "/readyz", 503, "draining\n")
	p.alive.Store(nil)
	p.ask("GET", "", "/healthz", 200, "ok\n")
}

func TestWhatIsServed(t *testing.T) {
	p := startPort(t)
	p.ask("GET", "", "/metrics", 200, "# HELP ")
	p.ask("HEAD", "", "/metrics", 200, "")
	p.ask("GET", "", "/nothing", 404, "")
	p.ask("GET", "", "/debug/pprof/../../etc/passwd", 404, "")
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		for _, path := range []string{"/", "/metrics", "/healthz", "/readyz", "/history.json", "/debug/pprof/", "/debug/pprof/profile"} {
			p.ask(method, "", path, 405, "")
		}
	}
}

// TestStrangersNames: a web page that has a browser on this machine ask by a name of its own sees nothing.
func TestStrangersNames(t *testing.T) {
	p := startPort(t)
	for _, host := range []string{"localhost", "localhost:8890", "127.0.0.1:8890", "[::1]:8890", "[::1]"} {
		p.ask("GET", host, "/metrics", 200, "# HELP ")
	}
	for _, host := range []string{"evil.example", "evil.example:8890", "localhost.evil.example", "10.0.0.1:8890"} {
		p.ask("GET", host, "/metrics", 403, "ask for ")
	}
}

func TestPortIsTaken(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	address := other.Addr().String()
	if _, err := Start(Config{Address: address}); err == nil || err.Error() != "--ops: can't listen on "+address+": address already in use" {
		t.Errorf("the error is %v", err)
	}
}

// TestNameOfThePort: Debian has a machine's own name lead to 127.0.1.1, which is the only address of the port then.
func TestNameOfThePort(t *testing.T) {
	c := Config{Address: "chat.test:8890"}
	guarded := c.guard(http.NotFoundHandler())
	for host, want := range map[string]int{"chat.test:8890": 404, "chat.test": 404, "evil.test:8890": 403, "": 403} {
		answer := httptest.NewRecorder()
		guarded.ServeHTTP(answer, &http.Request{Host: host})
		if answer.Code != want {
			t.Errorf("%q: %d, want %d", host, answer.Code, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, address := range []string{"localhost:0", "127.0.0.1:0", "127.8.8.8:0", "[::1]:0"} {
		if _, err := resolve(address, false); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0"} {
		if _, err := resolve(address, false); err == nil || !strings.HasPrefix(err.Error(), "--ops "+address+": others could reach that") {
			t.Errorf("%s: %v", address, err)
		}
		if _, err := resolve(address, true); err != nil {
			t.Errorf("%s, public: %v", address, err)
		}
	}
	for _, address := range []string{"8890", "localhost", "localhost:none"} {
		if _, err := resolve(address, true); err == nil {
			t.Errorf("%q is an address", address)
		}
	}
}

// sampled is a sampler with the metrics that it knows, under test.
type sampled struct {
	*sampler
	connections prometheus.Gauge
	messages    *prometheus.CounterVec
	commits     prometheus.Histogram
	at          time.Time
}

func newSampled() *sampled {
	registry := prometheus.NewRegistry()
	factory := promauto.With(registry)
	return &sampled{
		sampler:     &sampler{version: "1.2", registry: registry, before: &reading{}},
		connections: factory.NewGauge(prometheus.GaugeOpts{Name: "parley_connections"}),
		messages:    factory.NewCounterVec(prometheus.CounterOpts{Name: "parley_messages_total"}, []string{"kind"}),
		commits:     factory.NewHistogram(prometheus.HistogramOpts{Name: "parley_commit_seconds", Buckets: []float64{0.001, 0.002, 0.004}}),
		at:          time.Unix(1_000_000, 0),
	}
}

// next takes a sample and returns it by the names of its series.
func (s *sampled) next(t *testing.T) map[string]*float64 {
	t.Helper()
	s.at = s.at.Add(step)
	s.sample(s.at)
	h := s.history()
	last := h.Samples[len(h.Samples)-1]
	if len(last) != len(h.Series)+1 || *last[0] != float64(s.at.Unix()) {
		t.Fatalf("a sample of %v for %v", last, h.Series)
	}
	found := map[string]*float64{}
	for i, name := range h.Series {
		found[name] = last[i+1]
	}
	return found
}

func TestSamples(t *testing.T) {
	s := newSampled()
	is := func(got *float64, want float64) {
		t.Helper()
		if got == nil || math.Abs(*got-want) > 1e-9 {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	s.connections.Set(7)
	s.messages.WithLabelValues("room").Add(100)
	first := s.next(t)
	is(first["connections"], 7)
	for _, name := range []string{"messages_per_s", "commit_p50_ms", "sessions", "store_ok"} {
		if first[name] != nil {
			t.Errorf("%s is known: %v", name, *first[name])
		}
	}
	s.messages.WithLabelValues("room").Add(20)
	s.messages.WithLabelValues("private").Add(5)
	for range 8 {
		s.commits.Observe(0.0015)
	}
	s.commits.Observe(0.003)
	s.commits.Observe(0.003)
	second := s.next(t)
	is(second["messages_per_s"], 5)
	is(second["commit_p50_ms"], 1+5.0/8)   // the fifth of the eight between 1 and 2
	is(second["commit_p99_ms"], 2+2*1.9/2) // nearly the last of the two between 2 and 4
	s.commits.Observe(9)
	third := s.next(t)
	is(third["messages_per_s"], 0)
	is(third["commit_p50_ms"], 4) // above all bounds
	if fourth := s.next(t); fourth["commit_p50_ms"] != nil {
		t.Error("nothing was observed, but there is a median")
	}
}

func TestAnHourIsRemembered(t *testing.T) {
	s := newSampled()
	for range samples + 3 {
		s.next(t)
	}
	h := s.history()
	if len(h.Samples) != 720 || *h.Samples[719][0]-*h.Samples[0][0] != 719*5 || *h.Samples[719][0] != float64(s.at.Unix()) {
		t.Errorf("%d samples", len(h.Samples))
	}
}

// TestHistoryOverHTTP: the first sample is taken at once.
func TestHistoryOverHTTP(t *testing.T) {
	p := startPort(t)
	var h history.History
	for late := time.Now().Add(time.Minute); len(h.Samples) == 0; time.Sleep(time.Millisecond) {
		r, err := http.Get(p.url + "/history.json")
		if err != nil || r.Header.Get("Content-Type") != "application/json" || time.Now().After(late) {
			t.Fatal(err, r)
		}
		if err := json.NewDecoder(r.Body).Decode(&h); err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
	}
	wanted := "connections sessions accounts messages_per_s deliveries_per_s refusals_per_s commit_p50_ms commit_p99_ms loop_delay_p99_ms memory_bytes goroutines store_ok"
	if h.Version != "1.2" || h.Step != 5 || time.Since(time.Unix(h.Now, 0)).Abs() > time.Hour || strings.Join(h.Series, " ") != wanted {
		t.Errorf("%+v", h)
	}
}
