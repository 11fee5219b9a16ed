package storage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// openLossy opens a store behind a proxy that knows requests by a mark, when Alice and Bob are registered.
func openLossy(t *testing.T, limits storage.Limits, mark string) (chat, *proxy, *storagetest.Redis) {
	t.Helper()
	server := storagetest.StartRedis(t)
	proxy := startProxy(t, server, mark)
	c := openFor(t, proxy.url(), limits)
	c.register("Alice", "Bob")
	c.batch()
	return c, proxy, server
}

// wantUnsure commits a batch. Redis does it, and can't be reached from then on until the batch is answered.
func (c chat) wantUnsure(proxy *proxy, b *storage.Batch) {
	c.t.Helper()
	proxy.falls.Store(true)
	proxy.cuts.Store(1)
	wantError(c.t, c.Commit(shortly(c.t), b), storage.ErrUnsure)
	for i := range b.Asks {
		clear(b.Asks[i].Text) // it belongs to the caller
	}
	proxy.up()
}

// wantDone looks whether all that refusals wanted to change is so, and was done once.
func (c chat) wantDone() {
	c.t.Helper()
	lines, _ := c.lobbyHistory(0, 9)
	wantLines(c.t, lines, "Alice: "+cutMark, "Alice: "+cutMark)
	wantLines(c.t, c.tokens(c.id("alice")), cutMark)
	if a, err := c.Account(soon(c.t), "carol"); err != nil || a.Hash != cutMark {
		c.t.Errorf("got %+v %v", a, err)
	}
	if a, err := c.Account(soon(c.t), "alice"); err != nil || a.Hash != cutMark {
		c.t.Errorf("got %+v %v", a, err)
	}
	_, err := c.Account(soon(c.t), "bob")
	wantError(c.t, err, storage.ErrNoAccount)
}

// doable are the refusals that can be done one after the other. The second one ends with what the others need.
func (c chat) doable() []storage.Batch {
	var list []storage.Batch
	for _, b := range c.refusals() {
		if b.Asks[0].Kind == storage.Enter {
			continue // what it needs is changed by another one
		}
		b.Asks = b.Asks[:1]
		list = append(list, b)
	}
	return list
}

// TestAnswerLostIsFoundOut loses one answer to each change: its verdict is the true one, and it is done once.
func TestAnswerLostIsFoundOut(t *testing.T) {
	c, proxy, _ := openLossy(t, generous, storage.CommitMark)
	for _, b := range c.doable() {
		proxy.cuts.Store(1)
		c.commit(&b)
		wantError(t, b.Verdicts[0].Err, nil)
		if proxy.cuts.Load() > 0 {
			t.Fatal("no answer was lost")
		}
		for _, e := range b.Events {
			if e.Number > 0 && e.Ask != 0 {
				t.Errorf("got %+v", e)
			}
		}
		if more := c.read(); len(more) > 0 {
			t.Errorf("told twice: %+v", more)
		}
	}
	c.wantDone()
}

// TestUnsureIsToldLater: what was done without anybody knowing is told when it is known, and once.
func TestUnsureIsToldLater(t *testing.T) {
	c, proxy, _ := openLossy(t, generous, storage.CommitMark)
	batches := c.doable()
	want := []string{"1 #lobby " + cutMark, "", "2 Alice", "3 Bob", "1 #lobby " + cutMark, ""}
	for i := range batches {
		c.wantUnsure(proxy, &batches[i])
		var numbered []storage.Event
		for _, e := range c.read() {
			if e.Ask != -1 {
				t.Errorf("got %+v", e)
			}
			if e.Number > 0 {
				numbered = append(numbered, e)
			}
		}
		wantLines(t, told(numbered), slices.DeleteFunc([]string{want[i]}, func(line string) bool { return line == "" })...)
	}
	c.wantDone()
}

// TestHang has Redis stand still while the server asks for one thing after another. The first was sent, and Redis does it late; the others were not.
func TestHang(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	lobby := c.lobbyThread()
	c.post("bob", "bob", "x") // so that nothing is to be looked up
	c.post("alice", "bob", "x")
	first, second := c.say("alice", "bob", "sent"), c.say("alice", "bob", "not sent")
	server.Stop()
	wantError(t, c.Commit(shortly(t), &storage.Batch{At: time.Now(), Asks: []storage.Ask{first}}), storage.ErrUnsure)
	for range 2 {
		wantError(t, c.Commit(shortly(t), &storage.Batch{At: time.Now(), Asks: []storage.Ask{second}}), storage.ErrUnavailable)
	}
	_, _, err := c.History(shortly(t), lobby, storage.Range{Limit: 9})
	wantError(t, err, storage.ErrUnavailable)
	server.Cont()
	c.post("alice", "bob", "works again")
	lines, _ := c.conversation("alice", "bob", 0, 9)
	if len(lines) == 3 { // the new connection may also come first, which forbids it
		wantLines(t, lines, "Alice: x", "Alice: sent", "Alice: works again")
	} else {
		wantLines(t, lines, "Alice: x", "Alice: works again")
	}
}

