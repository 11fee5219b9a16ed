package storage_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"parley/storage"
)

// dumpOf returns all that a store keeps.
func dumpOf(t *testing.T, url string) (records []*storage.Record) {
	t.Helper()
	err := storage.Dump(t.Context(), url, nop, func(r *storage.Record) error {
		records = append(records, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// load makes a store hold these.
func load(t *testing.T, url string, records []*storage.Record) {
	t.Helper()
	if err := storage.Load(t.Context(), url, nop, nextOf(records)); err != nil {
		t.Fatal(err)
	}
}

func nextOf(records []*storage.Record) func() (*storage.Record, error) {
	return func() (*storage.Record, error) {
		if len(records) == 0 {
			return nil, io.EOF
		}
		r := records[0]
		records = records[1:]
		return r, nil
	}
}

func digestOf(t *testing.T, records []*storage.Record) (d storage.Digest) {
	t.Helper()
	for _, r := range records {
		if err := d.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// TestLoadedStoresAgree has both stores do many random batches, and now and then takes the one to a new place. It must go on as the other one does.
func TestLoadedStoresAgree(t *testing.T) {
	for name, limits := range modelSizes {
		for seed := range uint64(3) {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				at := []string{kinds[0].url(t), kinds[1].url(t)}
				m := newModel(t, seed, limits, at...)
				m.steady = true
				for range 5 {
					for range 25 {
						m.step(m.batch())
					}
					for _, w := range m.twins {
						w.Close()
					}
					records := dumpOf(t, at[0])
					at[0] = kinds[0].url(t)
					load(t, at[0], records)
					if digestOf(t, dumpOf(t, at[0])) != digestOf(t, records) {
						t.Fatal("what was loaded is something else")
					}
					for i, w := range m.twins {
						w.chat = open(t, at[i], limits)
					}
					m.step(nil)
				}
				if kinds := kindsOf(dumpOf(t, at[0])); name == "generous" && len(kinds) < len(storage.RecordKinds)-2 {
					t.Errorf("the store has only %v: the test does not show much", kinds)
				}
			})
		}
	}
}

func kindsOf(records []*storage.Record) map[string]int {
	kinds := map[string]int{}
	for _, r := range records {
		kinds[r.Kind()]++
	}
	return kinds
}

var errStop = errors.New("stop")

func TestLoadThatEndsEarlyChangesNothing(t *testing.T) {
	url := kinds[0].url(t)
	c := openFor(t, url, generous)
	c.register("Alice", "Bob")
	c.post("alice", "bob", "one")
	before := dumpOf(t, url)
	other := kinds[0].url(t)
	d := openFor(t, other, generous)
	d.register("Zoe")
	records := dumpOf(t, other)
	for n := range records {
		next := nextOf(records[:n])
		err := storage.Load(t.Context(), url, nop, func() (*storage.Record, error) {
			r, err := next()
			if errors.Is(err, io.EOF) {
				err = errStop
			}
			return r, err
		})
		if !errors.Is(err, errStop) {
			t.Fatalf("got %v", err)
		}
	}
	if !slices.EqualFunc(before, dumpOf(t, url), func(x, y *storage.Record) bool {
		return digestOf(t, []*storage.Record{x}) == digestOf(t, []*storage.Record{y})
	}) {
		t.Fatal("it holds something else")
	}
	c.post("bob", "alice", "two")
}

// TestServerBeginsAnewAfterLoad loads into a store that a server is using.
func TestServerBeginsAnewAfterLoad(t *testing.T) {
	url := kinds[0].url(t)
	c := openFor(t, url, generous)
	c.register("Alice", "Bob")
	first := c.post("alice", "bob", "one")
	c.post("alice", "#lobby", "two")
	records := dumpOf(t, url)
	c.batch(storage.Ask{Kind: storage.Remove, Account: c.id("alice")}, create("Carol"))
	second := c.post("carol", "#lobby", "three")
	b := c.batch(c.feed("bob", 0, 9))
	b.Acks = []storage.Ack{{Account: c.id("bob"), Number: first}}
	c.commit(b)
	load(t, url, records)

	say := &storage.Batch{Asks: []storage.Ask{c.say("alice", "bob", "never")}}
	say.Asks[0].Account = 2
	wantError(t, c.Commit(t.Context(), say), storage.ErrBuried)
	if _, err := c.Account(t.Context(), "carol"); !errors.Is(err, storage.ErrNoAccount) {
		t.Fatalf("Carol is there: %v", err)
	}
	if third := c.post("alice", "bob", "four"); third <= second {
		t.Fatalf("the number %d comes after %d", third, second)
	}
	wantLines(t, said(c.page("bob", 0, 9).Messages), "Alice: one", "Alice: four")
	lines, _ := c.conversation("bob", "alice", 0, 9)
	wantLines(t, lines, "Alice: one", "Alice: four")
	lines, _ = c.lobbyHistory(0, 9)
	wantLines(t, lines, "Alice: two")
}
