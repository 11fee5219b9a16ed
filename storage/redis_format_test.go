package storage_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"

	"parley/storage"
	"parley/storage/storagetest"
)

// startFormat1 starts a Redis with what testdata/README.md says.
func startFormat1(t *testing.T, args ...string) *storagetest.Redis {
	t.Helper()
	return storagetest.StartRedisFrom(t, filepath.Join("testdata", "format1.rdb"), args...)
}

// keys returns all keys, each with its dump and the time at which it expires.
func keys(t *testing.T, server *storagetest.Redis) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, key := range server.Client.Keys(t.Context(), "*").Val() {
		all[key] = server.Client.Dump(t.Context(), key).Val() + server.Client.PExpireTime(t.Context(), key).Val().String()
	}
	return all
}

func TestFormat1IsConverted(t *testing.T) {
	server := startFormat1(t)
	before := server.Client.PExpireTime(t.Context(), "parley:conversation:alice bob").Val()
	server.Client.Set(t.Context(), "parley:given-up:somebody-7", 1, time.Hour)
	c := openFor(t, server.URL(), generous)
	wantOnlyKeysOfNow(t, server)

	accounts, err := c.Accounts(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, a := range accounts {
		names = append(names, a.Key+" "+a.Name)
		if !strings.HasPrefix(a.Hash, "$argon2id$") || a.Created.Year() != 2026 || int64(a.ID) <= 18 {
			t.Errorf("got %+v", a)
		}
	}
	wantLines(t, names, "alice Alice", "bob Bob", "dave Dave", "erin ERIN", "zoë Zoë")
	if c.id("alice") >= c.id("bob") || c.id("zoë") >= c.id("erin") {
		t.Error("the ids are not in the order in which the accounts were made")
	}

	lobby := storage.RoomThread(c.mustAsk(enterAsk(c, "alice", 1)).Rooms[0].ID)
	for _, talk := range []struct {
		thread storage.Thread
		lines  []string
	}{
		{lobby, []string{"Alice: first words", "Bob: two  spaces", "Zoë: héllo 漢字"}},
		{storage.PairThread(c.id("alice"), c.id("bob")), []string{"Alice: hi bob", "Bob: hi alice", "Alice: still waiting"}},
		{storage.PairThread(c.id("zoë"), c.id("alice")), []string{"Alice: bonjour"}},
		{storage.PairThread(c.id("zoë"), c.id("bob")), []string{"Zoë: ça va 😀"}},
		{storage.PairThread(c.id("alice"), c.id("alice")), []string{"Alice: a note to myself"}},
		{storage.PairThread(c.id("alice"), c.id("erin")), []string{"Alice: for the new erin"}},
		{storage.PairThread(c.id("bob"), c.id("erin")), []string{"ERIN: from the new erin"}},
	} {
		lines, more := c.history(talk.thread, 0, 99)
		wantLines(t, lines, talk.lines...)
		if more {
			t.Error("there is more")
		}
	}
	for key, want := range map[string][]string{
		"alice": {}, "zoë": {}, "erin": {},
		"bob":  {"Zoë: ça va 😀", "Alice: still waiting", "ERIN: from the new erin"},
		"dave": {"Bob: still fresh", "Alice: waiting too"},
	} {
		v := c.mustAsk(enterAsk(c, key, 9))
		wantLines(t, said(v.Page.Messages), want...)
		if expired := map[string]int{"dave": 2}[key]; v.Page.Expired != expired || len(v.Rooms) != 1 || v.Rooms[0].Name != "#lobby" {
			t.Errorf("%s gets %+v in %+v", key, v.Page, v.Rooms)
		}
	}

	thread := storage.PairThread(c.id("alice"), c.id("bob"))
	if after := server.Client.PExpireTime(t.Context(), "parley:thread:"+idText(thread.A)+"-"+idText(thread.B)).Val(); after != before || before <= 0 {
		t.Errorf("a conversation expires at %v instead of %v", after, before)
	}
	if number := c.post("alice", "bob", "new"); number <= int64(c.id("erin")) {
		t.Errorf("number %d", number)
	}
}

// enterAsk is a login with the account's own hash.
func enterAsk(c chat, key string, limit int) storage.Ask {
	a, _ := c.Account(soon(c.t), key)
	return storage.Ask{Kind: storage.Enter, Account: a.ID, Hash: a.Hash, Limit: limit}
}

// wantOnlyKeysOfNow wants nothing of format 1 to be left, but for the mark that the test has put there, which ends by itself.
func wantOnlyKeysOfNow(t *testing.T, server *storagetest.Redis) {
	t.Helper()
	kinds := map[string]bool{}
	for _, key := range server.Client.Keys(t.Context(), "*").Val() {
		kinds[strings.SplitN(key, ":", 3)[1]] = true
		if strings.ContainsAny(key, " ") {
			t.Errorf("there is a key %q", key)
		}
	}
	wantLines(t, slices.Sorted(maps.Keys(kinds)), "account", "expired", "given-up", "inbox", "leases", "looks", "member", "members", "names", "node", "nodes", "pairs", "room", "rooms", "state", "thread")
	if left := server.Client.PTTL(t.Context(), "parley:given-up:somebody-7").Val(); left <= 0 {
		t.Errorf("the mark ends in %v", left)
	}
}

func TestSecondOpeningConvertsNothing(t *testing.T) {
	server := startFormat1(t)
	open(t, server.URL(), generous).Close()
	before, state := lastingKeys(t, server), server.Client.HGetAll(t.Context(), "parley:state").Val()
	open(t, server.URL(), generous).Close()
	wantSameKeys(t, before, lastingKeys(t, server))
	if after := server.Client.HGetAll(t.Context(), "parley:state").Val(); !maps.Equal(after, state) {
		t.Errorf("the state was %v and is %v", state, after)
	}
}

// TestConversionThatCanNotBeDoneChangesNothing tries reasons that Redis finds at its start, in the middle and at the end.
func TestConversionThatCanNotBeDoneChangesNothing(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(server *storagetest.Redis) (user string)
		words string
	}{
		{"memory", func(server *storagetest.Redis) string {
			server.Client.ConfigSet(t.Context(), "maxmemory", "1mb")
			return ""
		}, "memory"},
		{"rename", func(server *storagetest.Redis) string { return limitedUser(t, server, "-rename") }, "lacks rights"},
		{"trim", func(server *storagetest.Redis) string { return limitedUser(t, server, "-ltrim") }, "lacks rights"},
		{"delete", func(server *storagetest.Redis) string { return limitedUser(t, server, "-del") }, "lacks rights"},
		{"list", func(server *storagetest.Redis) string {
			server.Client.Del(t.Context(), "parley:lobby")
			server.Client.Set(t.Context(), "parley:lobby", "no list", 0)
			return ""
		}, "can't be used"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := startFormat1(t)
			user := test.spoil(server)
			before := keys(t, server)
			store, err := storage.Open(soon(t), "unix://"+user+server.Socket(), generous, storage.Self{}, zap.NewNop())
			if err == nil {
				store.Close()
				t.Fatal("it was opened")
			}
			if !strings.Contains(err.Error(), test.words) || strings.Contains(err.Error(), "\n") {
				t.Errorf("it says %q, not %q", err, test.words)
			}
			if after := keys(t, server); !maps.Equal(before, after) {
				t.Fatalf("%v became %v", slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
			}
		})
	}
}

