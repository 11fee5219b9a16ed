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
	killServer fault = "kill -9 of the server"
	stopServer fault = "stop of the server"

	stallRedis   fault = "stall of Redis"
	killRedis    fault = "kill -9 of Redis"
	stopRedis    fault = "stop of Redis"
	holdReplies  fault = "Redis replies held back"
	cutRedis     fault = "Redis connections cut"
	freezeClient fault = "freeze of a client"
	longFreeze   fault = "freeze of a client until it is too slow"
	halfClose    fault = "half-close of a client"
	quitClient   fault = "quit of a client"
	cutClient    fault = "client cut off"
	dropPackets  fault = "client's packets dropped for a while"
	stallClient  fault = "client stalled by a relay"
)

// faults are all of them, in the order of the report.
var faults = []fault{killServer, stopServer, stallRedis, holdReplies, cutRedis, killRedis, stopRedis,
	freezeClient, longFreeze, halfClose, quitClient, cutClient, dropPackets, stallClient}

// event is one fault of a schedule.
type event struct {
	at     time.Duration // since the start
	fault  fault
	client int           // which one, if it happens to a client
	lasts  time.Duration // how long
}

// track makes the faults of one subject, one after the other: at first the first of its pack, so that even the shortest run has it, then
// all of the pack in random order, again and again, so that each comes regularly.
type track struct {
	pack     []fault
	least    time.Duration // between the end of one and the next
	most     time.Duration
	longest  time.Duration // that a fault lasts
	overlaps bool          // the next may come before the last is over
}

// setting is what a schedule must know about the run.
type setting struct {
	length  time.Duration
	clients int
	far     int // the first so many clients live where packets can be dropped, or stalled
	cables  bool
	redis   bool
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
	if s.redis {
		return []track{s.serverTrack(), s.clientTrack(), redisTrack}
	}
	return []track{s.serverTrack(), s.clientTrack()}
}

var redisTrack = track{
	pack:  []fault{stallRedis, stallRedis, holdReplies, holdReplies, cutRedis, cutRedis, killRedis, stopRedis},
	least: 1500 * time.Millisecond, most: 8 * time.Second, longest: 5 * time.Second,
}

func (s setting) serverTrack() track {
	t := track{pack: []fault{killServer, killServer, killServer, stopServer}, least: time.Second, most: time.Minute, longest: 500 * time.Millisecond}
	if s.redis {
		t.least = 8 * time.Second // the lease that a killed server leaves in Redis must run down first
	}
	return t
}

func (s setting) clientTrack() track {
	each := time.Duration(max(1, 20/s.clients)) * 100 * time.Millisecond
	t := track{pack: []fault{longFreeze, freezeClient, freezeClient, halfClose, halfClose, quitClient},
		least: each, most: 7 * each, longest: 3 * time.Second, overlaps: true}
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
		e := event{at: at, fault: pack[0], lasts: mostlyShort(random, t.longest/20, t.longest)}
		pack = pack[1:]
		switch e.fault {
		case freezeClient, halfClose, quitClient:
			e.client = random.IntN(s.clients)
		case longFreeze:
			e.client = 2 * random.IntN((s.clients+1)/2) // one that is narrow
		case cutClient, dropPackets, stallClient:
			e.client = random.IntN(s.far)
		}
		if e.fault == longFreeze {
			e.lasts += 15 * time.Second
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
