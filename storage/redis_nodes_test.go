package storage_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// nodes lists the nodes.
func (c chat) nodes() []storage.Node {
	c.t.Helper()
	list, err := c.Nodes(soon(c.t))
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

// node is the one that the store is.
func (c chat) node() storage.Node {
	c.t.Helper()
	for _, n := range c.nodes() {
		if n.This {
			return n
		}
	}
	c.t.Fatal("it is no node")
	return storage.Node{}
}

// record is what a node has seen.
type record struct {
	t     *testing.T
	all   []string // what every node must see: all that is not a message, and messages in the lobby
	last  int64
	texts map[string]int // of other messages
}

func (r *record) take(b *storage.Batch) {
	for i := range b.Events {
		e := &b.Events[i]
		if e.Number == 0 {
			continue
		}
		if e.Number <= r.last {
			r.t.Errorf("number %d after %d", e.Number, r.last)
		}
		r.last = e.Number
		if e.Kind == storage.Message && e.ToName != storage.LobbyName {
			r.texts[string(e.Text)]++
			continue
		}
		r.all = append(r.all, fmt.Sprint(e.Number, e.Kind, e.ToName, string(e.Text)))
	}
}

// TestNodesSeeOneOrder has three nodes say and change things at the same time.
func TestNodesSeeOneOrder(t *testing.T) {
	nodes, _, _ := openNodes(t, 3)
	names := []string{"alice", "bob", "carol"}
	for i, c := range nodes {
		c.login(names[i])
	}
	ids := map[string]storage.ID{}
	for _, name := range names {
		ids[name] = nodes[0].id(name)
	}
	for _, c := range nodes {
		c.read()
	}
	const rounds = 150
	records := make([]*record, len(nodes))
	kept := make([]map[string]bool, len(nodes)) // the private messages of each node
	var done sync.WaitGroup
	for i, c := range nodes {
		r := &record{t: t, texts: map[string]int{}}
		records[i], kept[i] = r, map[string]bool{}
		done.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 3))
			for round := range rounds {
				b := storage.Batch{At: time.Now()}
				for n := range 1 + random.IntN(6) {
					b.Asks = append(b.Asks, anyAsk(random, names, ids, i, fmt.Sprint(i, " ", round, " ", n)))
				}
				if err := c.Commit(soon(t), &b); err != nil {
					t.Error(err)
					return
				}
				r.take(&b)
				for j, v := range b.Verdicts {
					if a := &b.Asks[j]; v.Err == nil && a.Kind == storage.Say && a.To[0] != '#' {
						kept[i][string(a.Text)] = true
						if v.Reach.Sessions != 1 && a.To != names[i] {
							t.Errorf("%s is on one other node, not %d", a.To, v.Reach.Sessions)
						}
					}
				}
			}
		})
	}
	done.Wait()
	for i, c := range nodes {
		r := records[i]
		r.take(&storage.Batch{Events: c.read()})
		if len(r.all) < rounds || !slices.Equal(r.all, records[0].all) {
			t.Errorf("node %d has seen %d events, and the first one %d, or others", i, len(r.all), len(records[0].all))
		}
		for j := range nodes {
			for text := range kept[j] {
				to := names[text[len(text)-1]-'a']
				if (to == names[i] || j == i) && r.texts[text] != 1 {
					t.Errorf("node %d has seen %q %d times", i, text, r.texts[text])
				}
			}
		}
	}
	wantSameMemory(t, nodes, names)
}

// anyAsk is one of a few kinds. A private text ends with who gets it: a, b or c.
func anyAsk(random *rand.Rand, names []string, ids map[string]storage.ID, self int, words string) storage.Ask {
	room := []string{"#one", "#two"}[random.IntN(2)]
	to := random.IntN(len(names))
	ask := storage.Ask{Account: ids[names[self]], To: names[to], Order: &storage.Order{Room: room, Name: room, Look: room, May: true}}
	switch random.IntN(12) {
	case 0, 1, 2:
		ask.Kind, ask.To, ask.Text = storage.Say, storage.LobbyName, []byte(words)
	case 3, 4:
		ask.Kind, ask.To, ask.Text = storage.Say, room, []byte(words)
	case 5, 6:
		ask.Kind, ask.Text = storage.Say, fmt.Append(nil, words, " ", string(rune('a'+to)))
	case 7, 8:
		ask.Kind = storage.Join
	case 9:
		ask.Kind = storage.Leave
	case 10:
		ask.Kind, ask.Account, ask.Text = []storage.AskKind{storage.Kick, storage.Ban, storage.Unban, storage.Mute, storage.Unmute}[random.IntN(5)], 0, []byte(words)
	default:
		ask.Kind, ask.Account, ask.Order.Role = storage.SetRole, 0, storage.Role(random.IntN(4))
	}
	return ask
}

