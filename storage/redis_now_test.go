package storage_test

import (
	"context"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// nowFirst is a store whose Commit is CommitNow, and then Commit if that has not done it.
type nowFirst struct {
	storage.Store
	done int // by CommitNow
}

func (s *nowFirst) Commit(ctx context.Context, b *storage.Batch) error {
	if s.Store.CommitNow(b) {
		s.done++
		return nil
	}
	return s.Store.Commit(ctx, b)
}

// openNowFirst opens a store behind a proxy when Alice and Bob are registered and remembered, and CommitNow will try and wait.
func openNowFirst(t *testing.T) (chat, *proxy, *storagetest.Redis) {
	t.Helper()
	c, proxy, server := openLossy(t, generous, storage.CommitMark)
	c.post("bob", "alice", "x")
	storage.Calm(c.Store)
	storage.Wait(c.Store, 20*time.Second)
	return c, proxy, server
}

// wantOnce commits what CommitNow has left. It must be kept once, and told once.
func (c chat) wantOnce(b *storage.Batch) {
	c.t.Helper()
	c.commit(b)
	wantError(c.t, b.Verdicts[0].Err, nil)
	if len(b.Events) != 1 || b.Events[0].Ask != 0 || string(b.Events[0].Text) != "y" || len(b.Acks) != 0 {
		c.t.Errorf("got %+v", b)
	}
	if more := c.read(); len(more) != 0 {
		c.t.Errorf("told twice: %+v", more)
	}
	lines, _ := c.conversation("alice", "bob", 0, 9)
	wantLines(c.t, lines, "Bob: x", "Alice: y")
	wantLines(c.t, said(c.page("bob", 0, 9).Messages), "Alice: y")
	wantLines(c.t, said(c.page("alice", 0, 9).Messages))
}

// saysNow is a batch that CommitNow takes: a message of Alice's, and the ack of Bob's.
func (c chat) saysNow() *storage.Batch {
	c.t.Helper()
	ask := c.say("alice", "bob", "y")
	return &storage.Batch{At: time.Now(), Asks: []storage.Ask{ask}, Acks: []storage.Ack{{Account: ask.Account, Number: 1 << 52}}}
}

func TestCommitNow(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		s := &nowFirst{Store: c.Store}
		c.register("Alice", "Bob")
		c.post("bob", "alice", "x")
		storage.Calm(c.Store)
		n := chat{s, t, c.lobby}
		n.wantOnce(n.saysNow())
		wantError(t, n.ask(n.say("alice", "nobody", "z")).Err, storage.ErrNoAccount)
		n.post("alice", "#lobby", "z")
		lines, _ := n.lobbyHistory(0, 9)
		wantLines(t, lines, "Alice: z")
	})
}

// TestCommitNowLosesTheAnswer cuts the connection when Redis has done it.
func TestCommitNowLosesTheAnswer(t *testing.T) {
	c, proxy, _ := openNowFirst(t)
	b, before := c.saysNow(), c.Status()
	proxy.cuts.Store(1)
	if c.CommitNow(b) || proxy.cuts.Load() > 0 {
		t.Fatal("its answer was not lost")
	}
	c.wantOnce(b)
	if now := c.Status(); now.Errors != before.Errors {
		t.Error("one late answer counts as a failure of the store")
	}
}

// TestCommitNowIsNotSent has what it sends arrive when Commit has done it.
func TestCommitNowIsNotSent(t *testing.T) {
	c, proxy, server := openNowFirst(t)
	b, before := c.saysNow(), c.Status()
	proxy.delays.Store(true)
	storage.Wait(c.Store, time.Second)
	if c.CommitNow(b) || proxy.held.Load() != 1 {
		t.Fatal("it was not held")
	}
	proxy.delays.Store(false)
	c.wantOnce(b)
	if now := c.Status(); now.Errors != before.Errors {
		t.Error("one late answer counts as a failure of the store")
	}
	close(proxy.release)
	<-proxy.delivered
	for range 10 {
		server.Client.Ping(t.Context())
	}
	lines, _ := c.conversation("alice", "bob", 0, 9)
	wantLines(t, lines, "Bob: x", "Alice: y")
}

// TestCommitNowBesideAHang has Redis stand still: whoever calls it is not held up.
func TestCommitNowBesideAHang(t *testing.T) {
	c, _, server := openNowFirst(t)
	storage.StopClock(c.Store)
	storage.Wait(c.Store, storage.NowTime)
	b := c.saysNow()
	server.Stop()
	start := time.Now()
	if c.CommitNow(b) {
		t.Fatal("done")
	}
	if took := time.Since(start); took > time.Second { // milliseconds, and time for a machine that does other things
		t.Errorf("it took %v", took)
	}
	server.Cont()
	c.wantOnce(b)
	if c.CommitNow(c.saysNow()) {
		t.Error("it tries again at once")
	}
}

