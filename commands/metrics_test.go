package commands

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"parley/protocol"
	"parley/storage"
)

// read is what a metric shows.
func read(t *testing.T, metric prometheus.Metric) *dto.Metric {
	t.Helper()
	m := &dto.Metric{}
	if err := metric.Write(m); err != nil {
		t.Fatal(err)
	}
	return m
}

func counted(t *testing.T, counter prometheus.Counter) int {
	t.Helper()
	return int(read(t, counter).GetCounter().GetValue())
}

// TestCommitsAreCountedByOutcome, however the store wraps its errors.
func TestCommitsAreCountedByOutcome(t *testing.T) {
	m := newMetrics(nil)
	k := &committer{chat: &Chat{metrics: m}}
	k.batch.Asks = make([]storage.Ask, 3)
	for i, err := range []error{nil, storage.ErrUnavailable, storage.ErrUnsure, storage.ErrBuried} {
		for range i + 1 {
			if err != nil {
				err = fmt.Errorf("%w: why", err)
			}
			k.count(err, 3*time.Millisecond)
		}
	}
	c := &m.commits
	for i, counter := range []prometheus.Counter{c.ok, c.unavailable, c.unsure, c.buried} {
		if n := counted(t, counter); n != i+1 {
			t.Errorf("%s: %d", counter.Desc(), n)
		}
	}
	if h := read(t, m.commitAsks).GetHistogram(); h.GetSampleCount() != 10 || h.GetSampleSum() != 30 {
		t.Errorf("asks: %v", h)
	}
	k.batch.Asks = nil
	k.count(nil, 0)
	if h := read(t, m.commitAsks).GetHistogram(); h.GetSampleCount() != 10 {
		t.Error("a heartbeat is counted as a batch")
	}
	if h := read(t, m.commitSeconds).GetHistogram(); h.GetSampleCount() != 11 {
		t.Errorf("commits: %v", h)
	}
}

func TestRefusalsAreCountedByCode(t *testing.T) {
	m := newMetrics(nil)
	for _, code := range protocol.FailureCodes {
		m.refusal(&protocol.Error{Code: code})
		if n := counted(t, m.refused[code]); n != 1 {
			t.Errorf("%s: %d", code, n)
		}
	}
	if n := counted(t, m.refusedOther); n != 0 {
		t.Errorf("%d have another code", n)
	}
	m.refusal(&protocol.Error{Code: "a-code-of-tomorrow"})
	if n := counted(t, m.refusedOther); n != 1 {
		t.Errorf("%d have another code", n)
	}
	if n := counted(t, m.inboxFull); n != 1 {
		t.Errorf("%d full inboxes", n)
	}
}

// TestStoreOutage: a verdict that the store did not give is an outage, one that it gave is none; and what can be read may still not be written.
func TestStoreOutage(t *testing.T) {
	full := errors.New("the disk is full")
	batch := func(err error) *storage.Batch { return &storage.Batch{Verdicts: []storage.Verdict{{}, {Err: err}}} }
	for _, tt := range []struct {
		err     error
		batch   *storage.Batch
		failing error
		fails   bool
	}{
		{nil, batch(nil), nil, false},
		{nil, batch(storage.ErrNoRoom), nil, false},
		{nil, batch(storage.ErrUnavailable), nil, true},
		{nil, batch(storage.ErrUnsure), nil, true},
		{storage.ErrUnavailable, batch(nil), nil, true},
		{storage.ErrBuried, batch(nil), nil, false},
		{nil, batch(nil), full, true},
	} {
		var o storeOutage
		o.note(tt.err, tt.batch, tt.failing)
		if (o.now() != nil) != tt.fails {
			t.Errorf("%+v: %v", tt, o.now())
		}
		since := o.since
		o.note(tt.err, tt.batch, tt.failing)
		if o.since != since {
			t.Errorf("%+v: it begins again", tt)
		}
		if o.note(nil, batch(nil), nil); o.now() != nil {
			t.Errorf("%+v: it does not end", tt)
		}
	}
}