// TestReadersSeeNothingThatMayYetBeRefused looks at a history while Redis has a message and its answer is on the way.
func TestReadersSeeNothingThatMayYetBeRefused(t *testing.T) {
	proxy := startProxy(t, storagetest.StartRedis(t), cutMark)
	c := openFor(t, proxy.url(), generous)
	c.register("Alice")
	lobby := c.lobbyThread()
	begin, end := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	kept := c.post("alice", "#lobby", "kept")
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "#lobby", cutMark), c.say("alice", "alice", cutMark)}}
	proxy.holds.Store(true)
	done := make(chan error, 1)
	go func() { done <- c.Commit(soon(t), &b) }()
	<-proxy.delivered
	lines, _ := c.history(lobby, 0, 9)
	wantLines(t, lines, "Alice: kept")
	c.wantPosition(lobby, end, kept)
	c.wantThreads("alice", begin, end, 9, fmt.Sprint("#lobby ", kept))
	close(proxy.release)
	wantError(t, <-done, nil)
	lines, _ = c.history(lobby, 0, 9)
	wantLines(t, lines, "Alice: kept", "Alice: "+cutMark)
	c.wantPosition(lobby, end, c.number(&b, 0))
	c.wantThreads("alice", begin, end, 9, fmt.Sprint("#lobby ", c.number(&b, 0)), fmt.Sprint("Alice ", c.number(&b, 1)))
}

// TestRequestsThatArriveLateDoNothing holds requests back until they were given up.
func TestRequestsThatArriveLateDoNothing(t *testing.T) {
	c, proxy, server := openLossy(t, generous, storage.CommitMark)
	refusals := c.refusals()
	proxy.delays.Store(true)
	for i := range refusals {
		err := c.Commit(shortly(t), &refusals[i])
		for _, v := range refusals[i].Verdicts {
			if err == nil && v.Err == nil {
				t.Fatalf("got %+v", refusals[i].Verdicts)
			}
		}
	}
	proxy.delays.Store(false)
	c.batch() // forbids the last one
	close(proxy.release)
	for range proxy.held.Load() {
		<-proxy.delivered
	}
	for range 10 { // Redis looks at all its connections between two of these
		server.Client.Ping(t.Context())
	}
	c.wantNothingDone()
	_, err := c.Account(soon(t), "carol")
	wantError(t, err, storage.ErrNoAccount)
}

// TestRequestThatIsSentAgainIsDoneOnce holds requests back. The first one was forbidden when the second was sent; of that nobody knows yet.
func TestRequestThatIsSentAgainIsDoneOnce(t *testing.T) {
	for range 5 { // either may arrive first
		c, proxy, _ := openLossy(t, generous, storage.CommitMark)
		c.post("alice", "bob", "x")
		ask := c.say("alice", "bob", "y")
		proxy.delays.Store(true)
		wantError(t, c.Commit(shortly(t), &storage.Batch{At: time.Now(), Asks: []storage.Ask{ask}}), storage.ErrUnsure)
		proxy.delays.Store(false)
		if proxy.held.Load() < 2 {
			t.Log("the machine was too busy to send it twice in time")
		}
		close(proxy.release)
		for range proxy.held.Load() {
			<-proxy.delivered
		}
		c.batch()
		lines, _ := c.conversation("alice", "bob", 0, 9)
		if want := []string{"Alice: x", "Alice: y"}; len(lines) > 2 || !slices.Equal(lines, want[:len(lines)]) {
			t.Errorf("got %q", lines)
		}
	}
}

// TestPartOfABatchMayBeUnsure loses the answer to the last of three runs.
func TestPartOfABatchMayBeUnsure(t *testing.T) {
	c, proxy, _ := openLossy(t, generous, cutMark)
	c.register("Carol")
	lobby, carol := c.lobbyThread(), c.id("carol")
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "#lobby", "kept"),
		{Kind: storage.Remove, Account: carol}, c.say("alice", "#lobby", cutMark), c.feed("bob", 0, 9)}}
	proxy.falls.Store(true)
	proxy.cuts.Store(1)
	wantError(t, c.Commit(shortly(t), &b), nil)
	for i, want := range []error{nil, nil, storage.ErrUnsure, storage.ErrUnsure} {
		wantError(t, b.Verdicts[i].Err, want)
	}
	if len(b.Events) != 2 || b.Events[0].Ask != 0 || b.Events[1].Kind != storage.AccountRemoved {
		t.Fatalf("got %+v", b.Events)
	}
	last := b.Events[1].Number
	proxy.up()
	later := c.read()
	wantLines(t, said(later), "Alice: "+cutMark)
	if later[0].Number <= last || later[0].Ask != -1 {
		t.Fatalf("got %+v after %d", later[0], last)
	}
	lines, _ := c.history(lobby, 0, 9)
	wantLines(t, lines, "Alice: kept", "Alice: "+cutMark)
}

