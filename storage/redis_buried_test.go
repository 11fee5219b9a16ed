package storage_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// beats has nodes commit nothing again and again, as servers do, until something is so or a time is over. It returns whether it is so.
func beats(t *testing.T, most time.Duration, until func() bool, nodes ...chat) bool {
	t.Helper()
	for end := time.Now().Add(most); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		for _, c := range nodes {
			c.batch()
		}
		if until() {
			return true
		}
	}
	return false
}

func never() bool { return false }

// TestSilentNodeIsBuried: the others say within five seconds who has gone with it. It learns of it once, and is a new node then.
func TestSilentNodeIsBuried(t *testing.T) {
	t.Parallel()
	nodes, _, server := openNodes(t, 3)
	silent, one, other := nodes[0], nodes[1], nodes[2]
	silent.login("alice")
	silent.login("bob")
	other.login("bob")
	session := silent.login("carol").ID
	id := silent.node().ID
	beats(t, 4500*time.Millisecond, func() bool { silent.batch(); return false }, one, other) // these may bury others now
	one.read()
	other.read()
	start := time.Now()
	var heard [2][]string
	gone := func(i int, c chat) bool {
		heard[i] = append(heard[i], c.comings(c.batch())...)
		return len(heard[i]) == 2
	}
	if !beats(t, 20*time.Second, func() bool { a, b := gone(0, one), gone(1, other); return a && b }) {
		t.Fatalf("got %q", heard)
	}
	if took := time.Since(start); took < 3*time.Second || took > 8*time.Second { // five, and time for a machine that does other things
		t.Errorf("it took %v", took)
	}
	for i := range heard {
		slices.Sort(heard[i])
		wantLines(t, heard[i], "gone Alice in 1 rooms by ask -1", "gone Carol in 1 rooms by ask -1")
	}
	for _, key := range []string{"feed", "read", "online", "listening"} {
		if server.Client.Exists(t.Context(), "parley:"+key+":"+id).Val() != 0 {
			t.Errorf("%s is left", key)
		}
	}
	if left := server.Client.TTL(t.Context(), "parley:node:"+id).Val(); left <= 0 {
		t.Errorf("what is left of the node ends in %v", left)
	}
	if there, err := one.Elsewhere(soon(t), nil); err != nil || len(there) != 1 || there[0].Name != "Bob" {
		t.Errorf("got %+v %v", there, err)
	}
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{silent.say("alice", "#lobby", "x")}}
	wantError(t, silent.Commit(soon(t), &b), storage.ErrBuried)
	wantError(t, silent.Commit(soon(t), &b), nil)
	wantError(t, b.Verdicts[0].Err, nil)
	if now := silent.node().ID; now == id || len(one.nodes()) != 3 {
		t.Errorf("it was %s and is %s, of %+v", id, now, one.nodes())
	}
	if again := silent.login("alice").ID; again <= session {
		t.Errorf("session %d after %d", again, session)
	}
}

// TestLonelyNodeIsNotBuried, however long it is silent.
func TestLonelyNodeIsNotBuried(t *testing.T) {
	t.Parallel()
	c := openFor(t, kinds[1].url(t), generous)
	c.register("Alice")
	id := c.node().ID
	beats(t, 4500*time.Millisecond, never, c)
	time.Sleep(4500 * time.Millisecond) // longer than a lease
	c.post("alice", "#lobby", "x")
	if now := c.node().ID; now != id {
		t.Errorf("it was %s and is %s", id, now)
	}
}

