package storage_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// loadScripts has Redis know all scripts: a first request with an unknown one would be lost without being done. The server hears of it with its
// next batch.
func loadScripts(t *testing.T, server *storagetest.Redis) {
	t.Helper()
	c := openShared(t, server.URL())
	defer c.Close()
	made := c.mustAsk(create("Loader"))
	c.mustAsk(storage.Ask{Kind: storage.SetPassword, Account: made.Account})
	c.mustAsk(storage.Ask{Kind: storage.Remove, Account: made.Account})
}

// openLossy opens a store behind a proxy that loses answers, when Redis knows all scripts and Alice and Bob are registered.
func openLossy(t *testing.T, limits storage.Limits, mark string) (chat, *proxy, *storagetest.Redis) {
	t.Helper()
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server, mark)
	c := openFor(t, proxy.url(), limits)
	c.register("Alice", "Bob")
	loadScripts(t, server)
	c.batch()
	return c, proxy, server
}

// wantRefused commits asks whose answers are all lost.
func (c chat) wantRefused(proxy *proxy, at time.Time, asks ...storage.Ask) {
	c.t.Helper()
	proxy.cuts.Store(math.MaxInt32)
	wantError(c.t, c.Commit(shortly(c.t), &storage.Batch{At: at, Asks: asks}), storage.ErrUnavailable)
	proxy.cuts.Store(0)
	c.id("alice") // it has taken it back before it answers
}

// markedRefusals are the refusals of which every request holds the mark. The login comes last: what takes it back holds the mark, too.
func (c chat) markedRefusals() []storage.Batch {
	c.t.Helper()
	var marked, logins []storage.Batch
	for _, b := range c.refusals() {
		switch b.Asks[0].Kind {
		case storage.Remove: // it has no text of ours
		case storage.Enter:
			logins = append(logins, b)
		default:
			marked = append(marked, b)
		}
	}
	return append(marked, logins...)
}

func TestRefusedDuringAHangNeverHappens(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	refusals, lobby := c.refusals(), c.lobbyThread()
	server.Stop()
	c.wantAllRefused(refusals)
	_, _, err := c.History(shortly(t), lobby, storage.Range{Limit: 9})
	wantError(t, err, storage.ErrUnavailable)
	server.Cont()
	c.wantNothingDone()
	c.post("alice", "bob", "works again")
}

// TestReadersSeeNothingThatMayYetBeRefused looks at a history while Redis has a message and its answer is on the way.
func TestReadersSeeNothingThatMayYetBeRefused(t *testing.T) {
	proxy := startProxy(t, storagetest.StartRedis(t), cutMark)
	c := openFor(t, proxy.url(), generous)
	c.register("Alice")
	lobby := c.lobbyThread()
	c.post("alice", "#lobby", "kept")
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "#lobby", cutMark)}}
	proxy.holds.Store(true)
	done := make(chan error, 1)
	go func() { done <- c.Commit(soon(t), &b) }()
	<-proxy.delivered
	lines, _ := c.history(lobby, 0, 9)
	wantLines(t, lines, "Alice: kept")
	close(proxy.release)
	wantError(t, <-done, nil)
	lines, _ = c.history(lobby, 0, 9)
	wantLines(t, lines, "Alice: kept", "Alice: "+cutMark)
}

func TestDoneWithoutAnswerIsTakenBack(t *testing.T) {
	c, proxy, _ := openLossy(t, generous, cutMark)
	refusals := c.markedRefusals()
	proxy.cuts.Store(math.MaxInt32)
	c.wantAllRefused(refusals)
	proxy.cuts.Store(0)
	c.wantNothingDone()
	c.post("alice", "bob", "works again")
}

