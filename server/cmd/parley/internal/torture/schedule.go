package torture

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// fault is a kind of trouble.
type fault string

const (
	killNode  fault = "kill -9 of a node"
	stopNode  fault = "stop of a node"
	pauseNode fault = "SIGSTOP of a node"
	buryNode  fault = "SIGSTOP of a node for longer than its lease"
	muteNode  fault = "packets between a node and Redis dropped"
	severNode fault = "packets between a node and Redis dropped for longer than the lease"
	cutNode   fault = "a node's connections to Redis cut"
	killAll   fault = "kill -9 of all nodes"

	stallRedis   fault = "stall of Redis"
	longStall    fault = "stall of Redis for longer than the lease"
	killRedis    fault = "kill -9 of Redis"
	stopRedis    fault = "stop of Redis"
	holdReplies  fault = "Redis replies held back"
	cutRedis     fault = "Redis connections cut"
	killPrimary  fault = "kill -9 of the primary Redis"
	stallPrimary fault = "stall of the primary Redis until another takes over"
	killReplica  fault = "kill -9 of the replica Redis"

	takeBackup fault = "backup"
	killBackup fault = "kill -9 of a backup"

	freezeClient fault = "freeze of a client"
	longFreeze   fault = "freeze of a client until it is too slow"
	halfClose    fault = "half-close of a client"
	quitClient   fault = "quit of a client"
	cutClient    fault = "client cut off"
	dropPackets  fault = "client's packets dropped for a while"
	stallClient  fault = "client stalled by a relay"
)

// faults are all of them, in the order of the report.
var faults = []fault{killNode, stopNode, pauseNode, buryNode, muteNode, severNode, cutNode, killAll,
	stallRedis, longStall, holdReplies, cutRedis, killRedis, stopRedis, killPrimary, stallPrimary, killReplica,
	takeBackup, killBackup, freezeClient, longFreeze, halfClose, quitClient, cutClient, dropPackets, stallClient}

// event is one fault of a schedule.
type event struct {
	at     time.Duration // since the start
	fault  fault
	client int           // which one, if it happens to a client
	node   int           // which one, if it happens to a node
	lasts  time.Duration // how long
}

// track makes the faults of one subject, one after the other: at first the first of its pack, so that even the shortest run has it, then
// all of the pack in random order, again and again, so that each comes regularly.
type track struct {
	pack     []fault
	least    time.Duration // between the end of one and the next
	most     time.Duration
	overlaps bool // the next may come before the last is over
	node     int
}

// setting is what a schedule must know about the run.
type setting struct {
	length  time.Duration
	clients int
	far     int // the first so many clients live where packets can be dropped, or stalled
	cables  bool
	store   string
	nodes   int
}

// schedule makes all faults of a run from its seed: the same seed and setting, the same schedule. They are ordered by time.
func schedule(seed uint64, s setting) []event {
	var events []event
	for i, t := range s.tracks() {
		events = append(events, t.events(rand.New(rand.NewPCG(seed, uint64(i))), s)...)
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return events
}

func (s setting) tracks() []track {
	all := []track{s.clientTrack(), backupTrack}
	switch s.store {
	case plainRedis:
		all = append(all, redisTrack)
	case withSentinel:
		all = append(all, sentinelTrack)
	}
	for node := range s.nodes {
		all = append(all, s.nodeTrack(node))
	}
	if s.nodes > 1 {
		all = append(all, track{pack: []fault{killAll}, least: 10 * time.Second, most: time.Minute})
	}
	return all
}

var backupTrack = track{pack: []fault{takeBackup, takeBackup, takeBackup, killBackup}, least: 1200 * time.Millisecond, most: 6 * time.Second}

var redisTrack = track{
	pack:  []fault{stallRedis, stallRedis, holdReplies, holdReplies, cutRedis, cutRedis, killRedis, stopRedis, longStall},
	least: 1500 * time.Millisecond, most: 8 * time.Second,
}

var sentinelTrack = track{
	pack:  []fault{killPrimary, killPrimary, killPrimary, killPrimary, stallRedis, holdReplies, cutRedis, killReplica, stallPrimary},
	least: 2 * time.Second, most: 8 * time.Second,
}

func (s setting) nodeTrack(node int) track {
	if s.store == onSQLite {
		return track{pack: []fault{killNode, killNode, killNode, stopNode}, least: time.Second, most: time.Minute}
	}
	pack := []fault{killNode, buryNode, stopNode, cutNode, severNode, pauseNode, muteNode}
	first := node % len(pack)
	return track{pack: slices.Concat(pack[first:], pack[:first]), least: 2 * time.Second, most: 15 * time.Second, node: node}
}

// length is how long a fault lasts, at least and at most.
func (f fault) length(s setting) (least, most time.Duration) {
	switch f {
	case killNode, stopNode, killAll:
		if s.nodes > 1 {
			return 50 * time.Millisecond, 8 * time.Second
		}
		return 25 * time.Millisecond, 500 * time.Millisecond
	case buryNode, severNode, longStall:
		return 6 * time.Second, 8 * time.Second
	case stallPrimary:
		return 3 * time.Second, 5 * time.Second
	case stallRedis, holdReplies, cutRedis, killRedis, stopRedis:
		return 250 * time.Millisecond, 5 * time.Second
	case longFreeze:
		return 15 * time.Second, 18 * time.Second
	case killBackup:
		return time.Millisecond, 100 * time.Millisecond
	}
	return 150 * time.Millisecond, 3 * time.Second
}

func (s setting) clientTrack() track {
	each := time.Duration(max(1, 20/s.clients)) * 100 * time.Millisecond
	t := track{pack: []fault{longFreeze, freezeClient, freezeClient, halfClose, halfClose, quitClient},
		least: each, most: 7 * each, overlaps: true}
	switch {
	case s.far > 0 && s.cables:
		t.pack = append([]fault{cutClient}, append(t.pack, cutClient, cutClient, dropPackets, dropPackets)...)
	case s.far > 0:
		t.pack = append(t.pack, stallClient, stallClient, stallClient)
	}
	return t
}

// events are those of one track.
func (t track) events(random *rand.Rand, s setting) []event {
	var events []event
	pack := t.pack[:1]
	at := between(random, t.least/2, t.least)
	for at < s.length {
		if len(pack) == 0 {
			pack = slices.Clone(t.pack)
			random.Shuffle(len(pack), func(i, j int) { pack[i], pack[j] = pack[j], pack[i] })
		}
		least, most := pack[0].length(s)
		e := event{at: at, fault: pack[0], node: t.node, lasts: mostlyShort(random, least, most)}
		pack = pack[1:]
		switch e.fault {
		case freezeClient, halfClose, quitClient:
			e.client = random.IntN(s.clients)
		case longFreeze:
			e.client = 2 * random.IntN((s.clients+1)/2) // one that is narrow
		case cutClient, dropPackets, stallClient:
			e.client = random.IntN(s.far)
		}
		e.lasts = min(e.lasts, s.length-at)
		events = append(events, e)
		at += mostlyShort(random, t.least, t.most)
		if !t.overlaps {
			at += e.lasts
		}
	}
	return events
}

// mostlyShort is a random time, a long one only now and then.
func mostlyShort(random *rand.Rand, least, most time.Duration) time.Duration {
	u := random.Float64()
	return least + time.Duration(float64(most-least)*u*u*u)
}

// between is a random time.
func between(random *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(random.Int64N(int64(most-least)+1))
}