// wantSameMemory wants nodes to decide alike, and as one that remembers nothing.
func wantSameMemory(t *testing.T, nodes []chat, names []string) {
	t.Helper()
	if len(nodes[0].nodes()) == 0 {
		t.Fatal("there are no nodes")
	}
	rooms, err := nodes[0].AllRooms(soon(t))
	wantError(t, err, nil)
	for _, name := range names {
		var tos []string
		for _, in := range rooms {
			tos = append(tos, in.Name)
		}
		for _, to := range append(tos, names...) {
			want := ""
			for i := len(nodes) - 1; i >= 0; i-- {
				got := fmt.Sprint(nodes[i].ask(nodes[i].say(name, strings.ToLower(to), "z")).Err)
				if want == "" {
					want = got
				}
				if got != want {
					t.Errorf("what %s says to %s: %s, but node %d says %s", name, to, want, i, got)
				}
			}
		}
	}
}

// turns is a store that is another one of many nodes with each commit.
type turns struct {
	storage.Store
	nodes  []storage.Store
	random *rand.Rand
	last   int64
}

// Commit leaves out what other nodes have said before, since the twin has seen it.
func (s *turns) Commit(ctx context.Context, b *storage.Batch) error {
	s.Store = s.nodes[s.random.IntN(len(s.nodes))]
	err := s.Store.Commit(ctx, b)
	b.Events = slices.DeleteFunc(b.Events, func(e storage.Event) bool { return e.Ask == -1 && e.Number <= s.last })
	for i := range b.Events {
		s.last = max(s.last, b.Events[i].Number)
	}
	return err
}

// TestNodesInTurnsAreOneStore has three nodes do random batches in turns, and wants what one SQLite does.
func TestNodesInTurnsAreOneStore(t *testing.T) {
	for name, limits := range modelSizes {
		for seed := range uint64(2) {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				url := kinds[1].url(t)
				m := newModel(t, seed, limits, kinds[0].url(t), url)
				one := &turns{Store: m.twins[1].Store, nodes: []storage.Store{m.twins[1].Store}, random: rand.New(rand.NewPCG(seed, 9))}
				for range 2 {
					one.nodes = append(one.nodes, openFor(t, url, limits).Store)
				}
				one.last = slices.Max(append(m.twins[1].numbers, 0))
				m.twins[1].Store = one
				for range 80 {
					m.step(m.batch())
				}
			})
		}
	}
}

// TestWordsGoWhereSomebodyListens: a node that has nobody in a room gets no words of it, and gets them as soon as somebody there is in it.
func TestWordsGoWhereSomebodyListens(t *testing.T) {
	nodes, _, _ := openNodes(t, 3)
	one, other, third := nodes[0], nodes[1], nodes[2]
	one.join("#go", "alice")
	other.login("bob")
	one.login("alice")
	third.read()
	other.read()
	one.batch(one.say("alice", "#go", "to nobody there"), one.say("alice", "alice", "to myself"))
	wantLines(t, words(other.read()))
	other.join("#go", "bob") // whose session is here
	one.post("alice", "#go", "first")
	third.login("carol")
	third.read()
	wantLines(t, words(other.read()), "Alice: first")
	one.join("#go", "carol") // whose session is on the third node
	one.post("alice", "#go", "second")
	wantLines(t, words(third.read()), "Alice: second")
	other.read()
	one.mustAsk(one.order(storage.Leave, "bob", "#go", ""))
	one.post("alice", "#go", "third")
	wantLines(t, words(other.read()))
	third.stay("carol")
	one.batch(one.say("alice", "#go", "fourth"), one.say("alice", "carol", "fifth"))
	wantLines(t, words(third.read()))
	one.post("alice", "bob", "sixth")
	wantLines(t, words(other.read()), "Alice: sixth")
}

// words are the messages among events.
func words(events []storage.Event) []string {
	return said(slices.DeleteFunc(events, func(e storage.Event) bool { return e.Kind != storage.Message }))
}

