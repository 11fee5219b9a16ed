package torture

import (
	"slices"
	"testing"
	"time"
)

var usual = setting{length: 60 * time.Second, clients: 20, far: 8, cables: true, store: plainRedis, nodes: 3}

func TestScheduleIsMadeFromItsSeed(t *testing.T) {
	if !slices.Equal(schedule(7, usual), schedule(7, usual)) {
		t.Error("one seed makes two schedules")
	}
	if slices.Equal(schedule(7, usual), schedule(8, usual)) {
		t.Error("two seeds make one schedule")
	}
}

func TestScheduleHasEveryFault(t *testing.T) {
	has := map[fault]bool{}
	for _, e := range schedule(1, usual) {
		has[e.fault] = true
	}
	for _, f := range []fault{killNode, stopNode, pauseNode, buryNode, muteNode, severNode, cutNode, killAll,
		stallRedis, longStall, killRedis, stopRedis, holdReplies, cutRedis,
		freezeClient, longFreeze, halfClose, quitClient, cutClient, dropPackets} {
		if !has[f] {
			t.Errorf("a minute has no %s", f)
		}
	}
}

func TestScheduleKeepsToItsSetting(t *testing.T) {
	for _, s := range []setting{
		usual,
		{length: time.Second, clients: 2, far: 1, cables: true, store: onSQLite, nodes: 1},
		{length: 20 * time.Second, clients: 5, far: 3, store: plainRedis, nodes: 1},
		{length: 20 * time.Second, clients: 300, far: 8, cables: true, store: onSQLite, nodes: 1},
		{length: 20 * time.Second, clients: 20, far: 8, cables: true, store: withSentinel, nodes: 2},
	} {
		for seed := range uint64(20) {
			last := time.Duration(0)
			for _, e := range schedule(seed, s) {
				if e.at < last || e.at+e.lasts > s.length {
					t.Fatalf("%+v happens outside of its time", e)
				}
				last = e.at
				far := e.fault == cutClient || e.fault == dropPackets || e.fault == stallClient
				if e.client >= s.clients || far && e.client >= s.far {
					t.Fatalf("%+v is for a client that is not there", e)
				}
				if e.node >= s.nodes || e.subject() == "all nodes" && s.nodes == 1 {
					t.Fatalf("%+v is for a node that is not there", e)
				}
				if e.subject() == "redis" && s.store == onSQLite || (e.fault == cutClient || e.fault == dropPackets) && !s.cables {
					t.Fatalf("%+v is not possible here", e)
				}
			}
		}
	}
}
