package storage_test

import (
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"parley/storage"
	"parley/storage/storagetest"
)

// TestOperatorsNumbersAreNoTrouble has numbers taken between two commits of the server.
func TestOperatorsNumbersAreNoTrouble(t *testing.T) {
	server := storagetest.StartRedis(t)
	core, logs := observer.New(zap.InfoLevel)
	store, err := storage.Open(t.Context(), server.URL(), generous, storage.Self{}, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	c := chat{store, t, new(storage.Thread)}
	defer c.Close()
	c.register("Alice")
	last := c.post("alice", "#lobby", "one")
	operator := openShared(t, server.URL())
	operator.register("Bob", "Carol")
	operator.remove("carol")
	operator.Close()
	b := c.batch(c.say("alice", "#lobby", "two"))
	if len(b.Events) != 2 || b.Events[0].Number != last+3 || b.Events[1].Number != last+4 {
		t.Fatalf("got %+v after %d", b.Events, last)
	}
	if logs.Len() != 0 {
		t.Fatalf("got %+v", logs.All())
	}
}

// TestFeedIsTakenOffOnlyOnceReturned looks into Redis between the commits.
func TestFeedIsTakenOffOnlyOnceReturned(t *testing.T) {
	c, proxy, server := openLossy(t, generous, storage.CommitMark)
	operator := openShared(t, server.URL())
	operator.remove("bob")
	operator.Close()
	id := c.node().ID
	feed := func() int64 {
		return server.Client.LLen(t.Context(), "parley:feed:"+id).Val() + server.Client.LLen(t.Context(), "parley:read:"+id).Val()
	}

	proxy.falls.Store(true)
	proxy.cuts.Store(1)
	refused := storage.Batch{At: time.Now()}
	wantError(t, c.Commit(shortly(t), &refused), storage.ErrUnavailable)
	proxy.up()
	if len(refused.Events) != 0 || feed() != 1 {
		t.Fatalf("got %+v, and %d are on the feed", refused.Events, feed())
	}
	if b := c.batch(); len(b.Events) != 1 || b.Events[0].Kind != storage.AccountRemoved || feed() != 1 {
		t.Fatalf("got %+v, and %d are on the feed", b.Events, feed())
	}
	if b := c.batch(); len(b.Events) != 0 || feed() != 0 {
		t.Fatalf("got %+v, and %d are on the feed", b.Events, feed())
	}
}

// TestNewServerIsNotToldOldEvents wants what happened while no server ran to be no event: nobody had a session.
func TestNewServerIsNotToldOldEvents(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := open(t, server.URL(), generous)
	c.register("Alice", "Bob")
	c.Close()
	operator := openShared(t, server.URL())
	operator.remove("bob")
	operator.Close()
	c = openFor(t, server.URL(), generous)
	if b := c.batch(c.say("alice", "#lobby", "one")); len(b.Events) != 1 || b.Events[0].Ask != 0 {
		t.Fatalf("got %+v", b.Events)
	}
	if left := server.Client.Keys(t.Context(), "parley:feed*").Val(); len(left) != 0 {
		t.Fatalf("there are %q", left)
	}
}

// TestOperatorBetweenTwoPartsOfABatch changes a password when Redis has let a login in, and has not done the rest of the batch.
func TestOperatorBetweenTwoPartsOfABatch(t *testing.T) {
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server, cutMark)
	c := openFor(t, proxy.url(), generous)
	c.register("Alice")
	operator := openShared(t, server.URL())
	defer operator.Close()
	alice := c.id("alice")
	c.batch(c.say("alice", "#lobby", "Redis knows the script from now on"))

	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{
		{Kind: storage.Enter, Account: alice, Hash: account("Alice").Hash},
		c.say("alice", "#lobby", cutMark),
		create("Bob"),
	}}
	proxy.holds.Store(true)
	done := make(chan error, 1)
	go func() { done <- c.Commit(soon(t), &b) }()
	<-proxy.delivered
	operator.mustAsk(storage.Ask{Kind: storage.SetPassword, Account: alice, NewHash: "new"})
	proxy.holds.Store(false)
	close(proxy.release)
	wantError(t, <-done, nil)
	if len(b.Events) != 2 || b.Events[1].Kind != storage.PasswordChanged || b.Events[1].Number <= b.Verdicts[0].Since {
		t.Fatalf("the session sees what is above %d: %+v", b.Verdicts[0].Since, b.Events)
	}
	if b.Verdicts[2].Since != int64(b.Verdicts[2].Account) {
		t.Fatalf("got %+v", b.Verdicts[2])
	}
}
