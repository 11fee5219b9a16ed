package commands

import (
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
	begun int
}

func (b *balking) CommitNow(*storage.Batch) bool {
	b.begun++
	return false
}

// Until the committer has finished what a loop has begun, no loop begins anything else; and that is what the committer takes first.
func TestLoopBeginsOneBatch(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	k := newCommitter(r.chat, []Shard{r}) // it does not run
	defer k.retry.Stop()
	store := &balking{Store: r.store}
	k.store = store
	for _, text := range []string{"first", "second"} {
		k.ask(&alice.session, all, nil, &storage.Ask{Kind: storage.Say, To: storage.LobbyName, Text: []byte(text)}, nil)
		if k.commitNow(0) {
			t.Error("it says that it is done")
		}
	}
	if store.begun != 1 {
		t.Errorf("%d batches are begun", store.begun)
	}
	if q, _ := k.take(true); len(q.asks) != 1 || string(q.asks[0].ask.Text) != "first" {
		t.Error("the committer takes something else first")
	}
}
