package storage_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/storage"
	"parley/storage/storagetest"
)

// shortly is a deadline that is meant to pass.
func shortly(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// wantNothingDone looks whether what refusals wanted to change is as it was.
func (c chat) wantNothingDone() {
	c.t.Helper()
	lines, _ := c.lobby(0, 9)
	wantLines(c.t, lines)
	lines, _ = c.conversation("alice", "bob", 0, 9)
	wantLines(c.t, lines)
	if page := c.page("bob", 0, 9); page.Waiting != 0 || page.Err != nil {
		c.t.Fatalf("bob's inbox has %+v", page)
	}
	all, err := c.Accounts(soon(c.t))
	if err != nil || fmt.Sprint(all) != fmt.Sprint([]storage.Account{account("Alice"), account("Bob")}) {
		c.t.Fatalf("the accounts are %v %v", all, err)
	}
}

// wantAllRefused asks for a change of each kind, none of which the store can confirm in time.
func (c chat) wantAllRefused() {
	c.t.Helper()
	b := storage.Batch{At: time.Now(), Posts: []storage.Post{post("Alice", "", cutMark), post("Alice", "bob", cutMark)}}
	wantError(c.t, c.Commit(shortly(c.t), &b), storage.ErrUnavailable)
	carol := account("Carol")
	carol.Hash = cutMark
	wantError(c.t, c.CreateAccount(shortly(c.t), carol), storage.ErrUnavailable)
	wantError(c.t, c.SetPassword(shortly(c.t), "alice", "hash of Alice", cutMark), storage.ErrUnavailable)
}

func TestRefusedDuringAHangNeverHappens(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	server.Stop()
	c.wantAllRefused()
	wantError(t, c.DeleteAccount(shortly(t), "bob"), storage.ErrUnavailable)
	_, _, err := c.Lobby(shortly(t), 0, 9)
	wantError(t, err, storage.ErrUnavailable)
	server.Cont()
	c.wantNothingDone()
	c.post("Alice", "bob", "works again")
}

func TestDoneWithoutAnswerIsTakenBack(t *testing.T) {
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server)
	c := openFor(t, proxy.url(), generous)
	c.register("Alice", "Bob")
	proxy.cuts.Store(math.MaxInt32)
	c.wantAllRefused()
	proxy.cuts.Store(0)
	c.wantNothingDone()
	c.post("Alice", "bob", "works again")
}

func TestRequestsThatArriveLateDoNothing(t *testing.T) {
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server)
	c := openFor(t, proxy.url(), generous)
	c.register("Alice", "Bob")
	wantError(t, c.SetPassword(soon(t), "alice", "wrong", "x"), storage.ErrChanged) // Redis knows the script from now on
	proxy.delays.Store(true)
	c.wantAllRefused()
	proxy.delays.Store(false)
	c.wantNothingDone() // so it has recovered
	close(proxy.release)
	for range 3 {
		<-proxy.delivered
	}
	for range 10 { // Redis looks at all its connections between two of these
		server.Client.Ping(t.Context())
	}
	c.wantNothingDone()
	if _, err := c.Account(soon(t), "carol"); !errors.Is(err, storage.ErrNoAccount) {
		t.Fatalf("carol: %v", err)
	}
}

func TestAnswerLostOnceIsDoneOnce(t *testing.T) {
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server)
	c := openFor(t, proxy.url(), generous)
	c.register("Alice", "Bob")
	proxy.cuts.Store(1)
	c.post("Alice", "bob", cutMark)
	proxy.cuts.Store(1)
	c.post("Alice", "", cutMark)
	lines, _ := c.conversation("alice", "bob", 0, 9)
	wantLines(t, lines, "Alice: "+cutMark)
	wantLines(t, said(c.page("bob", 0, 9).Messages), "Alice: "+cutMark)
	lines, _ = c.lobby(0, 9)
	wantLines(t, lines, "Alice: "+cutMark)

	proxy.cuts.Store(1)
	carol := account("Carol")
	carol.Hash = cutMark
	wantError(t, c.CreateAccount(soon(t), carol), nil)
	proxy.cuts.Store(1)
	wantError(t, c.SetPassword(soon(t), "carol", cutMark, "new"), nil)
	if proxy.cuts.Load() > 0 {
		t.Fatal("no answer was lost")
	}
}

func TestLostAnswerDoesNotSwallowTheExpired(t *testing.T) {
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server)
	limits := generous
	limits.Keep = time.Hour
	c := openFor(t, proxy.url(), limits)
	c.register("Alice", "Bob")
	c.commit(&storage.Batch{At: time.Now().Add(-2 * time.Hour), Posts: []storage.Post{post("Alice", "bob", "old")}})
	proxy.cuts.Store(1)
	b := storage.Batch{Posts: []storage.Post{post("Alice", "", cutMark)}, Pages: []storage.Page{{Key: "bob", Limit: 9}}}
	c.commit(&b)
	if b.Pages[0].Expired != 1 {
		t.Fatalf("got %+v", b.Pages[0])
	}
}

func TestDeletionWithoutAnswerIsTakenBack(t *testing.T) {
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server)
	c := openFor(t, proxy.url(), generous)
	key := cutMark
	if err := c.CreateAccount(soon(t), storage.Account{Key: key, Name: key, Hash: "h"}); err != nil {
		t.Fatal(err)
	}
	c.post("Alice", key, "unread")
	proxy.cuts.Store(math.MaxInt32)
	wantError(t, c.DeleteAccount(shortly(t), key), storage.ErrUnavailable)
	proxy.cuts.Store(0)
	wantLines(t, said(c.page(key, 0, 9).Messages), "Alice: unread")
	if all, err := c.Accounts(soon(t)); err != nil || len(all) != 1 {
		t.Fatalf("got %v %v", all, err)
	}
}