// TestOnceOnTwoNodes has the same message be said on two nodes at the same time.
func TestOnceOnTwoNodes(t *testing.T) {
	nodes, _, _ := openNodes(t, 3)
	for round := range 20 {
		var verdicts [3]storage.Verdict
		together(nodes, func(i int, c chat) {
			b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.sayOnce("alice", "bob", fmt.Sprint(round), fmt.Sprint(round))}}
			if err := c.Commit(soon(t), &b); err != nil {
				t.Error(err)
			}
			verdicts[i] = b.Verdicts[0]
		})
		kept := 0
		for _, v := range verdicts {
			wantError(t, v.Err, nil)
			if v.Repeat == nil {
				kept++
			}
		}
		if kept != 1 {
			t.Fatalf("it was kept %d times", kept)
		}
	}
	if lines, _ := nodes[0].conversation("alice", "bob", 0, 99); len(lines) != 20 {
		t.Errorf("there are %d", len(lines))
	}
}

// together has all nodes do something at the same time.
func together(nodes []chat, do func(i int, c chat)) {
	var done sync.WaitGroup
	for i, c := range nodes {
		done.Go(func() { do(i, c) })
	}
	done.Wait()
}

// TestNamesOnTwoNodes has the same account, the same room, and rooms that look the same, be made at the same time.
func TestNamesOnTwoNodes(t *testing.T) {
	nodes, _, _ := openNodes(t, 3)
	alice := nodes[0].id("alice")
	for round := range 20 {
		name := fmt.Sprint("n", round)
		made := [3]int{}
		var mu sync.Mutex
		together(nodes, func(i int, c chat) {
			account, room := create(name), &storage.Order{Room: "#" + name, Name: "#" + name, Look: "#" + name, May: true}
			alike := &storage.Order{Room: fmt.Sprint("#", name, "-", i), Name: "#x", Look: "#alike" + name, May: true}
			b := storage.Batch{At: time.Now(), Asks: []storage.Ask{account, {Kind: storage.Join, Account: alice, Order: room}, {Kind: storage.Join, Account: alice, Order: alike}}}
			if err := c.Commit(soon(t), &b); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for j, other := range []error{storage.ErrExists, storage.ErrMember, storage.ErrRoomTaken} {
				if err := b.Verdicts[j].Err; err == nil {
					made[j]++
				} else if !errors.Is(err, other) {
					t.Errorf("ask %d: %v", j, err)
				}
			}
		})
		if made != [3]int{1, 1, 1} {
			t.Fatalf("made are %v", made)
		}
	}
}

// TestNodesAreListed, and count together.
func TestNodesAreListed(t *testing.T) {
	server := storagetest.StartRedis(t)
	var nodes []chat
	for _, self := range []storage.Self{{Address: "a:1", Version: "v1"}, {Address: "b:2", Version: "v2"}} {
		store, err := storage.Open(t.Context(), server.URL(), generous, self, nop)
		wantError(t, err, nil)
		defer store.Close()
		nodes = append(nodes, chat{store, t, new(storage.Thread)})
	}
	nodes[1].register("Alice", "Bob")
	nodes[1].login("alice")
	nodes[1].login("alice")
	nodes[1].login("bob")
	nodes[0].batch()
	list := nodes[0].nodes()
	if len(list) != 2 || nodes[0].Alone() || nodes[1].Alone() {
		t.Fatalf("got %+v", list)
	}
	slices.SortFunc(list, func(x, y storage.Node) int { return strings.Compare(x.Address, y.Address) })
	if n := list[0]; !n.This || n.Address != "a:1" || n.Version != "v1" || n.Sessions != 0 || n.Accounts != 0 || time.Since(n.Started) > time.Minute {
		t.Errorf("got %+v", n)
	}
	if n := list[1]; n.This || n.Address != "b:2" || n.Sessions != 3 || n.Accounts != 2 || n.ID == list[0].ID || n.Silent > 20*time.Second {
		t.Errorf("got %+v", n)
	}
	nodes[1].stay("alice")
	if n := nodes[1].node(); n.Sessions != 1 || n.Accounts != 1 {
		t.Errorf("got %+v", n)
	}
	for i := range 5 {
		wait, err := nodes[i%2].Take(soon(t), "x", 5, time.Hour)
		if err != nil || wait != 0 {
			t.Fatalf("got %v %v", wait, err)
		}
	}
	if wait, err := nodes[1].Take(soon(t), "x", 5, time.Hour); err != nil || wait < 59*time.Minute || wait > time.Hour {
		t.Errorf("got %v %v", wait, err)
	}
	if wait, err := nodes[0].Take(soon(t), "y", 1, time.Hour); err != nil || wait != 0 {
		t.Errorf("got %v %v", wait, err)
	}
}