// limitedUser makes a Redis user without a right, and returns what a URL says of it.
func limitedUser(t *testing.T, server *storagetest.Redis, right string) string {
	t.Helper()
	if err := server.Client.Do(t.Context(), "ACL", "SETUSER", "limited", "on", ">secret", "~*", "+@all", right).Err(); err != nil {
		t.Fatal(err)
	}
	return "limited:secret@"
}

// TestOperatorDoesNotConvertUnderAnOlderServer wants the keys of a server of format 1 left alone as long as it has the lease.
func TestOperatorDoesNotConvertUnderAnOlderServer(t *testing.T) {
	server := startFormat1(t)
	server.Client.Set(t.Context(), "parley:lease", "a server of format 1", time.Hour)
	before := keys(t, server)
	store, err := storage.OpenShared(soon(t), server.URL(), generous, zap.NewNop())
	if err == nil {
		store.Close()
		t.Fatal("it was opened")
	}
	if !strings.Contains(err.Error(), "an older parley server is using") {
		t.Errorf("it says %q", err)
	}
	if after := keys(t, server); !maps.Equal(before, after) {
		t.Fatal("the keys have changed")
	}
	server.Client.Del(t.Context(), "parley:lease")
	operator := openShared(t, server.URL())
	operator.id("zoë")
	operator.Close()
}

