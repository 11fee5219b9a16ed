package commands

import (
	"context"
	"testing"
	"time"

	"parley/storage"
)

// What a loop has the store keep itself is left to it. It is rung again for what the committer keeps after that.
func TestCommitNow(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	r.store.set(func(m *memory) { m.now = true })
	for late := time.Now().Add(soon); ; {
		_, outcome := alice.do([]byte("/all now"), nil)
		if outcome != Asked {
			t.Fatal(outcome)
		}
		alice.outstanding++
		if r.chat.CommitNow(0) {
			break
		}
		alice.waitForAnswers() // the committer was busy with its heartbeat
		if time.Now().After(late) {
			t.Fatal("nothing is kept at once")
		}
	}
	if r.rung(); alice.outstanding > 0 {
		t.Error("the answer was not left to the loop")
	}
	alice.took()
	r.store.set(func(m *memory) { m.now = false })
	if line := alice.asks("/all later"); line[0] != '+' {
		t.Error(line)
	}
}

// balking is a store that begins what a loop asks of it, and leaves it to be finished.
type balking struct {
	storage.Store
	begun, commits int
}

func (b *balking) CommitNow(*storage.Batch) bool {
	b.begun++
	return false
}

func (b *balking) Commit(ctx context.Context, batch *storage.Batch) error {
	b.commits++
	return b.Store.Commit(ctx, batch)
}

// standing returns a committer that does not run, and the store that it asks.
func (r *room) standing() (*committer, *balking) {
	k := newCommitter(r.chat, []Shard{r})
	r.t.Cleanup(func() { k.retry.Stop() })
	store := &balking{Store: r.store}
	k.store = store
	return k, store
}

// beginsOn has a loop begin a message.
func (k *committer) beginsOn(t *testing.T, v *visitor, text string) {
	t.Helper()
	k.ask(&v.session, all, nil, &storage.Ask{Kind: storage.Say, To: storage.LobbyName, Text: []byte(text)}, nil)
	if k.commitNow(0) {
		t.Error("it says that it is done")
	}
}

// Until the committer has finished what a loop has begun, no loop begins anything else; and that is what the committer takes first, also at the end.
func TestLoopBeginsOneBatch(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	k, store := r.standing()
	k.beginsOn(t, alice, "first")
	k.beginsOn(t, alice, "second")
	if store.begun != 1 {
		t.Errorf("%d batches are begun", store.begun)
	}
	k.stopping = true
	if q, _ := k.take(true); q == nil || len(q.asks) != 1 || string(q.asks[0].ask.Text) != "first" {
		t.Error("the committer takes something else first")
	}
}

// A ring of another node is not answered by what a loop has begun before it.
func TestWhatALoopHasBegunIsNotAll(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	k, store := r.standing()
	k.commitAll(true, func() {})
	if store.commits != 1 {
		t.Errorf("%d commits after a ring", store.commits)
	}
	k.beginsOn(t, alice, "first")
	k.commitAll(true, func() {})
	if store.commits != 3 {
		t.Errorf("%d commits after a ring and with something begun", store.commits-1)
	}
}

// rings counts what a shard is given, and how often it is rung.
type rings struct{ given, rung int }

func (r *rings) Deliver(d *Delivery) { r.rung++; r.Leave(d) }
func (r *rings) Leave(d *Delivery)   { r.given++; d.Reset() }

// What is committed on a loop reaches it without a ring, and each other loop with one.
func TestLoopRingsTheOthers(t *testing.T) {
	shards := [3]rings{}
	f := newFanout(newRoom(t).chat, []Shard{&shards[0], &shards[1], &shards[2]})
	f.loop = 1
	for i := range shards {
		f.deliveries[i].Call(func() {})
	}
	if f.send(); shards != [3]rings{{1, 1}, {1, 0}, {1, 1}} {
		t.Errorf("given and rung: %v", shards)
	}
}
