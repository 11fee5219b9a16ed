package storage_test

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/storage"
	"parley/storage/storagetest"
)

// TestUnsureMessageWithAKeyIsKeptOnce says it again, as its author would. It also has it be the second use of a key, whose first one has ended.
func TestUnsureMessageWithAKeyIsKeptOnce(t *testing.T) {
	c, proxy, _ := openLossy(t, generous, storage.CommitMark)
	at := time.Now()
	for range 2 {
		asks := []storage.Ask{c.sayOnce("alice", "#lobby", "x", "a"), c.sayOnce("alice", "bob", "y", "b")}
		c.wantUnsure(proxy, &storage.Batch{At: at, Asks: asks})
		asks = []storage.Ask{c.sayOnce("alice", "#lobby", "x", "a"), c.sayOnce("alice", "bob", "y", "b")}
		b := c.wantAt(at, []error{nil, nil}, asks...)
		wantLines(t, said(b.Events), "Alice: x", "Alice: y")
		wantRepeat(t, b.Verdicts[0], b.Events[0].Number, "#lobby")
		wantRepeat(t, b.Verdicts[1], b.Events[1].Number, "Bob")
		at = at.Add(storage.OnceTime)
	}
}

func TestMessageWithAKeyWhoseAnswerIsLostOnceIsKeptOnce(t *testing.T) {
	c, proxy, _ := openLossy(t, generous, storage.CommitMark)
	asks := []storage.Ask{c.sayOnce("alice", "#lobby", cutMark, "a"), c.sayOnce("alice", "bob", cutMark, "b")}
	proxy.cuts.Store(1)
	first := c.batch(asks...)
	if proxy.cuts.Load() > 0 || len(first.Events) != 2 {
		t.Fatalf("got %+v", first.Events)
	}
	again := c.batch(asks...)
	wantRepeat(t, again.Verdicts[0], c.number(first, 0), "#lobby")
	wantRepeat(t, again.Verdicts[1], c.number(first, 1), "Bob")
	lines, _ := c.conversation("alice", "bob", 0, 9)
	wantLines(t, lines, "Alice: "+cutMark)
}

// TestFullInboxKeepsNoKey has the second of two messages in one run find the inbox full, and then the same message once more.
func TestFullInboxKeepsNoKey(t *testing.T) {
	limits := generous
	limits.Inbox, limits.Onces = 1, 2
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), limits)
	c.register("Alice", "Bob", "Carol")
	refused := c.sayOnce("alice", "bob", "x", "b")
	b := c.wantAll([]error{nil, storage.ErrInboxFull, nil, storage.ErrInboxFull}, c.sayOnce("alice", "bob", "x", "a"), refused, c.say("alice", "#lobby", "x"), refused)
	if kept := server.Client.HKeys(t.Context(), "parley:onces:"+idText(c.id("alice"))).Val(); len(kept) != 1 || kept[0] != "a" {
		t.Errorf("kept are %q", kept)
	}
	if n := server.Client.ZCard(t.Context(), "parley:onces-at").Val(); n != 1 {
		t.Errorf("%d are kept by time", n)
	}
	c.ack("bob", c.number(b, 0))
	b = c.wantAll([]error{nil, nil, storage.ErrTooMany}, refused, refused, c.sayOnce("alice", "carol", "x", "c"))
	wantRepeat(t, b.Verdicts[1], c.number(b, 0), "Bob")
}

// TestChangesOfTokensWithoutAnswer is about all that makes or revokes tokens, by a server and by an operator's command.
func TestChangesOfTokensWithoutAnswer(t *testing.T) {
	c, proxy, server := openLossy(t, generous, storage.CommitMark)
	operator := openShared(t, proxy.url())
	defer operator.Close()
	alice := c.id("alice")
	for who, store := range map[string]chat{"alice": c, "": operator} {
		made := c.tokenAsk(who, "one", inAnHour())
		made.To = "alice"
		for _, step := range []struct {
			ask  storage.Ask
			left []string
		}{
			{made, []string{"one"}}, {c.revokeAsk(who, "alice", "one"), nil}, {made, []string{"one"}},
			{storage.Ask{Kind: storage.SetPassword, Account: alice, NewHash: "new"}, nil},
		} {
			proxy.cuts.Store(1)
			store.mustAsk(step.ask)
			wantLines(t, c.tokens(alice), step.left...)
		}
		c.wantAll([]error{storage.ErrNoToken}, byToken("alice", "one"))
	}
	if left := server.Client.Exists(t.Context(), "parley:tokens:"+idText(alice), "parley:tokens-ending").Val(); left != 0 {
		t.Errorf("%d keys are left", left)
	}
}

// TestOperatorDecidesOnTheTokensThereAre makes a token after an operator's command has looked which ones a new password revokes.
func TestOperatorDecidesOnTheTokensThereAre(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice")
	proxy := startProxy(t, server, "parley:tokens:")
	operator := openShared(t, proxy.url())
	defer operator.Close()
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{{Kind: storage.SetPassword, Account: c.id("alice"), NewHash: "new"}}}
	proxy.holds.Store(true)
	done := make(chan error, 1)
	go func() { done <- operator.Commit(soon(t), &b) }()
	<-proxy.delivered // Redis has said that there are none
	c.makeToken("alice", "late", inAnHour())
	proxy.holds.Store(false)
	close(proxy.release)
	wantError(t, <-done, nil)
	wantError(t, b.Verdicts[0].Err, nil)
	wantError(t, c.ask(byToken("alice", "late")).Err, storage.ErrNoToken)
}

