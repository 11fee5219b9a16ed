package storage_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"parley/storage"
)

// commitSoon is what a loop does: CommitNow, and Commit if that has not done it. It reports whether the first has.
func (c chat) commitSoon(b *storage.Batch) (now bool) {
	c.t.Helper()
	if b.At.IsZero() {
		b.At = time.Now()
	}
	if now = c.CommitNow(b); !now {
		c.commit(b)
	}
	return now
}

// warm has what a batch needs remembered.
func (c chat) warm() {
	c.t.Helper()
	c.post("alice", "#lobby", "warm")
	c.post("alice", "bob", "warm")
}

func TestCommitNowDoesWhatCommitDoes(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		c.warm()
		last := c.post("alice", "bob", "before")
		asks := []storage.Ask{c.say("alice", "#lobby", "to all"), c.say("alice", "bob", "to bob"), c.say("bob", "#nowhere", "lost")}
		b := storage.Batch{Asks: asks, Acks: []storage.Ack{{Account: c.id("bob"), Number: last}}}
		c.commitSoon(&b)
		if len(b.Verdicts) != 3 || b.Verdicts[0].Err != nil || b.Verdicts[1].Err != nil || len(b.Acks) != 0 || len(b.Events) != 2 {
			t.Fatalf("got %+v %+v %v", b.Verdicts, b.Events, b.Acks)
		}
		wantError(t, b.Verdicts[2].Err, storage.ErrNoRoom)
		if e := b.Events[1]; e.Number != last+2 || e.FromName != "Alice" || e.ToName != "Bob" || string(e.Text) != "to bob" || e.Ask != 1 {
			t.Fatalf("got %+v", e)
		}
		lines, _ := c.conversation("alice", "bob", 0, 9)
		wantLines(t, lines, "Alice: warm", "Alice: before", "Alice: to bob")
		if page := c.enter("bob", 9).Page; page.Waiting != 1 {
			t.Fatalf("%d are waiting", page.Waiting)
		}
	})
}

// TestCommitNowTakesFewPlainMessages, and leaves everything else to Commit.
func TestCommitNowTakesFewPlainMessages(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		c.warm()
		plain := c.say("alice", "bob", "x")
		once := plain
		once.Once = &storage.Once{Key: "k"}
		many := make([]storage.Ask, 17)
		for i := range many {
			many[i] = plain
		}
		for name, b := range map[string]storage.Batch{
			"a key":                 {Asks: []storage.Ask{plain, once}},
			"many":                  {Asks: many},
			"something else":        {Asks: []storage.Ask{plain, {Kind: storage.Tidy, Order: &storage.Order{}}}},
			"who has come or gone":  {Asks: []storage.Ask{plain}, Present: []storage.Present{c.present("alice")}},
			"who is here, all told": {Asks: []storage.Ask{plain}, Whole: true},
		} {
			storage.Calm(c.Store)
			if c.commitSoon(&b) {
				t.Errorf("%s: done at once", name)
			}
		}
	})
}

// wantNow wants it to be done at once, as it is on SQLite as soon as what it needs is remembered.
func (c chat) wantNow(text string) {
	c.t.Helper()
	b := storage.Batch{Asks: []storage.Ask{c.say("alice", "bob", text)}}
	waitFor(c.t, "a commit at once", func() bool { return c.commitSoon(&b) })
}

func TestCommitNowAmongOthers(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		c.warm()
		thread, say := storage.PairThread(c.id("alice"), c.id("bob")), c.say("alice", "bob", "")
		var others sync.WaitGroup
		stop := make(chan struct{})
		for range 2 {
			others.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						if _, err := c.Accounts(t.Context()); err != nil {
							t.Error(err)
							return
						}
						if _, _, err := c.History(t.Context(), thread, storage.Range{Limit: 9}); err != nil {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		var want []string
		for i := range 2000 {
			text := fmt.Sprint(i)
			say.Text = []byte(text)
			b := storage.Batch{Asks: []storage.Ask{say}}
			if i%3 == 0 {
				c.commit(&b)
			} else {
				c.commitSoon(&b)
			}
			want = append(want, "Alice: "+text)
		}
		close(stop)
		others.Wait()
		lines, _ := c.conversation("alice", "bob", 0, 9999)
		wantLines(t, lines[1:], want...)
	})
}

func TestCommitNowSeesWhatAnOperatorDoes(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		c.warm()
		operator := openShared(t, url)
		defer operator.Close()
		operator.mustAsk(storage.Ask{Kind: storage.Remove, Account: c.id("bob")})
		b := storage.Batch{Asks: []storage.Ask{c.say("alice", "#lobby", "x")}}
		b.Asks[0].To = "bob"
		if c.commitSoon(&b) {
			t.Error("what another program has done was read at once")
		}
		wantError(t, b.Verdicts[0].Err, storage.ErrNoAccount)
		if len(b.Events) == 0 || b.Events[0].Kind != storage.AccountRemoved {
			t.Fatalf("got %+v", b.Events)
		}
	})
}

func TestCommitNowNeverWaitsForALock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	c := openFor(t, "sqlite:"+path, generous)
	c.register("Alice", "Bob")
	c.warm()
	c.wantNow("first")
	holder := openPlain(t, path)
	execPlain(t, holder, "BEGIN IMMEDIATE")
	began := time.Now()
	for range 10 {
		b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "bob", "held")}}
		if c.CommitNow(&b) {
			t.Fatal("it is done while another process has the lock")
		}
	}
	if took := time.Since(began); took > time.Second { // each would wait two seconds
		t.Fatalf("it took %v", took)
	}
	execPlain(t, holder, "ROLLBACK")
	c.post("alice", "bob", "free")
	lines, _ := c.conversation("alice", "bob", 0, 99)
	if n := len(lines); lines[n-1] != "Alice: free" || lines[n-2] != "Alice: first" {
		t.Fatalf("got %q", lines)
	}
}

func TestCommitNowIsNotDoneInAReplacedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	c := openFor(t, "sqlite:"+path, generous)
	c.register("Alice", "Bob")
	c.warm()
	c.wantNow("first")
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "bob", "lost")}}
	if err := os.WriteFile(path+".copy", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".copy", path); err != nil {
		t.Fatal(err)
	}
	if c.CommitNow(&b) {
		t.Fatal("it is done")
	}
	wantError(t, c.Commit(soon(t), &b), storage.ErrUnavailable)
}

func TestCommitNowNeverSyncs(t *testing.T) {
	c := openFor(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db")+"?sync=full", generous)
	c.register("Alice", "Bob")
	c.warm()
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "bob", "x")}}
	if c.CommitNow(&b) {
		t.Fatal("it is done")
	}
}
