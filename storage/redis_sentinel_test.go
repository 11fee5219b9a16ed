package storage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/storage"
	"parley/storage/storagetest"
)

func TestSentinelsNameTheRedis(t *testing.T) {
	sentinels := storagetest.StartSentinels(t, 1)
	keeps(t, sentinels.URL())
	keeps(t, sentinels.URL("replicas=1"))
	refused(t, strings.Replace(sentinels.URL(), "/parley/", "/other/", 1), "the Sentinels do not know other")
	refused(t, strings.Replace(sentinels.URL(), "sentinel://", "sentinel://u:s3cret@", 1), "the Redis at sentinel parley refuses the user or the password")
	refused(t, "redis+sentinel://u:s3cret@127.0.0.1:1,127.0.0.1:2/parley/0", "no Sentinel of parley answers")
	one, _, _ := strings.Cut(strings.TrimPrefix(sentinels.URL(), "redis+sentinel://"), ",")
	refused(t, "redis://"+one+"/0", "there is a Sentinel at "+one+", no Redis")
	// One that answers is enough.
	keeps(t, "redis+sentinel://127.0.0.1:1,"+one+"/parley/0")

	sentinels.SetPassword("right-s3cret")
	keeps(t, sentinels.URL("sentinel_password=right-s3cret"))
	refused(t, sentinels.URL(), "refuse the user or the password: correct sentinel_user= and sentinel_password=")
	refused(t, sentinels.URL("sentinel_password=wrong-s3cret"), "refuse the user or the password: correct sentinel_user= and sentinel_password=")
}

// TestFailoversLoseNothing kills the primary again and again, while somebody says one thing after the other.
func TestFailoversLoseNothing(t *testing.T) {
	sentinels := storagetest.StartSentinels(t, 1)
	limits := generous
	limits.Room = 1 << 30
	c := openFor(t, sentinels.URL("replicas=1"), limits)
	c.register("Alice")
	c.lobbyThread()
	w := &writer{store: c.Store, author: c.id("alice"), outcome: map[string]error{}, told: map[string]int64{}}
	ctx, stop := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() { w.work(ctx) })
	for range 3 {
		w.awaitKept(t, 50)
		killed := sentinels.KillPrimary()
		sentinels.Return(killed)
	}
	w.awaitKept(t, 50)
	stop()
	wait.Wait()
	w.check(t, c)
}

// writer says one thing after the other, and notes what it was told.
type writer struct {
	store   storage.Store
	author  storage.ID
	outcome map[string]error // of each text

	mu    sync.Mutex
	told  map[string]int64 // numbers of what is known to be kept
	wrong []string
}

func (w *writer) work(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		text := fmt.Sprint("message ", n)
		b := storage.Batch{At: time.Now(), Asks: []storage.Ask{{Kind: storage.Say, Account: w.author, To: storage.LobbyName, Text: []byte(text)}}}
		w.outcome[text] = w.commit(&b)
	}
	// What was unsure is known by now, or soon.
	w.commit(&storage.Batch{At: time.Now()})
}

// commit notes the events, and returns what the first ask was told.
func (w *writer) commit(b *storage.Batch) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := w.store.Commit(ctx, b); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range b.Events {
		if e.Kind != storage.Message {
			continue
		}
		if n, twice := w.told[string(e.Text)]; twice {
			w.wrong = append(w.wrong, fmt.Sprintf("%s came as %d and as %d", e.Text, n, e.Number))
		}
		w.told[string(e.Text)] = e.Number
	}
	if len(b.Asks) == 0 {
		return nil
	}
	return b.Verdicts[0].Err
}

// awaitKept waits until so many more are kept.
func (w *writer) awaitKept(t *testing.T, more int) {
	t.Helper()
	kept := func() int {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.told)
	}
	goal := kept() + more
	for deadline := time.Now().Add(time.Minute); kept() < goal; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d messages are kept, not %d", kept(), goal)
		}
	}
}

// check compares what was told with what is kept.
func (w *writer) check(t *testing.T, c chat) {
	t.Helper()
	for _, wrong := range w.wrong {
		t.Error(wrong)
	}
	found, text, after := map[string]int64{}, "", int64(0)
	for more := true; more; {
		var rows []storage.Event
		var err error
		if rows, more, err = c.History(soon(t), c.lobbyThread(), storage.Range{After: after, Limit: 1000, Forward: true}); err != nil {
			t.Fatal(err)
		}
		for _, e := range rows {
			if text = string(e.Text); found[text] != 0 || e.Number <= after {
				t.Errorf("%s has the numbers %d and %d, after %d", text, found[text], e.Number, after)
			}
			found[text], after = e.Number, e.Number
		}
	}
	counts := map[string]int{}
	for text, outcome := range w.outcome {
		number, kept := found[text]
		switch {
		case outcome == nil:
			counts["kept"]++
			if !kept || w.told[text] != number {
				t.Errorf("%s was acknowledged as %d, and is kept as %d", text, w.told[text], number)
			}
		case errors.Is(outcome, storage.ErrUnsure):
			counts["unsure"]++
			if w.told[text] != number {
				t.Errorf("%s was unsure, came as %d, and is kept as %d", text, w.told[text], number)
			}
		default:
			counts["unavailable"]++
			if kept {
				t.Errorf("%s was told %v, and is kept as %d", text, outcome, number)
			}
		}
	}
	t.Log(counts)
}

// TestSentinelsOpenAfterAFailover opens the store when the primary is another one than the Sentinels began with.
func TestSentinelsOpenAfterAFailover(t *testing.T) {
	sentinels := storagetest.StartSentinels(t, 1)
	c := open(t, sentinels.URL("replicas=1"), generous)
	c.register("Alice")
	c.post("alice", "#lobby", "before")
	c.Close()
	sentinels.Return(sentinels.KillPrimary())
	store, err := storage.OpenShared(soon(t), sentinels.URL(), storage.Limits{}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Account(soon(t), "alice"); err != nil {
		t.Fatal(err)
	}
}
