package storage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"parley/storage"
	"parley/storage/storagetest"
)

// TestCopiedStoresAgree has both stores do many random batches, and now and then takes each into a store of the other kind. They must go on alike.
func TestCopiedStoresAgree(t *testing.T) {
	for name, limits := range modelSizes {
		for seed := range uint64(3) {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				at := []string{kinds[0].url(t), kinds[1].url(t)}
				m := newModel(t, seed, limits, at...)
				m.steady = true
				for round := range 5 {
					for range 25 {
						m.step(m.batch())
					}
					for i, w := range m.twins {
						w.Close()
						records := dumpOf(t, at[i])
						at[i] = kinds[(i+round+1)%2].url(t)
						load(t, at[i], records)
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

// someRecords are those of a store where Alice and Bob have talked.
func someRecords(t *testing.T) []*storage.Record {
	t.Helper()
	url := kinds[0].url(t)
	c := open(t, url, modelSizes["generous"])
	defer c.Close()
	c.register("Alice", "Bob")
	c.post("alice", "bob", "from the backup")
	c.post("alice", "#lobby", "in its lobby")
	return dumpOf(t, url)
}

// TestRestoreUnderTwoServers puts a backup in the place of a store that two servers use. Their sessions end, and they go on with what is there.
func TestRestoreUnderTwoServers(t *testing.T) {
	nodes, _, server := openNodes(t, 2)
	last := nodes[0].post("alice", "bob", "gone")
	nodes[0].login("carol")
	nodes[1].login("alice")
	carol := nodes[0].id("carol")
	load(t, server.URL(), someRecords(t))
	for _, c := range nodes {
		b := storage.Batch{At: time.Now(), Asks: []storage.Ask{{Kind: storage.Say, Account: carol, To: "#lobby", Text: []byte("never")}}}
		wantError(t, c.Commit(soon(t), &b), storage.ErrBuried)
		if b := c.batch(); !b.Forgotten || len(b.Events) > 0 {
			t.Errorf("got %+v", b)
		}
	}
	for _, c := range nodes {
		if _, err := c.Account(soon(t), "carol"); !errors.Is(err, storage.ErrNoAccount) {
			t.Errorf("carol: %v", err)
		}
		lines, _ := c.lobbyHistory(0, 9)
		wantLines(t, lines, "Alice: in its lobby")
		if elsewhere, err := c.Elsewhere(soon(t), nil); err != nil || len(elsewhere) > 0 {
			t.Errorf("%+v is here still, %v", elsewhere, err)
		}
		if n := len(c.nodes()); n != 2 {
			t.Errorf("there are %d nodes", n)
		}
	}
	nodes[0].login("alice")
	if number := nodes[1].post("bob", "alice", "next"); number <= last {
		t.Errorf("number %d after %d", number, last)
	}
	wantLines(t, words(nodes[0].read()), "Bob: next")
	wantLines(t, said(nodes[0].page("bob", 0, 9).Messages), "Alice: from the backup")
	wantNoRestore(t, server)
}

// wantNoRestore wants nothing left of a restore.
func wantNoRestore(t *testing.T, server *storagetest.Redis) {
	t.Helper()
	for _, pattern := range []string{"parley:restore", "parley:loaded:*"} {
		if left := server.Client.Keys(t.Context(), pattern).Val(); len(left) > 0 {
			t.Errorf("a restore has left %q", left)
		}
	}
	state := server.Client.HGetAll(t.Context(), "parley:state").Val()
	if state["format"] != "6" || state["restoring"] != "" {
		t.Errorf("the state is %v", state)
	}
}

// interrupt restores records, and is cut off where they begin to take the place of the store.
func interrupt(t *testing.T, url string, records []*storage.Record) {
	t.Helper()
	core, _ := observer.New(zapcore.WarnLevel)
	log := zap.New(core, zap.Hooks(func(zapcore.Entry) error {
		runtime.Goexit()
		return nil
	}))
	done := make(chan error, 1)
	go func() {
		defer close(done)
		done <- storage.Load(t.Context(), url, log, nextOf(records))
	}()
	if err, ended := <-done; ended {
		t.Fatalf("it was not interrupted: %v", err)
	}
}

// TestRestoreIsInterrupted in the midst: nobody is served a part of it, and another one makes it good.
func TestRestoreIsInterrupted(t *testing.T) {
	nodes, _, server := openNodes(t, 2)
	c, other := nodes[0], nodes[1]
	c.login("alice")
	records := someRecords(t)
	interrupt(t, server.URL(), records)
	refusal := func(c chat) error {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		return c.Commit(ctx, &storage.Batch{At: time.Now(), Asks: []storage.Ask{create("Dave")}})
	}
	for _, c := range nodes {
		wantError(t, refusal(c), storage.ErrBuried)
		wantError(t, refusal(c), storage.ErrUnavailable)
	}
	wantOpenError(t, server.URL(), "parley restore --replace")
	wantWords(t, dumpError(t, server.URL(), nil), "parley restore --replace")
	if _, err := storage.OpenShared(soon(t), server.URL(), storage.Limits{}, nop); err == nil {
		t.Error("an operator's command may use it")
	}
	load(t, server.URL(), records)
	for _, c := range nodes {
		if b := c.batch(); !b.Forgotten {
			t.Errorf("got %+v", b)
		}
		lines, _ := c.conversation("alice", "bob", 0, 9)
		wantLines(t, lines, "Alice: from the backup")
	}
	other.post("bob", "alice", "next")
	wantNoRestore(t, server)
}

// TestRestoreLivesOnAfterCtrlC: where it is not interrupted any more, it goes on being renewed, however long it takes.
func TestRestoreLivesOnAfterCtrlC(t *testing.T) {
	server := storagetest.StartRedis(t)
	ctx, cancel := context.WithCancel(t.Context())
	left := func() time.Duration { return server.Client.PTTL(t.Context(), "parley:restore").Val() }
	renewed := false
	core, _ := observer.New(zapcore.WarnLevel)
	log := zap.New(core, zap.Hooks(func(zapcore.Entry) error {
		cancel()
		for before := left(); before > 0 && !renewed; time.Sleep(10 * time.Millisecond) {
			now := left()
			renewed, before = now > before, now
		}
		return nil
	}))
	err := storage.Load(ctx, server.URL(), log, nextOf(someRecords(t)))
	wantError(t, err, nil)
	if !renewed {
		t.Error("it was not renewed")
	}
	wantNoRestore(t, server)
}

// TestRestoreThatEndsEarly changes nothing, and nobody notices it.
func TestRestoreThatEndsEarly(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	c.post("alice", "bob", "one")
	before := digestOf(t, dumpOf(t, server.URL()))
	records := someRecords(t)
	for n := range records {
		next := nextOf(records[:n])
		err := storage.Load(t.Context(), server.URL(), nop, func() (*storage.Record, error) {
			r, err := next()
			if errors.Is(err, io.EOF) {
				err = errStop
			}
			return r, err
		})
		wantError(t, err, errStop)
		wantNoRestore(t, server)
	}
	c.batch()
	if digestOf(t, dumpOf(t, server.URL())) != before {
		t.Error("it holds something else")
	}
}

// TestRestoredConversationsEnd: a backup does not say how long conversations last, but the server knows.
func TestRestoredConversationsEnd(t *testing.T) {
	server := storagetest.StartRedis(t)
	load(t, server.URL(), someRecords(t))
	c := openFor(t, server.URL(), modelSizes["generous"])
	keep := modelSizes["generous"].Keep
	var left time.Duration
	if !beats(t, 20*time.Second, func() bool {
		for _, key := range server.Client.Keys(t.Context(), "parley:thread:*-*").Val() {
			left = server.Client.PTTL(t.Context(), key).Val()
		}
		return left > 0
	}, c) {
		t.Fatal("it stays for ever")
	}
	if left > keep || left < keep-time.Minute {
		t.Errorf("it ends in %v", left)
	}
}

// TestRestoreBesideOthers: only one at a time, and none while the store is dumped.
func TestRestoreBesideOthers(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice")
	records := someRecords(t)
	wantRefused := func(words string) {
		t.Helper()
		err := storage.Load(t.Context(), server.URL(), nop, nextOf(records))
		wantWords(t, fmt.Sprint(err), words)
	}
	dumped(t, server.URL(), func(int) { wantRefused("a backup of it is being made") })
	next, second := nextOf(records), false
	err := storage.Load(t.Context(), server.URL(), nop, func() (*storage.Record, error) {
		if !second {
			second = true
			wantRefused("somebody else is restoring")
		}
		return next()
	})
	if err != nil {
		t.Fatal(err)
	}
	wantNoRestore(t, server)
}

// TestRestoreIntoAStoreOfAnOlderVersion is refused: an older server may be using it.
func TestRestoreIntoAStoreOfAnOlderVersion(t *testing.T) {
	server := startFormat1(t)
	before := keys(t, server)
	server.Client.HSet(t.Context(), "parley:state", "format", 5)
	err := storage.Load(t.Context(), server.URL(), nop, nextOf(someRecords(t)))
	wantWords(t, fmt.Sprint(err), "older version")
	if len(keys(t, server)) < len(before) {
		t.Error("something is gone")
	}
}

// TestRestoredInboxesAreInOrder: a dump of Redis has what waits for somebody by conversations.
func TestRestoredInboxesAreInOrder(t *testing.T) {
	from, to := storagetest.StartRedis(t), storagetest.StartRedis(t)
	c := openFor(t, from.URL(), generous)
	c.register("Alice", "Bob", "Carol")
	for _, name := range []string{"alice", "bob", "alice", "bob"} {
		c.post(name, "carol", "hi")
	}
	load(t, to.URL(), dumpOf(t, from.URL()))
	wantLines(t, said(openFor(t, to.URL(), generous).page("carol", 0, 9).Messages), "Alice: hi", "Bob: hi", "Alice: hi", "Bob: hi")
}