// writeFormat2 writes what a store of format 2 held: Alice and Bob in the lobby, who have talked, and Carol, who was removed.
func writeFormat2(t *testing.T, server *storagetest.Redis) {
	t.Helper()
	at := idText(storage.ID(time.Now().UnixMilli()))
	for _, command := range [][]any{
		{"HSET", "parley:state", "format", 2, "last", 60, "served", 60, "run", "an earlier one", "names", 4, "batch", "other-1", "told", "other-2"},
		{"HSET", "parley:names", "alice", 11, "bob", 12},
		{"HSET", "parley:rooms", "#lobby", 10},
		{"HSET", "parley:room:10", "name", "#lobby"},
		{"HSET", "parley:account:11", "key", "alice", "name", "Alice", "hash", "hash of Alice", "created", 1700000000123, "made", "x"},
		{"HSET", "parley:account:12", "key", "bob", "name", "Bob", "hash", "hash of Bob", "created", 1700000000124},
		{"HSET", "parley:member:11", 10, 11},
		{"HSET", "parley:member:12", 10, 0},
		{"RPUSH", "parley:thread:10", "20 " + at + " Alice:11 hello all", "50 " + at + " Bob hello from format 1"},
		{"RPUSH", "parley:thread:11-12", "30 " + at + " Alice:11 hi bob", "31 " + at + " Bob hi alice"},
		{"RPUSH", "parley:thread:12-13", "32 " + at + " Bob:12 hi carol"},
		{"RPUSH", "parley:inbox:12", "30 " + at + " Alice:11 hi bob"},
		{"HSET", "parley:expired", 12, 2},
		{"RPUSH", "parley:feed", "59 1763586251123 2 12 other-7 Bob"},
	} {
		if err := server.Client.Do(t.Context(), command...).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFormat2IsConverted(t *testing.T) {
	server := storagetest.StartRedis(t)
	writeFormat2(t, server)
	c := openFor(t, server.URL(), forOldData())
	c.wantMembers("#lobby", "alice 0", "bob 0")
	if in := c.room("#lobby"); in.ID != 10 || in.Private || in.Quiet || in.Topic != "" {
		t.Fatalf("got %+v", in)
	}
	v := c.enter("bob", 9)
	if len(v.Rooms) != 1 || v.Rooms[0].Since != 0 || v.Rooms[0].Read != 60 || v.Rooms[0].Unread != 0 || v.Page.Expired != 2 || v.Page.Waiting != 1 {
		t.Fatalf("got %+v", v)
	}
	events, _, more, err := c.Since(soon(t), 12, 0, 9)
	wantLines(t, said(events), "Alice: hello all", "Alice: hi bob", "Bob: hi alice", "Bob: hello from format 1")
	if err != nil || more || events[1].To != 12 || events[1].ToName != "Bob" || events[2].From != 12 || events[2].To != 11 {
		t.Fatalf("got %+v %v %v", events, more, err)
	}
	if number := c.post("alice", "#lobby", "new"); number <= 60 {
		t.Fatalf("number %d", number)
	}
	if v := c.enter("bob", 9); v.Rooms[0].Unread != 1 {
		t.Fatalf("got %+v", v)
	}
	taken := c.joinAsk("alice", "#l0bby")
	taken.Order.Look = "#lobby"
	c.wantAll([]error{storage.ErrRoomTaken}, taken)
	c.join("#go", "alice", "bob")
}

// TestFormat2ThatCanNotBeConvertedStays tries reasons that Redis finds at its start and in the middle.
func TestFormat2ThatCanNotBeConvertedStays(t *testing.T) {
	for name, spoil := range map[string]func(server *storagetest.Redis) (user string){
		"memory": func(server *storagetest.Redis) string {
			server.Client.ConfigSet(t.Context(), "maxmemory", "1mb")
			return ""
		},
		"add": func(server *storagetest.Redis) string { return limitedUser(t, server, "-sadd") },
		"member": func(server *storagetest.Redis) string {
			server.Client.Del(t.Context(), "parley:member:12")
			server.Client.Set(t.Context(), "parley:member:12", "no hash", 0)
			return ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := storagetest.StartRedis(t)
			writeFormat2(t, server)
			user := spoil(server)
			before := keys(t, server)
			store, err := storage.Open(soon(t), "unix://"+user+server.Socket(), generous, storage.Self{}, zap.NewNop())
			if err == nil {
				store.Close()
				t.Fatal("it was opened")
			}
			if after := keys(t, server); !maps.Equal(before, after) {
				t.Fatalf("%v became %v", slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
			}
		})
	}
}

// TestFormat3IsConverted wants all that testdata/README.md says to be there, and what is new in format 4 to work.
func TestFormat3IsConverted(t *testing.T) {
	server := storagetest.StartRedisFrom(t, filepath.Join("testdata", "format3.rdb"))
	last, err := server.Client.HGet(t.Context(), "parley:state", "last").Int64()
	wantError(t, err, nil)
	before := lastingKeys(t, server)
	c := openFor(t, server.URL(), forOldData())
	wantSameKeys(t, before, lastingKeys(t, server))

	c.wantMembers("#lobby", "alice 0", "bob 0", "carol 0", "dave 0", "zoë 0")
	c.wantMembers("#go", "alice 3", "bob 2", "carol 1")
	c.wantMembers("#secret", "bob 3", "carol 0")
	c.wantMembers("#empty")
	if in := c.room("#go"); in.Topic != "All about Go" || !in.Quiet || !c.room("#secret").Private {
		t.Errorf("got %+v", in)
	}
	v := c.mustAsk(enterAsk(c, "carol", 9))
	wantLines(t, said(v.Page.Messages), "Alice: still waiting", "Alice: waiting too")
	if in := v.Rooms[0]; len(v.Rooms) != 3 || in.Name != "#Go" || in.Unread != 1 {
		t.Errorf("carol is in %+v", v.Rooms)
	}
	if v := c.mustAsk(enterAsk(c, "dave", 9)); len(v.Page.Invites) != 0 || len(v.Rooms) != 1 { // it was told
		t.Errorf("dave gets %+v", v)
	}
	if v := c.mustAsk(enterAsk(c, "zoë", 9)); !v.Operator {
		t.Error("zoë is no operator")
	}
	lines, _ := c.history(storage.RoomThread(c.room("#secret").ID), 0, 9)
	wantLines(t, lines, "Carol: between us")
	lines, _ = c.conversation("alice", "bob", 0, 9)
	wantLines(t, lines, "Bob: hi alice", "Alice: hi bob")
	c.wantAll([]error{storage.ErrBanned, storage.ErrMuted, storage.ErrBlocked, nil},
		c.joinAsk("dave", "#go"), c.say("carol", "#go", "x"), c.say("dave", "carol", "x"), c.joinAsk("dave", "#secret"))

	number := c.post("alice", "bob", "new")
	if number <= last {
		t.Errorf("number %d after %d", number, last)
	}
	once := c.sayOnce("alice", "bob", "once", "key")
	b := c.wantAll([]error{nil, nil, nil, nil}, once, once, c.tokenAsk("alice", "secret", inAnHour()), byToken("alice", "secret"))
	if b.Verdicts[1].Repeat == nil || b.Verdicts[3].Entered == nil {
		t.Errorf("got %+v", b.Verdicts)
	}
}

// TestFormat3ThatCanNotBeConvertedStays: Redis has no memory left.
func TestFormat3ThatCanNotBeConvertedStays(t *testing.T) {
	server := storagetest.StartRedisFrom(t, filepath.Join("testdata", "format3.rdb"))
	before := keys(t, server)
	server.Client.ConfigSet(t.Context(), "maxmemory", "1mb")
	store, err := storage.Open(soon(t), server.URL(), generous, storage.Self{}, zap.NewNop())
	if err == nil {
		store.Close()
		t.Fatal("it was opened")
	}
	if after := keys(t, server); !maps.Equal(before, after) {
		t.Fatalf("%v became %v", slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
	}
}

// writeFormat4 makes the store of a server of format 4, which may be running.
func writeFormat4(t *testing.T, server *storagetest.Redis, lease time.Duration) {
	t.Helper()
	c := open(t, server.URL(), generous)
	c.register("Alice")
	c.post("alice", "#lobby", "x")
	c.Close()
	server.Client.Del(t.Context(), "parley:nodes", "parley:leases")
	server.Client.HSet(t.Context(), "parley:state", "format", 4, "names", 7, "served", 1, "batch", "x")
	server.Client.Set(t.Context(), "parley:lease", "a server of format 4", lease)
}

// TestServerOfFormat4ThatWasKilledIsWaitedFor until its lease ends.
func TestServerOfFormat4ThatWasKilledIsWaitedFor(t *testing.T) {
	server := storagetest.StartRedis(t)
	writeFormat4(t, server, 500*time.Millisecond)
	c := openFor(t, server.URL(), generous)
	c.post("alice", "#lobby", "y")
	lines, _ := c.lobbyHistory(0, 9)
	wantLines(t, lines, "Alice: x", "Alice: y")
	if got := server.Client.HGet(t.Context(), "parley:state", "format").Val(); got != "6" {
		t.Errorf("the format is %s", got)
	}
}

// TestServerOfFormat4ThatRunsIsLeftAlone: it renews its lease.
func TestServerOfFormat4ThatRunsIsLeftAlone(t *testing.T) {
	server := storagetest.StartRedis(t)
	writeFormat4(t, server, time.Minute)
	before := server.Client.HGetAll(t.Context(), "parley:state").Val()
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				server.Client.PExpire(t.Context(), "parley:lease", time.Minute)
			}
		}
	})
	_, err := storage.Open(soon(t), server.URL(), generous, storage.Self{}, nop)
	close(stop)
	done.Wait()
	if err == nil || !strings.Contains(err.Error(), "an older parley server is using") {
		t.Errorf("got %v", err)
	}
	if after := server.Client.HGetAll(t.Context(), "parley:state").Val(); !maps.Equal(after, before) {
		t.Errorf("the state was %v and is %v", before, after)
	}
}

