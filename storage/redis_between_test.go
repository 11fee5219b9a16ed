package storage_test

import (
	"fmt"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// TestRoleKeepsWhatWasRead has one node give a role to a member who has read more than it knows of.
func TestRoleKeepsWhatWasRead(t *testing.T) {
	nodes, _, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	other.join("#go", "alice", "bob")
	one.read()
	one.wantAll([]error{nil}, one.order(storage.SetRole, "alice", "#go", "bob", role(storage.Voice))) // it knows bob now
	number := other.post("alice", "#go", "x")
	readings := []storage.Reading{{Room: other.room("#go").ID, Number: number}}
	other.mustAsk(storage.Ask{Kind: storage.Seen, Account: other.id("bob"), Order: &storage.Order{Readings: readings}})
	one.wantAll([]error{nil}, one.order(storage.SetRole, "alice", "#go", "bob", role(storage.Op)))
	for _, in := range one.enter("bob", 9).Rooms {
		if in.Name == "#go" && (in.Unread != 0 || in.Role != storage.Op) {
			t.Errorf("got %+v", in)
		}
	}
	other.wantMembers("#go", "alice 3", "bob 2")
}

// TestKeysAreCountedOnAllNodes has one node tidy what another one has counted.
func TestKeysAreCountedOnAllNodes(t *testing.T) {
	nodes, _, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	most := modelSizes["generous"].Onces
	var asks []storage.Ask
	for i := range most {
		asks = append(asks, one.sayOnce("alice", "#lobby", "x", fmt.Sprint(i)))
	}
	for _, v := range one.batch(asks[:most/2]...).Verdicts {
		wantError(t, v.Err, nil)
	}
	for _, v := range other.batch(asks[most/2:]...).Verdicts {
		wantError(t, v.Err, nil)
	}
	more := one.sayOnce("alice", "#lobby", "x", "more")
	one.wantAll([]error{storage.ErrTooMany}, more)
	later := time.Now().Add(storage.OnceTime + time.Minute)
	other.wantAt(later, []error{nil}, other.order(storage.Tidy, "", "", ""))
	one.wantAt(later, []error{nil}, more)
}

// TestRefusedReadingIsNotForgotten says once more how far an account has read, after a refusal.
func TestRefusedReadingIsNotForgotten(t *testing.T) {
	nodes, _, server := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	number := other.post("alice", "#lobby", "x")
	one.read()
	readings := []storage.Reading{{Room: other.room("#lobby").ID, Number: number}}
	seen := storage.Ask{Kind: storage.Seen, Account: one.id("bob"), Order: &storage.Order{Readings: readings}}
	one.wantAll([]error{nil}, one.say("bob", "#lobby", "y"))
	server.Client.ConfigSet(t.Context(), "maxmemory", "1mb")
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{seen}}
	if err := one.Commit(soon(t), &b); err == nil {
		wantError(t, b.Verdicts[0].Err, storage.ErrUnavailable)
	}
	server.Client.ConfigSet(t.Context(), "maxmemory", "0")
	one.mustAsk(seen)
	if rooms := other.enter("bob", 9).Rooms; rooms[0].Unread != 1 {
		t.Errorf("got %+v", rooms)
	}
}

// TestAwayEndsWithTheLastSession also has it be said too late.
func TestAwayEndsWithTheLastSession(t *testing.T) {
	nodes, _, server := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	one.login("bob")
	other.login("bob")
	one.mustAsk(one.order(storage.SetAway, "bob", "", "", may, text("lunch")))
	wantLines(t, other.comings(&storage.Batch{Events: other.read()}), `away Bob "lunch" by ask -1`)
	b := other.batch(other.say("alice", "bob", "x"), other.begins("bob"))
	if r := b.Verdicts[0].Reach; r.Sessions != 1 || r.Away == nil || *r.Away != "lunch" {
		t.Errorf("got %+v", r)
	}
	if v := b.Verdicts[1]; v.Away == nil || *v.Away != "lunch" {
		t.Errorf("got %+v", v)
	}
	one.stay("bob")
	if got := server.Client.HGet(t.Context(), "parley:away", idText(one.id("bob"))).Val(); got != "lunch" {
		t.Errorf("it says %q", got)
	}
	other.stay("bob")
	one.mustAsk(one.order(storage.SetAway, "bob", "", "", may, text("late")))
	if n := server.Client.Exists(t.Context(), "parley:away").Val(); n != 0 {
		t.Error("it is not forgotten")
	}
}

// TestRingAfterReading: what comes while what was read is still on the feed must be heard of, too.
func TestRingAfterReading(t *testing.T) {
	nodes, _, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	one.login("bob")
	other.read()
	other.post("alice", "#lobby", "first")
	<-one.Rung()
	one.batch()
	other.post("alice", "#lobby", "second")
	select {
	case <-one.Rung():
	case <-time.After(20 * time.Second):
		t.Fatal("the bell has not rung")
	}
	wantLines(t, said(one.batch().Events), "Alice: second")
}

// TestRefusedMessageIsNotToldToOthers: another node hears only of those messages of a run that were kept.
func TestRefusedMessageIsNotToldToOthers(t *testing.T) {
	server := storagetest.StartRedis(t)
	limits := modelSizes["generous"]
	limits.Inbox = 1
	one, other := openFor(t, server.URL(), limits), openFor(t, server.URL(), limits)
	one.register("Alice", "Bob")
	other.login("bob")
	one.read()
	b := one.wantAll([]error{nil, storage.ErrInboxFull, nil}, one.say("alice", "bob", "kept"), one.say("alice", "bob", "refused"), one.say("alice", "#lobby", "in a room"))
	if b.Verdicts[0].Reach.Sessions != 1 || b.Verdicts[1].Reach.Sessions != 0 {
		t.Errorf("got %+v", b.Verdicts)
	}
	wantLines(t, words(other.read()), "Alice: kept", "Alice: in a room")
}

// TestPrivateMessageReachesAllNodes where its recipient or its author is.
func TestPrivateMessageReachesAllNodes(t *testing.T) {
	nodes, _, _ := openNodes(t, 4)
	nodes[1].login("bob")
	nodes[2].login("bob")
	nodes[2].login("bob")
	nodes[3].login("alice")
	for _, c := range nodes {
		c.read()
	}
	if r := nodes[0].mustAsk(nodes[0].say("alice", "bob", "x")).Reach; r.Sessions != 3 {
		t.Errorf("got %+v", r)
	}
	for _, c := range nodes[1:] {
		wantLines(t, words(c.read()), "Alice: x")
	}
	if r := nodes[3].mustAsk(nodes[3].say("bob", "alice", "y")).Reach; r.Sessions != 0 { // the node has told of the session itself
		t.Errorf("got %+v", r)
	}
}