// TestCommitNowLosesALookup: the link is not used again.
func TestCommitNowLosesALookup(t *testing.T) {
	c, proxy, _ := openLossy(t, generous, storage.LookupMark)
	c.post("bob", "alice", "x")
	storage.Calm(c.Store)
	storage.Wait(c.Store, 20*time.Second)
	storage.ForgetAll(c.Store)
	b, before := c.saysNow(), c.Status()
	proxy.cuts.Store(1)
	if c.CommitNow(b) || proxy.cuts.Load() > 0 {
		t.Fatal("its lookup was not lost")
	}
	c.wantOnce(b)
	if now := c.Status(); now.Errors != before.Errors {
		t.Error("a lookup that is lost on a loop counts as a failure of the store")
	}
}

// TestCommitNowIsRefused, for want of memory: nothing is kept, and all of it when there is some.
func TestCommitNowIsRefused(t *testing.T) {
	c, _, server := openNowFirst(t)
	wantError(t, server.Client.ConfigSet(t.Context(), "maxmemory", "1").Err(), nil)
	b := c.saysNow()
	if c.CommitNow(b) {
		t.Fatal("done")
	}
	wantError(t, c.Commit(soon(t), b), nil) // the ack
	wantError(t, b.Verdicts[0].Err, storage.ErrUnavailable)
	wantError(t, server.Client.ConfigSet(t.Context(), "maxmemory", "0").Err(), nil)
	c.wantOnce(c.saysNow())
}

// TestCommitNowLoadsTheScript that Redis has forgotten.
func TestCommitNowLoadsTheScript(t *testing.T) {
	c, _, server := openNowFirst(t)
	wantError(t, server.Client.ScriptFlush(t.Context()).Err(), nil)
	b := c.saysNow()
	if !c.CommitNow(b) {
		t.Fatal("not done")
	}
	lines, _ := c.conversation("alice", "bob", 0, 9)
	wantLines(t, lines, "Bob: x", "Alice: y")
}

// TestNotNowBeforeSomethingIsSettled, and not where other Redises must have it, too.
func TestNotNowBeforeSomethingIsSettled(t *testing.T) {
	c, _, _ := openNowFirst(t)
	for name, settle := range storage.Unsettle(c.Store) {
		undo := settle()
		if c.CommitNow(c.saysNow()) {
			t.Errorf("done in spite of %s", name)
		}
		undo()
		storage.Calm(c.Store)
	}
	c.wantOnce(c.saysNow())
}

// TestCommitNowIsUnsureOnlyByTheDeadline has Redis stand still for all the time that Commit has.
func TestCommitNowIsUnsureOnlyByTheDeadline(t *testing.T) {
	c, proxy, _ := openNowFirst(t)
	b := c.saysNow()
	proxy.falls.Store(true)
	proxy.cuts.Store(1)
	if c.CommitNow(b) {
		t.Fatal("done")
	}
	wantError(t, c.Commit(shortly(t), b), storage.ErrUnsure)
	clear(b.Asks[0].Text) // it belongs to the caller
	proxy.up()
	events := c.read()
	if len(events) != 1 || events[0].Ask != -1 || string(events[0].Text) != "y" {
		t.Errorf("got %+v", events)
	}
}

// TestCommitNowBesideARestart loses what it has done with a Redis that keeps nothing.
func TestCommitNowBesideARestart(t *testing.T) {
	c, proxy, server := openNowFirst(t)
	wantError(t, server.Client.Save(t.Context()).Err(), nil)
	b := c.saysNow()
	proxy.cuts.Store(1)
	if c.CommitNow(b) {
		t.Fatal("done")
	}
	server.Kill()
	server.Restart()
	c.wantOnce(b)
	if !b.Forgotten {
		t.Error("the node does not know that it must say who is here")
	}
}

// TestCommitNowKnowsWhatOthersDo has another node change what it needs, and say something.
func TestCommitNowKnowsWhatOthersDo(t *testing.T) {
	nodes, _, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	one.login("alice")
	one.post("alice", "bob", "x")
	other.login("bob")
	one.read()
	storage.Calm(one.Store)
	heard := other.post("bob", "#lobby", "heard")
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{one.say("alice", "bob", "y")}}
	if !one.CommitNow(&b) {
		one.commit(&b)
	}
	if len(b.Events) != 2 || b.Events[0].Number != heard || b.Events[1].Ask != 0 || b.Verdicts[0].Reach.Sessions != 1 {
		t.Errorf("got %+v", b)
	}
	storage.Calm(one.Store)
	other.mustAsk(storage.Ask{Kind: storage.Block, Account: other.id("bob"), To: "alice", Order: &storage.Order{}})
	b.Asks = []storage.Ask{one.say("alice", "bob", "z")}
	if one.CommitNow(&b) {
		t.Fatal("it has not noticed")
	}
	one.commit(&b)
	wantError(t, b.Verdicts[0].Err, storage.ErrBlocked)
}