func TestRequestsThatArriveLateDoNothing(t *testing.T) {
	c, proxy, server := openLossy(t, generous, cutMark)
	refusals := c.markedRefusals()
	proxy.delays.Store(true)
	c.wantAllRefused(refusals)
	proxy.delays.Store(false)
	c.wantNothingDone() // so it has recovered
	close(proxy.release)
	for range refusals {
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
	c, proxy, _ := openLossy(t, generous, cutMark)
	alice := c.id("alice")
	for _, ask := range []storage.Ask{
		c.say("alice", "bob", cutMark),
		c.say("alice", "#lobby", cutMark),
		{Kind: storage.Create, New: &storage.Account{Key: "carol", Name: "Carol", Hash: cutMark}},
		{Kind: storage.Enter, Account: alice, Hash: "hash of Alice", NewHash: cutMark},
		{Kind: storage.SetPassword, Account: alice, Hash: cutMark, NewHash: "new " + cutMark},
	} {
		proxy.cuts.Store(1)
		c.mustAsk(ask)
		if proxy.cuts.Load() > 0 {
			t.Fatal("no answer was lost")
		}
	}
	lines, _ := c.conversation("alice", "bob", 0, 9)
	wantLines(t, lines, "Alice: "+cutMark)
	wantLines(t, said(c.page("bob", 0, 9).Messages), "Alice: "+cutMark)
	lines, _ = c.lobbyHistory(0, 9)
	wantLines(t, lines, "Alice: "+cutMark)
	if a, err := c.Account(soon(t), "alice"); err != nil || a.Hash != "new "+cutMark {
		t.Fatalf("got %+v %v", a, err)
	}
	c.id("carol")
}

func TestPartOfABatchMayBeRefused(t *testing.T) {
	c, proxy, _ := openLossy(t, generous, cutMark)
	c.register("Carol")
	lobby, carol := c.lobbyThread(), c.id("carol")
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "#lobby", "kept"),
		{Kind: storage.Remove, Account: carol}, c.say("alice", "#lobby", cutMark), c.feed("bob", 0, 9)}}
	proxy.cuts.Store(math.MaxInt32)
	wantError(t, c.Commit(shortly(t), &b), nil)
	proxy.cuts.Store(0)
	for i, want := range []error{nil, nil, storage.ErrUnavailable, storage.ErrUnavailable} {
		wantError(t, b.Verdicts[i].Err, want)
	}
	if len(b.Events) != 2 || b.Events[0].Ask != 0 || b.Events[1].Kind != storage.AccountRemoved {
		t.Fatalf("got %+v", b.Events)
	}
	lines, _ := c.history(lobby, 0, 9)
	wantLines(t, lines, "Alice: kept")
	if next := c.post("alice", "#lobby", "next"); next <= b.Events[1].Number {
		t.Fatalf("number %d after %d", next, b.Events[1].Number)
	}
}

func TestLostAnswerDoesNotSwallowTheExpired(t *testing.T) {
	limits := generous
	limits.Keep = time.Hour
	c, proxy, _ := openLossy(t, limits, cutMark)
	c.commit(&storage.Batch{At: time.Now().Add(-2 * time.Hour), Asks: []storage.Ask{c.say("alice", "bob", "old")}})
	proxy.cuts.Store(1)
	b := c.batch(c.say("alice", "#lobby", cutMark), storage.Ask{Kind: storage.Enter, Account: c.id("bob"), Hash: "hash of Bob", Limit: 9})
	if page := b.Verdicts[1].Page; page.Expired != 1 {
		t.Fatalf("got %+v", page)
	}
}

func TestRemovalWithoutAnswerIsTakenBack(t *testing.T) {
	c, proxy, server := openLossy(t, generous, asideMark)
	bob := c.id("bob")
	c.post("alice", "bob", "unread")
	c.wantRefused(proxy, time.Now(), storage.Ask{Kind: storage.Remove, Account: bob})
	if got := c.id("bob"); got != bob {
		t.Fatalf("bob was %d and is %d", bob, got)
	}
	v := c.enter("bob", 9)
	wantLines(t, said(v.Page.Messages), "Alice: unread")
	if len(v.Rooms) != 1 {
		t.Fatalf("bob is in %+v", v.Rooms)
	}
	if all, err := c.Accounts(soon(t)); err != nil || len(all) != 2 {
		t.Fatalf("got %v %v", all, err)
	}
	for _, kind := range []string{"account", "inbox", "member"} {
		key := "parley:" + kind + ":" + idText(bob)
		if left := server.Client.TTL(t.Context(), key).Val(); left != -1 { // -1: it never ends; other values are times, or -2: it is not there
			t.Errorf("Redis removes %s in %v", key, left)
		}
	}
}