// TestStandstillBuriesNobody has Redis stand still for longer than a lease while a node waits for it that may bury others.
func TestStandstillBuriesNobody(t *testing.T) {
	t.Parallel()
	nodes, _, server := openNodes(t, 3)
	nodes[1].login("bob")
	var ids []string
	for _, c := range nodes {
		ids = append(ids, c.node().ID)
	}
	beats(t, 5*time.Second, never, nodes...)
	server.Stop()
	done := make(chan error)
	go func() { done <- nodes[0].Commit(soon(t), &storage.Batch{At: time.Now()}) }()
	time.Sleep(5 * time.Second) // longer than a lease
	server.Cont()
	wantError(t, <-done, nil)
	beats(t, 2*time.Second, never, nodes...)
	for i, c := range nodes {
		if now := c.node().ID; now != ids[i] {
			t.Errorf("node %d was %s and is %s", i, ids[i], now)
		}
	}
	if there, err := nodes[0].Elsewhere(soon(t), nil); err != nil || len(there) != 1 {
		t.Errorf("got %+v %v", there, err)
	}
}

// TestLeavingIsTold at once.
func TestLeavingIsTold(t *testing.T) {
	nodes, _, server := openNodes(t, 2)
	one := nodes[1]
	leaving := open(t, server.URL(), modelSizes["generous"])
	leaving.login("alice")
	one.read()
	wantError(t, leaving.Close(), nil)
	wantLines(t, one.comings(&storage.Batch{Events: one.read()}), "gone Alice in 1 rooms by ask -1")
	if n := len(one.nodes()); n != 2 {
		t.Errorf("there are %d", n)
	}
}

// TestNodeThatReadsNothingIsBuried when it has missed very much. Who does so tells everybody, also itself.
func TestNodeThatReadsNothingIsBuried(t *testing.T) {
	nodes, _, server := openNodes(t, 3)
	one, other, third := nodes[0], nodes[1], nodes[2]
	other.login("bob")
	one.read()
	third.read()
	id := other.node().ID
	rows := make([]any, 20_000)
	for i := range rows {
		rows[i] = "1 0 0 \n"
	}
	server.Client.RPush(t.Context(), "parley:feed:"+id, rows...)
	b := one.batch(one.say("alice", "#lobby", "x"))
	for _, events := range [][]storage.Event{append(slices.Clone(b.Events), one.read()...), third.read()} {
		wantLines(t, one.comings(&storage.Batch{Events: events}), "gone Bob in 1 rooms by ask -1")
	}
	if left := server.Client.Keys(t.Context(), "parley:*:"+id).Val(); !slices.Equal(left, []string{"parley:node:" + id}) {
		t.Errorf("there are %q", left)
	}
	wantError(t, other.Commit(soon(t), &storage.Batch{At: time.Now()}), storage.ErrBuried)
}

// TestLongFeedIsReadInParts, in order.
func TestLongFeedIsReadInParts(t *testing.T) {
	nodes, _, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	other.login("bob")
	var want []string
	ask := one.say("alice", "#lobby", "")
	for i := range 1200 {
		ask.Text = fmt.Append(nil, i)
		one.batch(ask)
		want = append(want, fmt.Sprint("Alice: ", i))
	}
	first := other.batch().Events
	if n := len(first); n < 400 || n > 600 {
		t.Errorf("%d came at once", n)
	}
	got := words(slices.Clone(first))
	b := other.batch(other.say("bob", "alice", "own")) // comes behind what is still to be read
	got = append(got, words(append(slices.Clone(b.Events), other.read()...))...)
	if !slices.Equal(got, append(want, "Bob: own")) {
		t.Errorf("got %d, the last one %q", len(got), got[len(got)-1])
	}
}

