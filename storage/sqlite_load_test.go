package storage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/storage"
)

// pausing gives records until some have passed, and waits there for resume.
type pausing struct {
	reached, resume chan struct{}
	next            func() (*storage.Record, error)
	before          int
}

func pausingAfter(count int, records []*storage.Record) *pausing {
	return &pausing{make(chan struct{}), make(chan struct{}), nextOf(records), count}
}

func (p *pausing) take() (*storage.Record, error) {
	if p.before == 0 {
		close(p.reached)
		<-p.resume
	}
	p.before--
	return p.next()
}

// startLoad loads into a store, and returns when it has come to the middle of the records.
func startLoad(t *testing.T, url string, records []*storage.Record) (*pausing, <-chan error) {
	t.Helper()
	p, ended := pausingAfter(len(records)/2, records), make(chan error, 1)
	go func() { ended <- storage.Load(context.Background(), url, nop, p.take) }()
	select {
	case <-p.reached:
	case err := <-ended:
		t.Fatalf("it has ended: %v", err)
	}
	return p, ended
}

func wantSentence(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Fatalf("got %v, want %q", err, part)
	}
}

func TestOnlyOneLoadAtATime(t *testing.T) {
	url := kinds[0].url(t)
	c := open(t, url, generous)
	c.register("Alice", "Bob")
	records := dumpOf(t, url)
	c.Close()
	p, ended := startLoad(t, url, records)
	wantSentence(t, storage.Load(t.Context(), url, nop, nextOf(records)), "is held by another program")
	_, err := storage.Open(t.Context(), url, generous, storage.Self{}, nop)
	wantSentence(t, err, "is held by another program")
	if digestOf(t, dumpOf(t, url)) != digestOf(t, records) {
		t.Fatal("half of it is there already")
	}
	close(p.resume)
	wantError(t, <-ended, nil)
	c = openFor(t, url, generous)
	c.post("alice", "bob", "one")
}

// TestServerWaitsForLoad: what it is asked meanwhile is refused, and nothing of that is done later.
func TestServerWaitsForLoad(t *testing.T) {
	url := kinds[0].url(t)
	c := openFor(t, url, generous)
	c.register("Alice", "Bob")
	c.post("alice", "bob", "one")
	records := dumpOf(t, url)
	c.post("alice", "bob", "two")
	say := &storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "bob", "never")}}
	p, ended := startLoad(t, url, records)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	wantError(t, c.Commit(ctx, say), storage.ErrUnavailable)
	lines, _ := c.conversation("alice", "bob", 0, 9)
	wantLines(t, lines, "Alice: one", "Alice: two")
	close(p.resume)
	wantError(t, <-ended, nil)
	waitFor(t, "the server to notice", func() bool {
		return errors.Is(c.Commit(soon(t), &storage.Batch{At: time.Now()}), storage.ErrBuried)
	})
	wantLines(t, said(c.page("bob", 0, 9).Messages), "Alice: one")
	wantError(t, c.Commit(soon(t), say), nil)
	lines, _ = c.conversation("alice", "bob", 0, 9)
	wantLines(t, lines, "Alice: one", "Alice: never")
}

func TestLoadOntoAFullDiskChangesNothing(t *testing.T) {
	url := "sqlite:" + filepath.Join(smallDisk(t), "parley.db")
	c := openFor(t, url, generous)
	c.register("Alice", "Bob")
	c.post("alice", "bob", "before")
	before := dumpOf(t, url)
	last := before[0].State.Last
	next := nextOf(before)
	err := storage.Load(t.Context(), url, nop, func() (*storage.Record, error) {
		r, err := next()
		switch {
		case err == nil && r.State != nil:
			return &storage.Record{State: &storage.StateRecord{Last: last + 10_000}}, nil
		case !errors.Is(err, io.EOF):
			return r, err
		case last > before[0].State.Last+3_000:
			return nil, io.EOF
		}
		last++
		m := &storage.MessageRecord{Number: last, At: time.UnixMilli(last).UTC(), From: c.id("alice"), FromName: "Alice", To: c.id("bob"), Text: strings.Repeat("x", 1000), Waiting: true}
		return &storage.Record{Message: m}, nil
	})
	wantSentence(t, err, "is full: make room")
	if digestOf(t, dumpOf(t, url)) != digestOf(t, before) {
		t.Fatal("it holds something else")
	}
	c.post("bob", "alice", "after")
}