func TestOperatorsRefusedChangeIsNotTold(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	loadScripts(t, server)
	c.batch()
	alice := c.id("alice")
	proxy := startProxy(t, server, asideMark)
	operator := openShared(t, proxy.url())
	for _, ask := range []storage.Ask{{Kind: storage.SetPassword, Account: alice, NewHash: "new"}, {Kind: storage.Remove, Account: alice}} {
		operator.wantRefused(proxy, time.Now(), ask)
	}
	wantError(t, operator.Close(), nil)
	c.wantNothingDone()
}

func TestFullRedisRefusesMessagesOnly(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob", "Carol")
	lobby := c.lobbyThread()
	number := c.post("alice", "bob", "before")
	bob := c.id("bob")
	server.Client.ConfigSet(t.Context(), "maxmemory", "1mb")
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "#lobby", "refused"), c.say("alice", "bob", "refused")},
		Acks: []storage.Ack{{Account: bob, Number: number}}}
	wantError(t, c.Commit(soon(t), &b), storage.ErrUnavailable)
	enter := c.mustAsk(storage.Ask{Kind: storage.Enter, Account: bob, Hash: "hash of Bob", NewHash: "another", Limit: 9})
	wantLines(t, said(enter.Page.Messages), "Alice: before")
	c.ack("bob", number)
	if page := c.enter("bob", 9).Page; page.Waiting != 0 {
		t.Fatalf("got %+v", page)
	}
	c.remove("carol")
	server.Client.ConfigSet(t.Context(), "maxmemory", "0")
	c.post("alice", "#lobby", "after")
	lines, _ := c.history(lobby, 0, 9)
	wantLines(t, lines, "Alice: after")
}

func TestCloseTakesBackWhatWasRefused(t *testing.T) {
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server, cutMark)
	c := open(t, proxy.url(), generous)
	c.register("Alice", "Bob")
	loadScripts(t, server)
	c.batch()
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "#lobby", cutMark)}}
	proxy.cuts.Store(math.MaxInt32)
	wantError(t, c.Commit(shortly(t), &b), storage.ErrUnavailable)
	c.Close()
	c = openFor(t, server.URL(), generous)
	c.wantNothingDone()
}

// TestAcksOfABatchThatIsDoneInPart has Redis fail when it has done the first half of a batch.
func TestAcksOfABatchThatIsDoneInPart(t *testing.T) {
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server, cutMark)
	c := openFor(t, proxy.url(), generous)
	c.register("Alice")
	number := c.post("alice", "alice", "read")
	loadScripts(t, server)
	proxy.cuts.Store(math.MaxInt32)
	b := storage.Batch{At: time.Now(), Acks: []storage.Ack{{Account: c.id("alice"), Number: number}},
		Asks: []storage.Ask{create("Bob"), c.say("alice", "#lobby", cutMark)}}
	wantError(t, c.Commit(shortly(t), &b), nil)
	wantError(t, b.Verdicts[0].Err, nil)
	wantError(t, b.Verdicts[1].Err, storage.ErrUnavailable)
	if len(b.Acks) != 1 {
		t.Fatal("the ack counts as done")
	}
	proxy.cuts.Store(0)
	b.Asks = nil
	c.commit(&b)
	if len(b.Acks) != 0 {
		t.Fatal("the ack counts as not done")
	}
}