// TestManyNodesComeAndGo: some leave in order, others are killed. Nothing of them is left.
func TestManyNodesComeAndGo(t *testing.T) {
	t.Parallel()
	nodes, _, server := openNodes(t, 1)
	one := nodes[0]
	var open []storage.Store
	for i := range 200 {
		store, err := storage.Open(t.Context(), server.URL(), modelSizes["generous"], storage.Self{}, nop)
		wantError(t, err, nil)
		c := chat{store, t, new(storage.Thread)}
		c.login([]string{"alice", "bob", "carol"}[i%3])
		one.batch(one.say("alice", "#lobby", "x"))
		if i%2 == 0 {
			wantError(t, c.Close(), nil)
		} else {
			open = append(open, store) // as good as killed
		}
	}
	if !beats(t, 20*time.Second, func() bool { return len(one.nodes()) == 1 }, one) {
		t.Fatalf("there are %d nodes", len(one.nodes()))
	}
	online := map[string]bool{}
	for _, e := range one.read() {
		online[e.ToName] = e.Kind == storage.Here
	}
	for name, is := range online {
		if is {
			t.Errorf("%s is said to be here", name)
		}
	}
	for _, key := range server.Client.Keys(t.Context(), "*").Val() {
		kind := strings.SplitN(key, ":", 3)[1]
		switch {
		case slices.Contains([]string{"feed", "read", "online", "listening", "here", "where", "away"}, kind):
			t.Errorf("there is %s", key)
		case kind == "node" && key != "parley:node:"+one.node().ID && server.Client.TTL(t.Context(), key).Val() <= 0:
			t.Errorf("%s stays for ever", key)
		}
	}
	if n := server.Client.HLen(t.Context(), "parley:nodes").Val(); n != 1 {
		t.Errorf("%d nodes are described", n)
	}
	if there, err := one.Elsewhere(soon(t), nil); err != nil || len(there) != 0 {
		t.Errorf("got %+v %v", there, err)
	}
	for _, store := range open {
		store.Close()
	}
}

// TestRestartWithThreeNodes has Redis be killed while three nodes commit: with nothing kept, and with what it had saved. Numbers never come again, each
// node knows that it must tell who is here, and each says once that something is lost.
func TestRestartWithThreeNodes(t *testing.T) {
	for _, name := range []string{"nothing", "saved", "log"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var args []string
			if name == "log" {
				args = []string{"--appendonly", "yes", "--appendfsync", "always"}
			}
			server := storagetest.StartRedis(t, args...)
			var nodes []chat
			for range 3 {
				c, _ := openObserved(t, server.URL())
				nodes = append(nodes, c)
			}
			nodes[0].register("Alice", "Bob")
			if name == "saved" {
				wantError(t, server.Client.Save(t.Context()).Err(), nil)
			}
			alice := nodes[0].id("alice")
			last := int64(0)
			for i, c := range nodes {
				last = c.post("alice", "#lobby", fmt.Sprint("before ", i))
				c.login("bob")
			}
			session := nodes[2].login("alice").ID
			server.Kill()
			server.Restart()
			forgotten := 0
			for _, c := range nodes {
				if c.batch().Forgotten {
					forgotten++
				}
				b := c.batch(storage.Ask{Kind: storage.Say, Account: alice, To: "#lobby", Text: []byte("after")})
				if name != "nothing" {
					wantError(t, b.Verdicts[0].Err, nil)
					if n := c.number(b, 0); n <= last {
						t.Errorf("number %d after %d", n, last)
					} else {
						last = n
					}
					continue
				}
				wantError(t, b.Verdicts[0].Err, storage.ErrGone)
				made := c.mustAsk(create("New" + c.node().ID[:5]))
				if int64(made.Account) <= last {
					t.Errorf("ID %d after %d", made.Account, last)
				}
				last = int64(made.Account)
			}
			if forgotten != 3 && name != "log" || forgotten == 0 {
				t.Errorf("%d nodes know of it", forgotten)
			}
			begins := &storage.Session{From: "x", Client: "y"}
			erin := create("Erin")
			erin.Begins = begins
			if id := nodes[0].mustAsk(erin).Session; id <= session {
				t.Errorf("session %d after %d", id, session)
			}
		})
	}
}