func TestDumpRefusesWhatIsNoStoreOfThisVersion(t *testing.T) {
	for name, want := range map[string]string{
		"format1.sqlite": "was written by an older parley", "format2.sqlite": "was written by an older parley",
		"format3.sqlite": "was written by an older parley", "format4.sqlite": "was written by an older parley",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			content, err := os.ReadFile(filepath.Join("testdata", name))
			if err == nil {
				err = os.WriteFile(path, content, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			wantSentence(t, storage.Dump(t.Context(), "sqlite:"+path, nop, func(*storage.Record) error { return nil }), want)
		})
	}
	dir := t.TempDir()
	nothing := filepath.Join(dir, "nothing.db")
	dump := func(path string) error {
		return storage.Dump(t.Context(), "sqlite:"+path, nop, func(*storage.Record) error { return nil })
	}
	wantSentence(t, dump(nothing), "there is no store at")
	if _, err := os.Stat(nothing); err == nil {
		t.Error("it was made")
	}
	foreign := filepath.Join(dir, "foreign.db")
	execPlain(t, openPlain(t, foreign), "CREATE TABLE things (name TEXT)")
	wantSentence(t, dump(foreign), "is the database of another program")
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("no store at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantSentence(t, dump(text), "is not a parley store")
	newer := kinds[0].url(t)
	open(t, newer, generous).Close()
	execPlain(t, openPlain(t, strings.TrimPrefix(newer, "sqlite:")), "PRAGMA user_version = 99")
	wantSentence(t, dump(strings.TrimPrefix(newer, "sqlite:")), "was written by a newer parley")
}

// TestLoadRefusesWhatDoesNotFit has records that no dump has. Nothing is changed by them.
func TestLoadRefusesWhatDoesNotFit(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		c.post("bob", "alice", "one")
		c.post("alice", "bob", "two")
		before := dumpOf(t, url)
		at := time.UnixMilli(1_763_586_251_123).UTC()
		last, alice, bob := before[0].State.Last, c.id("alice"), c.id("bob")
		message := func(number int64, to storage.ID) *storage.Record {
			return &storage.Record{Message: &storage.MessageRecord{Number: number, At: at, From: alice, FromName: "Alice", To: to}}
		}
		for want, extra := range map[string][]*storage.Record{
			"it is not one thing":                             {{}},
			"a record of the kind state comes too late":       {before[0]},
			"a record of the kind account comes too late":     {{Account: &storage.AccountRecord{ID: 1, Key: "x", Name: "x", Created: at}}},
			"it is neither in a room nor to an account":       {message(last, 0)},
			fmt.Sprintf("the number %d is not one", last+1):   {message(last+1, bob)},
			"in the same thread":                              {message(last, bob), message(last, bob)},
			"is waiting, and ":                                {message(last, alice)},
			"is finer than a millisecond":                     {{Message: &storage.MessageRecord{Number: 1, At: at.Add(1), From: bob, FromName: "Bob", To: bob}}},
			"it is waiting for the account 4503599627370496,": {{Message: &storage.MessageRecord{Number: 1, At: at, From: bob, FromName: "Bob", To: 1 << 52, Waiting: true}}},
			"there is no room 4503599627370496":               {{Message: &storage.MessageRecord{Number: 1, At: at, From: bob, FromName: "Bob", Room: 1 << 52}}},
		} {
			err := storage.Load(t.Context(), url, nop, nextOf(append(before[:len(before):len(before)], extra...)))
			wantSentence(t, err, want)
		}
		wantSentence(t, storage.Load(t.Context(), url, nop, nextOf(before[:1])), "there is no room #lobby")
		wantSentence(t, storage.Load(t.Context(), url, nop, nextOf(before[1:])), "the first one is not the state")
		wantSentence(t, storage.Load(t.Context(), url, nop, nextOf([]*storage.Record{before[0], before[1], before[1]})), "has come before")
		if digestOf(t, dumpOf(t, url)) != digestOf(t, before) {
			t.Fatal("it holds something else")
		}
		c.post("bob", "alice", "after")
	})
}