// TestRemovalOfAMemberWithoutAnswerIsTakenBack has the account in rooms, invited, muted, and blocking.
func TestRemovalOfAMemberWithoutAnswerIsTakenBack(t *testing.T) {
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server, asideMark)
	c := openFor(t, proxy.url(), modelSizes["generous"])
	c.fillRooms()
	c.post("bob", "#go", "x")
	loadScripts(t, server)
	c.batch()
	before := lastingKeys(t, server)
	operator := openShared(t, proxy.url())
	defer operator.Close()
	for _, store := range []chat{c, operator} {
		store.wantRefused(proxy, time.Now(), storage.Ask{Kind: storage.Remove, Account: c.id("alice")})
		wantSameKeys(t, before, lastingKeys(t, server))
	}
	if b := c.batch(); len(b.Events) > 0 {
		t.Fatalf("got %+v", b.Events)
	}
	c.wantMembers("#go", "alice 3", "bob 2", "carol 0")
	c.wantMembers("#alone", "alice 3")
	if v := c.enter("alice", 9); len(v.Rooms) != 3 || len(v.Page.Invites) != 1 {
		t.Fatalf("got %+v", v)
	}
	c.wantAll([]error{storage.ErrBlocked, storage.ErrMuted, nil}, c.say("bob", "alice", "x"), c.say("alice", "#go", "x"), c.joinAsk("alice", "#other"))
}

// TestOperatorsRefusedOrdersAreTakenBack loses the answers to what an operator's command asks of the rules.
func TestOperatorsRefusedOrdersAreTakenBack(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), modelSizes["generous"])
	c.fillRooms()
	before := lastingKeys(t, server)
	proxy := startProxy(t, server, scriptMark)
	operator := openShared(t, proxy.url())
	defer operator.Close()
	operator.batch() // Redis knows the script from now on
	for _, ask := range []storage.Ask{
		c.order(storage.Ban, "", "#go", "bob", until(time.Now().Add(time.Hour))), c.order(storage.Unmute, "", "", "alice"),
		c.order(storage.SetOperator, "", "", "bob", may), c.order(storage.Kick, "", "#go", "carol"), c.order(storage.RemoveRoom, "", "#go", ""),
	} {
		operator.wantRefused(proxy, time.Now(), ask)
		wantSameKeys(t, before, lastingKeys(t, server))
		if b := c.batch(); len(b.Events) > 0 {
			t.Fatalf("the server hears %+v", b.Events)
		}
		proxy.cuts.Store(1) // and now it is done once
		if b := operator.batch(ask); b.Verdicts[0].Err != nil || len(b.Events) != 1 || len(c.batch().Events) != 1 {
			t.Fatalf("got %+v %+v", b.Verdicts, b.Events)
		}
		c.batch() // takes it off the feed
		before = lastingKeys(t, server)
	}
}

// TestOperatorDecidesOnWhatThereIs changes what an operator's command has read, before its script arrives.
func TestOperatorDecidesOnWhatThereIs(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), modelSizes["generous"])
	c.fillRooms()
	loadScripts(t, server)
	proxy := startProxy(t, server, scriptMark)
	operator := openShared(t, proxy.url())
	defer operator.Close()
	proxy.delays.Store(true)
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.order(storage.Kick, "", "#go", "carol")}}
	done := make(chan error, 1)
	go func() { done <- operator.Commit(soon(t), &b) }()
	time.Sleep(50 * time.Millisecond) // time for its request
	c.mustAsk(c.order(storage.Leave, "carol", "#go", ""))
	proxy.delays.Store(false)
	close(proxy.release)
	wantError(t, <-done, nil)
	wantError(t, b.Verdicts[0].Err, storage.ErrAbsent)
	c.wantMembers("#go", "alice 3", "bob 2")
}

// TestFullRedisRefusesOrders wants nothing of them to be done.
func TestFullRedisRefusesOrders(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), modelSizes["generous"])
	c.fillRooms()
	before := lastingKeys(t, server)
	asks := []storage.Ask{c.order(storage.Leave, "bob", "#go", ""), c.joinAsk("carol", "#new"), c.order(storage.RemoveRoom, "", "#go", "")}
	server.Client.ConfigSet(t.Context(), "maxmemory", "1mb")
	for i := range asks {
		b := storage.Batch{At: time.Now(), Asks: asks[i : i+1]}
		wantError(t, c.Commit(soon(t), &b), storage.ErrUnavailable)
	}
	wantSameKeys(t, before, lastingKeys(t, server))
	server.Client.ConfigSet(t.Context(), "maxmemory", "0")
	c.wantAll([]error{nil, nil, nil}, asks...)
}