// TestNodeOfAnotherFormat: one that runs does nothing more when a newer one has converted the store, and says why.
func TestNodeOfAnotherFormat(t *testing.T) {
	server := storagetest.StartRedis(t)
	c, logs := openObserved(t, server.URL())
	c.register("Alice")
	ask := c.say("alice", "#lobby", "x")
	server.Client.HSet(t.Context(), "parley:state", "format", 8)
	wantError(t, c.Commit(shortly(t), &storage.Batch{At: time.Now(), Asks: []storage.Ask{ask}}), storage.ErrUnavailable)
	if n := forgotten(logs); n > 0 || logs.Len() != 1 || !strings.Contains(fmt.Sprint(logs.All()[0].ContextMap()), "format") {
		t.Errorf("got %+v", logs.All())
	}
	wantOpenError(t, server.URL(), "newer parley")
	server.Client.HSet(t.Context(), "parley:state", "format", 6)
	c.mustAsk(ask)
}

// TestFormat5IsConverted wants all that testdata/README.md says to be there.
func TestFormat5IsConverted(t *testing.T) {
	server := storagetest.StartRedisFrom(t, filepath.Join("testdata", "format5.rdb"))
	before := lastingKeys(t, server)
	c := openFor(t, server.URL(), forOldData())
	wantSameKeys(t, before, lastingKeys(t, server))
	c.wantBeforeGuests()
	c.wantBeforeGuestsGoesOn("5dcf44cd")
}