// TestUnsureKeepsTheOrder has another node be before and after what is not known, and the node's own next message behind it.
func TestUnsureKeepsTheOrder(t *testing.T) {
	nodes, proxy, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	one.login("bob")
	other.login("alice")
	one.read()
	other.read()
	other.post("alice", "#lobby", "first")
	one.wantUnsure(proxy, &storage.Batch{At: time.Now(), Asks: []storage.Ask{one.say("bob", "#lobby", "second"), one.say("bob", "alice", "third")}})
	heard := other.batch(other.say("alice", "#lobby", "fourth"))
	wantLines(t, said(heard.Events), "Bob: second", "Bob: third", "Alice: fourth")
	b := one.batch(one.say("bob", "#lobby", "fifth"))
	want := []string{"Alice: first", "Bob: second", "Bob: third", "Alice: fourth", "Bob: fifth"}
	wantLines(t, said(append(slices.Clone(b.Events), one.read()...)), want...)
	for i, e := range b.Events {
		if (e.Ask == -1) != (i < 4) {
			t.Errorf("got %+v", e)
		}
	}
	wantLines(t, said(other.read()), "Bob: fifth")
}

// TestLookupsAreRepeated has a page and a login be read in a run whose answer is lost: they are harmless to ask for again.
func TestPagesWithoutAnswerAreUnavailable(t *testing.T) {
	c, proxy, _ := openLossy(t, generous, storage.CommitMark)
	number := c.post("alice", "bob", "x")
	b := &storage.Batch{Asks: []storage.Ask{c.feed("bob", 0, 9), {Kind: storage.Enter, Account: c.id("bob"), Hash: "hash of Bob"}, c.say("alice", "bob", "y")}}
	proxy.cuts.Store(1)
	c.commit(b)
	for i, want := range []error{storage.ErrUnavailable, storage.ErrUnavailable, nil} {
		wantError(t, b.Verdicts[i].Err, want)
	}
	wantLines(t, said(c.page("bob", number, 9).Messages), "Alice: y")
	wantLines(t, said(c.enter("bob", 9).Page.Messages), "Alice: x", "Alice: y")
}

// TestAcksOfABatchThatIsUnsure wants them to be told again, which does no harm.
func TestAcksOfABatchThatIsUnsure(t *testing.T) {
	c, proxy, _ := openLossy(t, generous, storage.CommitMark)
	number := c.post("alice", "alice", "read")
	b := storage.Batch{At: time.Now(), Acks: []storage.Ack{{Account: c.id("alice"), Number: number}}, Asks: []storage.Ask{c.say("alice", "#lobby", "x")}}
	c.wantUnsure(proxy, &b)
	if len(b.Acks) != 1 {
		t.Fatal("the ack counts as done")
	}
	b.Asks = nil
	c.commit(&b)
	if len(b.Acks) != 0 || c.enter("alice", 9).Page.Waiting != 0 {
		t.Fatal("the ack is not done")
	}
}

// TestOperatorsOrdersWithoutAnswer loses the answers to an operator's command: once, and then so that it can't find out what has become of it. The
// server hears of each once.
func TestOperatorsOrdersWithoutAnswer(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), modelSizes["generous"])
	c.fillRooms()
	c.register("Dave", "Erin")
	proxy := startProxy(t, server, storage.CommitMark)
	operator := openShared(t, proxy.url())
	defer operator.Close()
	for _, ask := range []storage.Ask{
		c.order(storage.Ban, "", "#go", "bob", until(time.Now().Add(time.Hour))), c.order(storage.Unmute, "", "", "alice"),
		c.order(storage.SetOperator, "", "", "bob", may), c.order(storage.Kick, "", "#go", "carol"), c.order(storage.RemoveRoom, "", "#go", ""),
		{Kind: storage.SetPassword, Account: c.id("dave"), NewHash: "new"}, {Kind: storage.Remove, Account: c.id("dave")},
	} {
		proxy.cuts.Store(1)
		if b := operator.batch(ask); b.Verdicts[0].Err != nil || len(b.Events) == 0 || len(c.read()) != len(b.Events) {
			t.Errorf("got %+v %+v", b.Verdicts, b.Events)
		}
	}
	for _, ask := range []storage.Ask{{Kind: storage.SetPassword, Account: c.id("erin"), NewHash: "new"}, {Kind: storage.Remove, Account: c.id("erin")}} {
		operator.wantUnsure(proxy, &storage.Batch{At: time.Now(), Asks: []storage.Ask{ask}})
		if events := c.read(); len(events) != 1 || events[0].Ask != -1 {
			t.Errorf("the server hears %+v", events)
		}
		operator.batch()
	}
	c.wantMembers("#other", "bob 3")
	_, err := c.Account(soon(t), "erin")
	wantError(t, err, storage.ErrNoAccount)
}

