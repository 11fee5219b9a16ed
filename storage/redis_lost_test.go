package storage_test

import (
	"slices"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// openNodes opens a store that other nodes use as well: the first one goes through a proxy that knows commits, the others do not. Alice, Bob and Carol
// are registered.
func openNodes(t *testing.T, count int) (nodes []chat, proxy *proxy, server *storagetest.Redis) {
	t.Helper()
	server = storagetest.StartRedis(t)
	proxy = startProxy(t, server, storage.CommitMark)
	nodes = append(nodes, openFor(t, proxy.url(), modelSizes["generous"]))
	for range count - 1 {
		nodes = append(nodes, openFor(t, server.URL(), modelSizes["generous"]))
	}
	nodes[count-1].register("Alice", "Bob", "Carol")
	for _, c := range nodes {
		c.read()
	}
	return nodes, proxy, server
}

// read commits nothing until nothing comes, and returns what has come.
func (c chat) read() (events []storage.Event) {
	c.t.Helper()
	for {
		b := c.batch()
		if len(b.Events) == 0 {
			return events
		}
		events = append(events, slices.Clone(b.Events)...)
	}
}

// login begins a session, and wants it to be begun.
func (c chat) login(key string) storage.Session {
	c.t.Helper()
	ask := c.begins(key)
	session := *ask.Begins
	session.ID = c.mustAsk(ask).Session
	return session
}

// stay says that an account has these sessions here, and returns what has happened.
func (c chat) stay(key string, sessions ...storage.Session) []storage.Event {
	c.t.Helper()
	p := c.present(key)
	p.Sessions = sessions
	b := &storage.Batch{Present: []storage.Present{p}}
	c.commit(b)
	return b.Events
}

// TestLostHeartbeatLosesNoEvent has the answer to an empty batch lost, by which an earlier one was acknowledged.
func TestLostHeartbeatLosesNoEvent(t *testing.T) {
	nodes, proxy, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	one.login("bob")
	other.read()
	other.post("alice", "#lobby", "first")
	wantLines(t, said(one.batch().Events), "Alice: first")
	other.post("alice", "#lobby", "second")
	proxy.cuts.Store(1)
	wantLines(t, said(one.batch().Events), "Alice: second")
}

// TestLostAnswerKeepsTheOrder has the answer lost that holds an earlier message of another node.
func TestLostAnswerKeepsTheOrder(t *testing.T) {
	nodes, proxy, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	one.login("bob")
	other.read()
	other.post("alice", "#lobby", "first")
	ask := one.say("bob", "#lobby", "second")
	proxy.cuts.Store(1)
	b := one.batch(ask)
	wantError(t, b.Verdicts[0].Err, nil)
	other.post("alice", "#lobby", "third")
	wantLines(t, said(append(slices.Clone(b.Events), one.read()...)), "Alice: first", "Bob: second", "Alice: third")
	if len(b.Events) != 2 || b.Events[0].Ask != -1 || b.Events[1].Ask != 0 {
		t.Fatalf("got %+v", b.Events)
	}
}

// TestStaleRefusal has a node refuse what has become possible on another one.
func TestStaleRefusal(t *testing.T) {
	nodes, _, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	other.join("#go", "alice")
	one.wantAll([]error{storage.ErrNotMember}, one.say("bob", "#go", "x"))
	other.join("#go", "bob")
	one.wantAll([]error{nil}, one.say("bob", "#go", "x"))
}

// TestLoginWithoutAnswerLeavesNobody: whoever was told that a login failed is not here.
func TestLoginWithoutAnswerLeavesNobody(t *testing.T) {
	nodes, proxy, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	ask := one.begins("bob")
	proxy.cuts.Store(1)
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{ask}}
	if err := one.Commit(soon(t), &b); err == nil {
		wantError(t, b.Verdicts[0].Err, storage.ErrUnavailable)
	}
	if !b.Forgotten {
		t.Error("the node does not know that it must say who is here")
	}
	one.commit(&storage.Batch{Whole: true})
	if there, err := other.Elsewhere(soon(t), nil); err != nil || len(there) != 0 {
		t.Fatalf("got %+v %v", there, err)
	}
	wantLines(t, other.comings(&storage.Batch{Events: other.read()}), "here Bob in 1 rooms by ask -1", "gone Bob in 1 rooms by ask -1")
}