// writeFormat5 makes the store of a server of format 5, which was killed while Alice was online there. Its lease ends after a time.
func writeFormat5(t *testing.T, server *storagetest.Redis, lease time.Duration) {
	t.Helper()
	c := open(t, server.URL(), generous)
	c.register("Alice")
	c.Close()
	ends := float64(time.Now().Add(lease).UnixMilli())
	server.Client.HSet(t.Context(), "parley:state", "format", 5, "nodes", "OLD.1")
	server.Client.ZAdd(t.Context(), "parley:leases", redis.Z{Score: ends, Member: "OLD.1"})
	server.Client.HSet(t.Context(), "parley:nodes", "OLD.1", "{}")
	server.Client.HSet(t.Context(), "parley:where", idText(c.aliceOf(server)), "OLD.1")
	server.Client.HSet(t.Context(), "parley:online:OLD.1", idText(c.aliceOf(server)), "1 1763586251 Alice\n1 1763586251 text - ::1")
	server.Client.RPush(t.Context(), "parley:feed:OLD.1", "7 7 7 \nG 1 Alice 1")
}

func (c chat) aliceOf(server *storagetest.Redis) storage.ID {
	id, _ := server.Client.HGet(c.t.Context(), "parley:names", "alice").Int64()
	return storage.ID(id)
}

