package main

import (
	"os"
	"testing"

	dto "github.com/prometheus/client_model/go"
)

// TestDroppedLinesAreCounted: nobody reads the log, so lines are dropped.
func TestDroppedLinesAreCounted(t *testing.T) {
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	w := newLogWriter(in)
	dropped := func() float64 {
		var m dto.Metric
		if err := logLinesDropped.Write(&m); err != nil {
			t.Fatal(err)
		}
		return m.GetCounter().GetValue()
	}
	before := dropped()
	line := make([]byte, 4096) // more than a pipe holds of them wait in the queue
	for range 10_000 {
		_, _ = w.Write(line)
	}
	if dropped() == before {
		t.Error("nothing is counted")
	}
	out.Close() // so that it ends
	w.close()
	in.Close()
}