// TestPresenceIsExact has accounts come, go, join and leave on three nodes, and compares who is here with what it should be.
func TestPresenceIsExact(t *testing.T) {
	nodes, _, _ := openNodes(t, 3)
	p := &presenceModel{t: t, nodes: nodes, random: rand.New(rand.NewPCG(1, 2)), names: []string{"alice", "bob", "carol", "dave"}, members: map[string]map[string]bool{}}
	nodes[0].register("Dave")
	for _, room := range []string{"#one", "#two"} {
		nodes[0].join(room, "alice")
		p.members[room] = map[string]bool{"alice": true}
	}
	for i, c := range nodes {
		p.sessions[i], p.told[i] = map[string][]storage.Session{}, map[string]bool{}
		c.read()
	}
	for range 40 {
		for range 10 {
			p.step()
		}
		p.compare()
	}
}

// presenceModel is who should be where.
type presenceModel struct {
	t        *testing.T
	nodes    []chat
	random   *rand.Rand
	names    []string
	members  map[string]map[string]bool
	sessions [3]map[string][]storage.Session
	told     [3]map[string]bool // who is here, as the events of each node have it
}

func (p *presenceModel) step() {
	i := p.random.IntN(3)
	c, name, room := p.nodes[i], p.names[p.random.IntN(len(p.names))], []string{"#one", "#two"}[p.random.IntN(2)]
	b := &storage.Batch{}
	switch p.random.IntN(6) {
	case 0, 1:
		b.Asks = []storage.Ask{c.begins(name)}
	case 2, 3:
		if n := len(p.sessions[i][name]); n > 0 {
			p.sessions[i][name] = p.sessions[i][name][1:]
		}
		b.Present = []storage.Present{c.present(name)}
		b.Present[0].Sessions = p.sessions[i][name]
	case 4:
		b.Asks = []storage.Ask{c.joinAsk(name, room)}
		p.members[room][name] = true
	default:
		if name == "alice" {
			return // she keeps the rooms
		}
		b.Asks = []storage.Ask{c.order(storage.Leave, name, room, "")}
		delete(p.members[room], name)
	}
	c.commit(b)
	if len(b.Asks) > 0 && b.Asks[0].Begins != nil {
		one := *b.Asks[0].Begins
		one.ID = b.Verdicts[0].Session
		p.sessions[i][name] = append(p.sessions[i][name], one)
	}
	p.hear(i, b.Events)
}

// hear wants who comes not to be here, and who goes to be here.
func (p *presenceModel) hear(i int, events []storage.Event) {
	p.t.Helper()
	for _, e := range events {
		name, came := strings.ToLower(e.ToName), e.Kind == storage.Here
		if !came && e.Kind != storage.Gone {
			continue
		}
		if p.told[i][name] == came {
			p.t.Fatalf("node %d hears once more of %s: %v", i, name, came)
		}
		p.told[i][name] = came
	}
}

func (p *presenceModel) compare() {
	p.t.Helper()
	var ids []storage.ID
	var want []int
	for _, room := range []string{"#lobby", "#one", "#two"} {
		n := 0
		for _, name := range p.names {
			if p.count(name) > 0 && (room == "#lobby" || p.members[room][name]) {
				n++
			}
		}
		ids, want = append(ids, p.nodes[0].room(room).ID), append(want, n)
	}
	for i, c := range p.nodes {
		p.hear(i, c.read())
		elsewhere := map[string]int{}
		list, err := c.Elsewhere(soon(p.t), nil)
		wantError(p.t, err, nil)
		for _, one := range list {
			elsewhere[strings.ToLower(one.Name)] += len(one.Sessions)
		}
		for _, name := range p.names {
			if all := p.count(name); p.told[i][name] != (all > 0) || elsewhere[name] != all-len(p.sessions[i][name]) {
				p.t.Errorf("node %d: %s is here: %v, elsewhere %d times of %d", i, name, p.told[i][name], elsewhere[name], all)
			}
		}
		if got, err := c.Here(soon(p.t), ids); err != nil || !slices.Equal(got, want) {
			p.t.Errorf("got %v %v, want %v", got, err, want)
		}
	}
}

// count is how many sessions an account has.
func (p *presenceModel) count(name string) (n int) {
	for i := range p.sessions {
		n += len(p.sessions[i][name])
	}
	return n
}
