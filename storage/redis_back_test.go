package storage_test

import (
	"errors"
	"strconv"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"parley/storage"
	"parley/storage/storagetest"
)

func idText(id storage.ID) string { return strconv.FormatInt(int64(id), 10) }

// openObserved opens a store and returns what it logs.
func openObserved(t *testing.T, url string) (chat, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zapcore.ErrorLevel)
	store, err := storage.Open(t.Context(), url, generous, storage.Self{}, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	c := chat{store, t, new(storage.Thread)}
	t.Cleanup(func() { c.Close() })
	return c, logs
}

// forgotten counts the lines that tell of a Redis that has lost something.
func forgotten(logs *observer.ObservedLogs) int {
	return logs.FilterMessageSnippet("Redis has forgotten").Len()
}

// wantLossLogged wants that to be all that was logged, and once.
func wantLossLogged(t *testing.T, logs *observer.ObservedLogs) {
	t.Helper()
	if logs.Len() != 1 || forgotten(logs) != 1 {
		t.Fatalf("got %+v", logs.All())
	}
}

// beforeTheLoss is a store whose Redis has saved Alice and Bob, and then been told of Carol and a message, whose number is returned.
func beforeTheLoss(t *testing.T, c chat, server *storagetest.Redis) int64 {
	t.Helper()
	c.register("Alice", "Bob")
	c.post("alice", "bob", "saved")
	if err := server.Client.Save(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	c.register("Carol")
	c.post("alice", "carol", "lost")
	return c.post("alice", "bob", "lost")
}

// afterTheLoss wants what was saved, and nothing of what came later, to be there, and greater numbers than before.
func afterTheLoss(t *testing.T, c chat, last int64) {
	t.Helper()
	alice := c.id("alice")
	b := c.batch(storage.Ask{Kind: storage.Say, Account: alice, To: "carol", Text: []byte("to nobody")}, c.say("alice", "bob", "new"), create("Dave"))
	wantError(t, b.Verdicts[0].Err, storage.ErrNoAccount)
	if number := c.number(b, 1); number <= last {
		t.Fatalf("number %d after %d", number, last)
	}
	if id := b.Verdicts[2].Account; int64(id) <= last {
		t.Fatalf("ID %d after %d", id, last)
	}
	wantLines(t, said(c.enter("bob", 9).Page.Messages), "Alice: saved", "Alice: new")
}

func TestOlderDataWhileTheServerRuns(t *testing.T) {
	server := storagetest.StartRedis(t)
	c, logs := openObserved(t, server.URL())
	last := beforeTheLoss(t, c, server)
	server.Kill()
	server.Restart()
	afterTheLoss(t, c, last)
	c.batch()
	if n := forgotten(logs); n != 1 {
		t.Fatalf("told %d times: %+v", n, logs.All())
	}
}

func TestOlderDataWhileNoServerRuns(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := open(t, server.URL(), generous)
	last := beforeTheLoss(t, c, server)
	server.Kill()
	c.Close()
	server.Restart()
	c, logs := openObserved(t, server.URL())
	afterTheLoss(t, c, last)
	if n := logs.Len(); n != 0 { // this server has seen nothing else
		t.Fatalf("got %+v", logs.All())
	}
}

// TestOlderDataInARedisThatGoesOn puts an older state back without Redis being started anew or a connection being cut.
func TestOlderDataInARedisThatGoesOn(t *testing.T) {
	server := storagetest.StartRedis(t)
	c, logs := openObserved(t, server.URL())
	c.register("Alice")
	saved := server.Client.HGetAll(t.Context(), "parley:state").Val()
	c.register("Bob")
	last := c.post("alice", "bob", "forgotten by the state")
	server.Client.HSet(t.Context(), "parley:state", saved)
	server.Client.HDel(t.Context(), "parley:names", "bob")
	alice := c.id("alice")
	if err := c.ask(storage.Ask{Kind: storage.Say, Account: alice, To: "bob"}).Err; !errors.Is(err, storage.ErrNoAccount) {
		t.Fatalf("bob, who was forgotten: %v", err)
	}
	if number := c.post("alice", "#lobby", "new"); number <= last {
		t.Fatalf("number %d after %d", number, last)
	}
	c.post("alice", "#lobby", "newer")
	wantLossLogged(t, logs)
}

// snapshot returns what puts all keys of a Redis back as they are now, without it being started anew.
func snapshot(t *testing.T, server *storagetest.Redis) (restore func()) {
	t.Helper()
	saved := map[string]string{}
	for _, key := range server.Client.Keys(t.Context(), "*").Val() {
		saved[key] = server.Client.Dump(t.Context(), key).Val()
	}
	return func() {
		t.Helper()
		server.Client.FlushAll(t.Context())
		for key, value := range saved {
			wantError(t, server.Client.Restore(t.Context(), key, 0, value).Err(), nil)
		}
	}
}

// TestOperatorAddsToOlderData has an operator take as many numbers as an older state has lost. So the last number does not show the loss; what the
// node itself has done last does.
func TestOperatorAddsToOlderData(t *testing.T) {
	server := storagetest.StartRedis(t)
	c, logs := openObserved(t, server.URL())
	c.register("Alice")
	restore := snapshot(t, server)
	c.register("Bob")
	last := c.post("alice", "bob", "lost")
	restore()
	operator := openShared(t, server.URL())
	operator.register("Erin", "Frank")
	operator.Close()
	if id := c.id("frank"); int64(id) != last {
		t.Fatalf("Frank is %d, want %d: this test shows nothing", id, last)
	}
	b := c.batch(storage.Ask{Kind: storage.Say, Account: c.id("alice"), To: "bob", Text: []byte("to nobody")})
	wantError(t, b.Verdicts[0].Err, storage.ErrNoAccount)
	if !b.Forgotten {
		t.Error("the node does not know that it must say who is here")
	}
	wantLines(t, said(c.page("erin", 0, 9).Messages)) // she has the ID that was Bob's
	if number := c.post("alice", "erin", "new"); number <= last {
		t.Fatalf("number %d after %d", number, last)
	}
	wantLossLogged(t, logs)
}

// TestOperatorOpensARedisThatLostANameOnly has the numbers show nothing: the server must forget the names that it knows because Redis was
// started anew, though an operator's command was the first to find that.
func TestOperatorOpensARedisThatLostANameOnly(t *testing.T) {
	server := storagetest.StartRedis(t)
	c, _ := openObserved(t, server.URL())
	c.register("Alice", "Bob")
	c.post("alice", "bob", "kept")
	bob := idText(c.id("bob"))
	server.Client.HDel(t.Context(), "parley:names", "bob")
	server.Client.Del(t.Context(), "parley:account:"+bob, "parley:inbox:"+bob)
	server.Client.HSet(t.Context(), "parley:state", "run", "an earlier one")
	openShared(t, server.URL()).Close()
	wantError(t, c.ask(c.say("alice", "bob", "to nobody")).Err, storage.ErrNoAccount)
}

func TestEmptiedWhileTheServerRuns(t *testing.T) {
	server := storagetest.StartRedis(t)
	c, logs := openObserved(t, server.URL())
	c.register("Alice", "Bob")
	alice := c.id("alice")
	last := c.post("alice", "bob", "lost")
	server.Client.FlushAll(t.Context())
	b := c.batch(storage.Ask{Kind: storage.Say, Account: alice, To: "bob", Text: []byte("from nobody")},
		storage.Ask{Kind: storage.Say, Account: alice, To: "#lobby", Text: []byte("from nobody")})
	for _, v := range b.Verdicts {
		wantError(t, v.Err, storage.ErrGone)
	}
	wantServesAnew(t, c, last)
	wantLossLogged(t, logs)
}

// TestOperatorIsTheFirstToFindItEmptied wants the server to notice all the same.
func TestOperatorIsTheFirstToFindItEmptied(t *testing.T) {
	server := storagetest.StartRedis(t)
	c, logs := openObserved(t, server.URL())
	c.register("Alice", "Bob")
	last := c.post("alice", "bob", "lost")
	early := openShared(t, server.URL())
	server.Client.FlushAll(t.Context())
	early.register("Erin")
	late := openShared(t, server.URL())
	late.register("Frank")
	early.Close()
	late.Close()
	if id := c.id("erin"); int64(id) <= last {
		t.Fatalf("ID %d after %d", id, last)
	}
	wantServesAnew(t, c, int64(c.id("frank")))
	wantLossLogged(t, logs)
}

// TestOperatorWithASlowClockComesFirst has an operator be the first one after a loss, and no server running that knows the last number. The
// next server must go on from its own clock.
func TestOperatorWithASlowClockComesFirst(t *testing.T) {
	for how, lose := range map[string]func(server *storagetest.Redis){
		"older":   func(server *storagetest.Redis) { server.Kill(); server.Restart() },
		"emptied": func(server *storagetest.Redis) { server.Client.FlushAll(t.Context()) },
	} {
		t.Run(how, func(t *testing.T) {
			server := storagetest.StartRedis(t)
			c := open(t, server.URL(), generous)
			c.register("Alice")
			c.Close()
			if err := server.Client.Save(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			c = open(t, server.URL(), generous)
			last := c.post("alice", "#lobby", "lost")
			c.Close()
			lose(server)
			openShared(t, server.URL()).Close()
			server.Client.HSet(t.Context(), "parley:state", "last", 1) // as if the operator's clock had said so
			c = openFor(t, server.URL(), generous)
			c.register("Bob")
			if id := c.id("bob"); int64(id) <= last {
				t.Fatalf("ID %d after %d", id, last)
			}
		})
	}
}

func TestEmptiedWhileNoServerRuns(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := open(t, server.URL(), generous)
	c.register("Alice", "Bob")
	last := c.post("alice", "bob", "lost")
	c.Close()
	server.Client.FlushAll(t.Context())
	wantServesAnew(t, openFor(t, server.URL(), generous), last)
}

// wantServesAnew wants a store without the accounts of before to be in use, with greater numbers.
func wantServesAnew(t *testing.T, c chat, last int64) {
	t.Helper()
	c.register("Alice")
	if id := c.id("alice"); int64(id) <= last {
		t.Fatalf("ID %d after %d", id, last)
	}
	if number := c.post("alice", "#lobby", "new"); number <= last {
		t.Fatalf("number %d after %d", number, last)
	}
	lines, _ := c.lobbyHistory(0, 9)
	wantLines(t, lines, "Alice: new")
	if v := c.enter("alice", 1); len(v.Rooms) != 1 || v.Page.Waiting != 0 {
		t.Fatalf("got %+v", v)
	}
}

// TestNumbersOfASteadyRedisAreShort wants no gap after a start of parley alone.
func TestNumbersOfASteadyRedisAreShort(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := open(t, server.URL(), generous)
	c.register("Alice")
	last := c.post("alice", "#lobby", "one")
	c.Close()
	c = openFor(t, server.URL(), generous)
	operator := openShared(t, server.URL())
	operator.register("Bob")
	operator.Close()
	if number := c.post("alice", "#lobby", "two"); number != last+2 { // one is Bob's
		t.Fatalf("number %d after %d", number, last)
	}
}