func TestFullRedisKeepsNeitherKeysNorTokens(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	c.makeToken("alice", "one", inAnHour())
	c.mustAsk(c.sayOnce("alice", "bob", "x", "before"))
	before := lastingKeys(t, server)
	asks := []storage.Ask{c.sayOnce("alice", "bob", "x", "after"), c.sayOnce("alice", "#lobby", "x", "after"), c.tokenAsk("alice", "two", inAnHour()),
		c.revokeAsk("alice", "", "one"), {Kind: storage.SetPassword, Account: c.id("alice"), NewHash: "new"}}
	repeat, login := c.sayOnce("alice", "bob", "x", "before"), byToken("alice", "one")
	server.Client.ConfigSet(t.Context(), "maxmemory", "1mb")
	for i := range asks {
		wantError(t, c.ask(asks[i]).Err, storage.ErrUnavailable)
	}
	b := c.wantAll([]error{nil, nil}, repeat, login) // these write nothing
	if b.Verdicts[0].Repeat == nil {
		t.Errorf("got %+v", b.Verdicts[0])
	}
	server.Client.ConfigSet(t.Context(), "maxmemory", "0")
	wantSameKeys(t, before, lastingKeys(t, server))
	c.wantAll([]error{nil, storage.ErrOnceMismatch, nil, nil, nil}, asks...)
}

// scriptCalls is how many scripts Redis has run.
func scriptCalls(t *testing.T, server *storagetest.Redis) int {
	t.Helper()
	found := regexp.MustCompile(`cmdstat_evalsha:calls=(\d+)`).FindStringSubmatch(server.Client.Info(t.Context(), "commandstats").Val())
	if found == nil {
		t.Fatal("there is no such line")
	}
	n, _ := strconv.Atoi(found[1])
	return n
}

// TestBatchOfProgramsTakesFewScripts has a hundred log in, and say something with a key, whom the server knows nothing of.
func TestBatchOfProgramsTakesFewScripts(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := open(t, server.URL(), generous)
	var logins, words []storage.Ask
	for i := range 100 {
		name := fmt.Sprint("bot", i)
		c.register(name)
		c.makeToken(name, name, inAnHour())
		logins = append(logins, byToken(name, name))
		words = append(words, c.sayOnce(name, "#lobby", "x", "key"), c.sayOnce(name, name, "x", "another"))
	}
	c.Close()
	c = openFor(t, server.URL(), generous)
	for _, asks := range [][]storage.Ask{logins, words, words} {
		before := scriptCalls(t, server)
		for _, v := range c.batch(asks...).Verdicts {
			wantError(t, v.Err, nil)
		}
		if n := scriptCalls(t, server) - before; n > 10 { // one, or three with lookups; and the lease is renewed each second
			t.Errorf("it took %d", n)
		}
	}
}

// TestTidyRemovesSoManyKeysAtOnce, and the rest the next time.
func TestTidyRemovesSoManyKeysAtOnce(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice")
	alice, at := idText(c.id("alice")), time.Now().Add(-storage.OnceTime).UnixMilli()
	const most = 1_000
	_, err := server.Client.Pipelined(t.Context(), func(pipe redis.Pipeliner) error {
		for i := range most + 1 {
			pipe.HSet(t.Context(), "parley:onces:"+alice, i, fmt.Sprintf("%d digest {}", at))
			pipe.ZAdd(t.Context(), "parley:onces-at", redis.Z{Score: float64(at), Member: fmt.Sprint(alice, " ", i)})
		}
		return nil
	})
	wantError(t, err, nil)
	for _, left := range []int64{1, 0} {
		if v := c.mustAsk(c.order(storage.Tidy, "", "", "")); v.Page.More != (left > 0) {
			t.Errorf("there is more to tidy: %v, and %d are left", v.Page.More, left)
		}
		hash, set := server.Client.HLen(t.Context(), "parley:onces:"+alice).Val(), server.Client.ZCard(t.Context(), "parley:onces-at").Val()
		if hash != left || set != left {
			t.Fatalf("%d and %d are left, want %d", hash, set, left)
		}
	}
}

// TestTokenIsRevokedOnAllNodes has another node, which has let somebody in by the token, be told of it.
func TestTokenIsRevokedOnAllNodes(t *testing.T) {
	nodes, _, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	one.makeToken("alice", "one", inAnHour())
	other.mustAsk(byToken("alice", "one"))
	one.mustAsk(one.revokeAsk("alice", "", "one"))
	other.wantAll([]error{storage.ErrNoToken}, byToken("alice", "one"))
	one.makeToken("alice", "two", inAnHour())
	other.mustAsk(byToken("alice", "two"))
	other.mustAsk(storage.Ask{Kind: storage.SetPassword, Account: other.id("alice"), NewHash: "new"})
	one.wantAll([]error{storage.ErrNoToken}, byToken("alice", "two"))
	wantLines(t, one.tokens(one.id("alice")))
}