// TestServerOfFormat5ThatWasKilledIsWaitedFor: when its lease has ended, nothing of what it had on its feed and of who was there is left.
func TestServerOfFormat5ThatWasKilledIsWaitedFor(t *testing.T) {
	server := storagetest.StartRedis(t)
	writeFormat5(t, server, 700*time.Millisecond)
	start := time.Now()
	c := openFor(t, server.URL(), generous)
	if took := time.Since(start); took < 500*time.Millisecond {
		t.Errorf("it was waited for %v", took)
	}
	if nodes := c.nodes(); len(nodes) != 1 || !nodes[0].This || nodes[0].Format != 6 {
		t.Errorf("the nodes are %+v", nodes)
	}
	wantLines(t, c.comings(c.batch(c.begins("alice"))), "here Alice in 1 rooms by ask 0")
	if left := server.Client.Keys(t.Context(), "parley:*:OLD.1").Val(); len(left) > 0 {
		t.Errorf("there is %q", left)
	}
}

// TestServerOfFormat5ThatRunsIsLeftAlone: it renews its lease.
func TestServerOfFormat5ThatRunsIsLeftAlone(t *testing.T) {
	server := storagetest.StartRedis(t)
	writeFormat5(t, server, 4*time.Second)
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				server.Client.ZAdd(t.Context(), "parley:leases", redis.Z{Score: float64(time.Now().Add(4 * time.Second).UnixMilli()), Member: "OLD.1"})
			}
		}
	})
	wantOpenError(t, server.URL(), "an older parley server is using")
	close(stop)
	done.Wait()
	if format := server.Client.HGet(t.Context(), "parley:state", "format").Val(); format != "5" {
		t.Errorf("the format is %s", format)
	}
}
