package server

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"parley/protocol"
)

// count is what a counter has counted.
func count(t *testing.T, counter prometheus.Counter) int {
	t.Helper()
	var m dto.Metric
	if err := counter.Write(&m); err != nil {
		t.Fatal(err)
	}
	return int(m.GetCounter().GetValue())
}

func (s *testServer) metrics() *metrics { return s.shards[0].metrics }

func TestFullOutboxIsCounted(t *testing.T) {
	s := start(t, func(o *setup) { o.Outbox = 32 << 10 })
	reader, writer := s.joinSmall("reader"), s.join("writer")
	c := s.conn("reader")
	for going := true; going; s.onLoop(c.shard, func() { going = c.state == open }) {
		writer.ask("/all " + stuffing)
	}
	if n := count(t, s.metrics().outboxFull); n != 1 {
		t.Errorf("%d full outboxes were counted", n)
	}
	reader.rest()
	reader.Close()
	eventually(t, "the end is counted", func() bool { return count(t, s.metrics().closed[protocol.SlowReader]) == 1 })
}

func TestEndsAreCountedByTheirCode(t *testing.T) {
	s := start(t, func(o *setup) { o.LoginTime = 50 * time.Millisecond })
	idle := s.dial()
	idle.rest()
	idle.Close()
	eventually(t, "the end is counted", func() bool { return count(t, s.metrics().closed[protocol.LoginTimeout]) == 1 })
	s.metrics().end("a-code-of-tomorrow")
	if n := count(t, s.metrics().closedOther); n != 1 {
		t.Errorf("%d ends have another code", n)
	}
}

// TestDeliveriesAreCounted: each member of a room that hears a line, and each session that is shown a private message.
func TestDeliveriesAreCounted(t *testing.T) {
	s := start(t)
	alice, bob, carol := s.join("alice"), s.join("bob"), s.join("carol")
	m := s.metrics()
	before := count(t, m.roomDeliveries)
	alice.ask("/all hello")
	bob.want("* all alice: hello")
	carol.want("* all alice: hello")
	eventually(t, "the line is counted for all three", func() bool { return count(t, m.roomDeliveries) == before+3 })
	carol.ask("/quit")
	carol.rest()
	alice.ask("/msg bob psst")
	alice.ask("/msg carol for later")
	eventually(t, "bob's message is counted", func() bool { return count(t, m.privateDeliveries) == 1 })
	carol = s.dial()
	carol.say("/login carol " + password)
	carol.want("+ login carol")
	carol.want("* msg alice ")
	eventually(t, "carol's message is counted, too", func() bool { return count(t, m.privateDeliveries) == 2 })
}
