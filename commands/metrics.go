package commands

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"parley/protocol"
)

// metrics count what the chat does. Each counter is found once, here, so that to count is an addition. They count also when nobody reads them.
type metrics struct {
	roomMessages, privateMessages      prometheus.Counter
	refused                            map[protocol.Code]prometheus.Counter
	refusedOther                       prometheus.Counter
	loginsOK, loginsFailed, loginsBusy prometheus.Counter
	inboxFull                          prometheus.Counter
	commits                            commitMetrics
	commitSeconds, commitAsks          prometheus.Histogram
	messageSeconds, hashSeconds        prometheus.Histogram
}

// commitMetrics count commits by what has become of them.
type commitMetrics struct{ ok, unavailable, unsure, buried prometheus.Counter }

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
	histogram := func(name, help string, first float64, buckets int) prometheus.Histogram {
		return factory.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: prometheus.ExponentialBuckets(first, 2, buckets)})
	}
	messages := counters("parley_messages_total", "kind", "Messages of this server's sessions that the store has kept.")
	refused := counters("parley_requests_refused_total", "code", "Requests that were answered with a failure, by its code.")
	logins := counters("parley_logins_total", "outcome", "Logins: ok for each session that has begun, failed for a wrong name or password, busy if too many were waiting.")
	commits := counters("parley_commits_total", "outcome", "What has become of what the store was asked to keep.")
	m := &metrics{
		roomMessages: messages("room"), privateMessages: messages("private"),
		refused: map[protocol.Code]prometheus.Counter{}, refusedOther: refused("other"),
		loginsOK: logins("ok"), loginsFailed: logins("failed"), loginsBusy: logins("busy"),
		inboxFull:      counter("parley_inbox_full_total", "Private messages that were refused because the recipient's inbox was full."),
		commits:        commitMetrics{commits("ok"), commits("unavailable"), commits("unsure"), commits("buried")},
		commitSeconds:  histogram("parley_commit_seconds", "How long the store took for a commit; one comes with each heartbeat, twice a second.", 0.00025, 15),
		commitAsks:     histogram("parley_commit_asks", "How much was asked for by a commit, without heartbeats.", 1, 12),
		messageSeconds: histogram("parley_message_seconds", "From the oldest request of a commit until the event loops had what follows from it.", 0.00025, 15),
		hashSeconds:    histogram("parley_hash_seconds", "How long it took to hash a password, without the wait for it.", 0.002, 12),
	}
	for _, code := range protocol.FailureCodes {
		m.refused[code] = refused(string(code))
	}
	return m
}

// refusal counts a failure that a client is told.
func (m *metrics) refusal(told *protocol.Error) {
	if told.Code == protocol.InboxFull {
		m.inboxFull.Inc()
	}
	if counter, ok := m.refused[told.Code]; ok {
		counter.Inc()
	} else {
		m.refusedOther.Inc()
	}
}

// show registers what is known anyway, and read when somebody asks for it.
func (c *Chat) show(registerer prometheus.Registerer) {
	factory := promauto.With(registerer)
	gauge := func(name, help string, read func() float64) {
		factory.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read)
	}
	gauge("parley_sessions", "Sessions that are logged in to this server.", func() float64 { return float64(c.Counts().Sessions) })
	gauge("parley_accounts_online", "Accounts that have a session on this server, guests too.", func() float64 { return float64(c.Counts().Accounts) })
	gauge("parley_rooms_open", "Rooms with somebody in them who is on this server.", func() float64 { return float64(c.Counts().Rooms) })
	gauge("parley_hash_waiting", "Passwords that are being hashed or wait for it.", func() float64 { return float64(c.passwords.waiting.Load()) })
	gauge("parley_store_up", "1 if the last commit succeeded, 0 if the store fails.", func() float64 {
		if c.StoreOutage() != nil {
			return 0
		}
		return 1
	})
	gauge("parley_nodes", "Servers that serve the store, as the last commit found it.", func() float64 { return float64(c.store.Status().Nodes) })
	gauge("parley_feed_behind", "What other servers had done and this one had to catch up on at its last commit; 500: there is more. Always 0 on SQLite.",
		func() float64 { return float64(c.store.Status().Behind) })
	factory.NewCounterFunc(prometheus.CounterOpts{Name: "parley_store_errors_total", Help: "Errors of the store, each try counted."},
		func() float64 { return float64(c.store.Status().Errors) })
}