// TestOperatorDecidesOnWhatThereIs changes what an operator's command has read, before its script arrives.
func TestOperatorDecidesOnWhatThereIs(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), modelSizes["generous"])
	c.fillRooms()
	proxy := startProxy(t, server, storage.CommitMark)
	operator := openShared(t, proxy.url())
	defer operator.Close()
	proxy.delays.Store(true)
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.order(storage.Kick, "", "#go", "carol")}}
	done := make(chan error, 1)
	go func() { done <- operator.Commit(soon(t), &b) }()
	for proxy.held.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	c.mustAsk(c.order(storage.Leave, "carol", "#go", ""))
	proxy.delays.Store(false)
	close(proxy.release)
	wantError(t, <-done, nil)
	wantError(t, b.Verdicts[0].Err, storage.ErrAbsent)
	c.wantMembers("#go", "alice 3", "bob 2")
}

// wantFull has Redis have no memory left until the test of that is done.
func wantFull(t *testing.T, server *storagetest.Redis, test func()) {
	t.Helper()
	server.Client.ConfigSet(t.Context(), "maxmemory", "1mb")
	test()
	server.Client.ConfigSet(t.Context(), "maxmemory", "0")
}

// TestFullRedisRefusesWhatNeedsMemory, and nothing else: neither logins nor acks, nor who is here; and the node goes on.
func TestFullRedisRefusesWhatNeedsMemory(t *testing.T) {
	nodes, _, server := openNodes(t, 2)
	c, other := nodes[0], nodes[1]
	lobby := c.lobbyThread()
	number := c.post("alice", "bob", "before")
	bob, session := c.id("bob"), c.login("carol")
	other.read()
	refused := []storage.Ask{c.say("alice", "#lobby", "refused"), c.say("alice", "bob", "refused"), c.joinAsk("bob", "#new")}
	wantFull(t, server, func() {
		before := silence(t, other, c)
		b := storage.Batch{At: time.Now(), Asks: append([]storage.Ask{c.begins("bob")}, refused...), Acks: []storage.Ack{{Account: bob, Number: number}},
			Present: []storage.Present{c.present("carol")}}
		wantError(t, c.Commit(soon(t), &b), nil)
		for i, want := range []error{nil, storage.ErrUnavailable, storage.ErrUnavailable, storage.ErrUnavailable} {
			wantError(t, b.Verdicts[i].Err, want)
		}
		if len(b.Acks) != 0 || b.Verdicts[0].Page.Waiting != 0 || b.Verdicts[0].Session <= session.ID {
			t.Errorf("got %+v", b)
		}
		c.remove("carol")
		if after := silence(t, other, c); after > before {
			t.Errorf("the node was silent for %v, and is for %v", before, after)
		}
		wantError(t, c.Commit(soon(t), &storage.Batch{At: time.Now(), Asks: refused[:1]}), nil)
	})
	c.post("alice", "#lobby", "after")
	lines, _ := c.history(lobby, 0, 9)
	wantLines(t, lines, "Alice: after")
	wantLines(t, other.comings(&storage.Batch{Events: other.read()}), "gone Carol in 1 rooms by ask -1", "here Bob in 1 rooms by ask -1")
}

// silence is for how long the first node sees that another one was silent.
func silence(t *testing.T, from, of chat) time.Duration {
	t.Helper()
	for _, n := range from.nodes() {
		if n.ID == of.node().ID {
			return n.Silent
		}
	}
	t.Fatal("there is no such node")
	return 0
}

// TestFullRedisRefusesOrders wants nothing of them to be done.
func TestFullRedisRefusesOrders(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), modelSizes["generous"])
	c.fillRooms()
	before := lastingKeys(t, server)
	asks := []storage.Ask{c.order(storage.Leave, "bob", "#go", ""), c.joinAsk("carol", "#new"), c.order(storage.RemoveRoom, "", "#go", "")}
	wantFull(t, server, func() {
		for _, v := range c.batch(asks...).Verdicts {
			wantError(t, v.Err, storage.ErrUnavailable)
		}
	})
	wantSameKeys(t, before, lastingKeys(t, server))
	c.wantAll([]error{nil, nil, nil}, asks...)
}