func TestRedisThatComesBackIsUsedAgain(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	server.Client.Save(t.Context())
	last := c.post("Alice", "bob", "lost with Redis")
	server.Kill()
	b := storage.Batch{At: time.Now(), Posts: []storage.Post{post("Alice", "bob", "refused")}}
	wantError(t, c.Commit(shortly(t), &b), storage.ErrUnavailable)
	server.Restart()
	if next := c.post("Alice", "bob", "new"); next <= last {
		t.Fatalf("number %d after %d", next, last)
	}
	wantLines(t, said(c.page("bob", 0, 9).Messages), "Alice: new")
}

func TestFullRedisRefusesPostsOnly(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	number := c.post("Alice", "bob", "before")
	server.Client.ConfigSet(t.Context(), "maxmemory", "1mb")
	b := storage.Batch{At: time.Now(), Posts: []storage.Post{post("Alice", "", "refused"), post("Alice", "bob", "refused")},
		Proofs: []storage.Proof{{Key: "bob", Number: number}}}
	wantError(t, c.Commit(soon(t), &b), storage.ErrUnavailable)
	wantLines(t, said(c.page("bob", 0, 9).Messages), "Alice: before")
	c.prove("bob", number)
	if page := c.page("bob", 0, 9); page.Waiting != 0 {
		t.Fatalf("got %+v", page)
	}
	server.Client.ConfigSet(t.Context(), "maxmemory", "0")
	c.post("Alice", "", "after")
	lines, _ := c.lobby(0, 9)
	wantLines(t, lines, "Alice: after")
}

func TestLeaseOfAnotherServerStopsUs(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice")
	server.Client.Set(t.Context(), "parley:lease", "another", 0)
	b := storage.Batch{At: time.Now(), Posts: []storage.Post{post("Alice", "", "refused")}}
	wantError(t, c.Commit(shortly(t), &b), storage.ErrUnavailable)
	server.Client.HSet(t.Context(), "parley:state", "last", 500) // what the other one has done
	server.Client.Del(t.Context(), "parley:lease")
	if number := c.post("Alice", "", "mine"); number <= 500 {
		t.Fatalf("number %d", number)
	}
	lines, _ := c.lobby(0, 9)
	wantLines(t, lines, "Alice: mine")
}

func TestRedisIsRefusedInOneSentence(t *testing.T) {
	evicting := storagetest.StartRedis(t, "--maxmemory-policy", "allkeys-lru")
	locked := storagetest.StartRedis(t)
	locked.Client.ConfigSet(t.Context(), "requirepass", "right")
	newer := storagetest.StartRedis(t)
	newer.Client.HSet(t.Context(), "parley:state", "format", 99)
	plain := storagetest.StartRedis(t)
	for _, test := range []struct{ url, words string }{
		{evicting.URL(), "CONFIG SET maxmemory-policy noeviction"},
		{"unix://:s3cret@" + locked.Socket(), "refuses the user or the password"},
		{locked.URL(), "refuses the user or the password"},
		{newer.URL(), "newer parley"},
		{"unix://" + plain.Socket() + "?db=99", "does not have a database of that number"},
		{"unix:///nowhere/redis.sock", "no Redis answers at /nowhere/redis.sock"},
		{"redis://u:s3cret@127.0.0.1:1/0", "no Redis answers at 127.0.0.1:1"},
		{"redis://u:s3cret@127.0.0.1:port/0", "can't be read"},
		{"redis://u:s3cret@127.0.0.1/x", "can't be read"},
		{"mysql://u:s3cret@x", "no store of the kind"},
		{"parley.db", "sqlite:parley.db"},
	} {
		store, err := storage.Open(soon(t), test.url, generous, zap.NewNop())
		if err == nil {
			store.Close()
			t.Errorf("%s was opened", test.url)
			continue
		}
		if !strings.Contains(err.Error(), test.words) || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s is told %q, not %q", test.url, err, test.words)
		}
	}
	store, err := storage.Open(soon(t), "redis+unix://:right@"+locked.Socket()+"?db=3", generous, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	store.Close()
}

func TestTakingBackSparesTheNextServer(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	server.Client.Set(t.Context(), "parley:lease", "another", 0)
	server.Stop()
	b := storage.Batch{At: time.Now(), Posts: []storage.Post{post("Alice", "", "refused"), post("Alice", "bob", "refused")}}
	wantError(t, c.Commit(shortly(t), &b), storage.ErrUnavailable)
	server.Cont()
	server.Client.RPush(t.Context(), "parley:lobby", "2 1763586251123 Bob of the other server")
	server.Client.HSet(t.Context(), "parley:state", "last", 2, "batch", "other")
	server.Client.Del(t.Context(), "parley:lease")
	c.post("Alice", "", "mine")
	lines, _ := c.lobby(0, 9)
	wantLines(t, lines, "Bob: of the other server", "Alice: mine")
}

func TestCloseTakesBackWhatWasRefused(t *testing.T) {
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server)
	c := open(t, proxy.url(), generous)
	proxy.cuts.Store(math.MaxInt32)
	b := storage.Batch{At: time.Now(), Posts: []storage.Post{post("Alice", "", cutMark)}}
	wantError(t, c.Commit(shortly(t), &b), storage.ErrUnavailable)
	c.Close()
	c = openFor(t, server.URL(), generous)
	lines, _ := c.lobby(0, 9)
	wantLines(t, lines)
}
