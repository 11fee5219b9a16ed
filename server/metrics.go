package server

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"parley/protocol"
	"parley/server/internal/admission"
)

// metrics count what happens to connections. Each counter is found once, here, so that to count is an addition. They count also when nobody reads them.
type metrics struct {
	connections                       prometheus.Counter
	refused                           map[admission.Verdict]prometheus.Counter
	refusedDraining, refusedProxy     prometheus.Counter
	closed                            map[protocol.Code]prometheus.Counter
	closedByClient, closedOther       prometheus.Counter
	roomDeliveries, privateDeliveries prometheus.Counter
	outboxFull                        prometheus.Counter
	loopDelay                         prometheus.Histogram
}

// newMetrics registers the counters; with nil they are not registered.
func newMetrics(registerer prometheus.Registerer) *metrics {
	factory := promauto.With(registerer)
	counter := func(name, help string) prometheus.Counter {
		return factory.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	counters := func(name, label, help string) func(value string) prometheus.Counter {
		vec := factory.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
		return func(value string) prometheus.Counter { return vec.WithLabelValues(value) }
	}
	refused := counters("parley_connections_refused_total", "why", "Connections that were not admitted.")
	closed := counters("parley_connections_closed_total", "why", "Connections that have ended, by the code of the last line; client if it has left by itself.")
	deliveries := counters("parley_deliveries_total", "kind", "Lines that were handed to sessions: what happens in their rooms, and private messages, those that had waited too.")
	m := &metrics{
		connections: counter("parley_connections_total", "Connections that were admitted."),
		refused: map[admission.Verdict]prometheus.Counter{
			admission.Full: refused("full"), admission.AddressFull: refused("address-full"),
			admission.TooOften: refused("too-often"), admission.Banned: refused("banned"),
		},
		refusedDraining: refused("draining"), refusedProxy: refused("proxy"),
		closed: map[protocol.Code]prometheus.Counter{}, closedByClient: closed("client"), closedOther: closed("other"),
		roomDeliveries: deliveries("room"), privateDeliveries: deliveries("private"),
		outboxFull: counter("parley_outbox_full_total", "Connections that were closed because too much was waiting for them."),
		loopDelay: factory.NewHistogram(prometheus.HistogramOpts{
			Name: "parley_loop_delay_seconds", Help: "From when an event loop was given work until it began with it.",
			Buckets: prometheus.ExponentialBuckets(0.00002, 2, 18),
		}),
	}
	for _, code := range protocol.ClosingCodes {
		m.closed[code] = closed(string(code))
	}
	return m
}

// end counts the end of a connection that was admitted. Why is the code of its last line, empty if it has left by itself.
func (m *metrics) end(why protocol.Code) {
	if why == "" {
		m.closedByClient.Inc()
	} else if counter, ok := m.closed[why]; ok {
		counter.Inc()
	} else {
		m.closedOther.Inc()
	}
}

// show registers what is known anyway, and read when somebody asks for it.
func (s *Server) show(registerer prometheus.Registerer) {
	factory := promauto.With(registerer)
	gauge := func(name, help string, read func() float64) {
		factory.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read)
	}
	gauge("parley_connections", "Connections, those over TLS and those that are about to be refused among them.", func() float64 { return float64(s.Online()) })
	gauge("parley_tls_connections", "Connections at the TLS ports, those in a handshake among them.", func() float64 { return float64(s.front.Clients()) })
	gauge("parley_tls_certificate_ends_timestamp_seconds", "When the certificate ends that was shown to the newest TLS client; 0: to none yet.",
		func() float64 { return float64(s.front.CertificateEnds()) })
	gauge("parley_draining", "1 while the server goes down and takes no new connections.", func() float64 {
		if s.draining.Load() {
			return 1
		}
		return 0
	})
}
