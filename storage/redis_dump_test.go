package storage_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/storage"
	"parley/storage/storagetest"
)

// dumped returns the records of a store as JSON. While each is handed on something happens.
func dumped(t *testing.T, url string, meanwhile func(place int)) []string {
	t.Helper()
	var records []string
	err := storage.Dump(t.Context(), url, nop, func(r *storage.Record) error {
		records = append(records, recordText(t, r))
		if meanwhile != nil {
			meanwhile(len(records))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// twinOf starts a Redis that has the keys of another one as they are now. No dump is under way there.
func twinOf(t *testing.T, server *storagetest.Redis) *storagetest.Redis {
	t.Helper()
	twin := storagetest.StartRedis(t)
	for _, key := range server.Client.Keys(t.Context(), "*").Val() {
		if strings.HasPrefix(key, "parley:dump") {
			continue
		}
		left := max(0, server.Client.PTTL(t.Context(), key).Val())
		if err := twin.Client.Restore(t.Context(), key, left, server.Client.Dump(t.Context(), key).Val()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	twin.Client.HSet(t.Context(), "parley:state", "format", 6)
	return twin
}

// TestDumpIsOfOneMoment commits random batches between all steps of a dump. It must have what a copy of the store had when it began.
func TestDumpIsOfOneMoment(t *testing.T) {
	defer storage.ReadOneByOne()()
	for name, limits := range modelSizes {
		for seed := range uint64(3) {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				server := storagetest.StartRedis(t)
				m := newModel(t, seed, limits, kinds[0].url(t), server.URL())
				for range 60 {
					m.step(m.batch())
				}
				var want []string
				got := dumped(t, server.URL(), func(place int) {
					if place == 1 {
						want = dumped(t, twinOf(t, server).URL(), nil)
					}
					m.step(m.batch())
				})
				if !slices.Equal(got, want) {
					t.Errorf("got %d records and want %d; the first that differs: %s", len(got), len(want), firstOther(got, want))
				}
				wantNoDump(t, server)
			})
		}
	}
}

func firstOther(got, want []string) string {
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			return "none, want " + want[i]
		case i >= len(want):
			return got[i] + ", want none"
		case got[i] != want[i]:
			return got[i] + ", want " + want[i]
		}
	}
	return ""
}

// wantNoDump wants nothing left of a dump.
func wantNoDump(t *testing.T, server *storagetest.Redis) {
	t.Helper()
	if left := server.Client.Keys(t.Context(), "parley:dump*").Val(); len(left) > 0 {
		t.Errorf("a dump has left %q", left)
	}
	if format := server.Client.HGet(t.Context(), "parley:state", "format").Val(); format != "6" {
		t.Errorf("the format is %s", format)
	}
}

func recordText(t *testing.T, r *storage.Record) string {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// dumpError dumps a store and returns why that fails. While the first record is handed on something happens.
func dumpError(t *testing.T, url string, meanwhile func()) string {
	t.Helper()
	err := storage.Dump(t.Context(), url, nop, func(r *storage.Record) error {
		if r.State != nil && meanwhile != nil {
			meanwhile()
		}
		return nil
	})
	if err == nil {
		t.Fatal("it was dumped")
	}
	return err.Error()
}

func wantWords(t *testing.T, said string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(said, word) {
			t.Errorf("%q does not say %q", said, word)
		}
	}
}

func TestSecondDumpIsRefused(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	first := dumped(t, server.URL(), func(place int) {
		wantWords(t, dumpError(t, server.URL(), nil), "another backup of it is being made")
		c.post("alice", "bob", "go on")
	})
	if len(first) < 4 {
		t.Errorf("got %q", first)
	}
	wantNoDump(t, server)
}

// TestDumpThatHasDied has the lease of a dump end, as it does some seconds after a kill. What it has copied is of no use to the next one.
func TestDumpThatHasDied(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	c.post("alice", "bob", "one")
	kept := map[string]string{}
	said := dumpError(t, server.URL(), func() {
		c.post("alice", "bob", "two")
		for _, key := range server.Client.Keys(t.Context(), "parley:dumped*").Val() {
			kept[key] = server.Client.Dump(t.Context(), key).Val()
		}
		server.Client.Del(t.Context(), "parley:dump")
		c.post("alice", "bob", "three")
		if format := server.Client.HGet(t.Context(), "parley:state", "format").Val(); format != "6" {
			t.Errorf("the format is %s still", format)
		}
	})
	wantWords(t, said, "begin again")
	if len(kept) < 3 {
		t.Fatalf("there are only the copies %v", kept)
	}
	for key, value := range kept { // as if it had been killed
		server.Client.Restore(t.Context(), key, 0, value)
	}
	records := strings.Join(dumped(t, server.URL(), nil), "\n")
	for _, text := range []string{"one", "two", "three"} {
		wantWords(t, records, fmt.Sprintf(`"text":%q`, text))
	}
	wantNoDump(t, server)
}

// TestCopiesEndByThemselves: nobody may ever make a dump again.
func TestCopiesEndByThemselves(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	c.post("alice", "bob", "words")
	dumped(t, server.URL(), func(place int) {
		c.post("alice", "bob", "words")
		keys := server.Client.Keys(t.Context(), "parley:dump*").Val()
		if len(keys) < 4 {
			t.Errorf("there are only %q", keys)
		}
		for _, key := range keys {
			if left := server.Client.PTTL(t.Context(), key).Val(); left <= 0 {
				t.Errorf("%s stays for ever", key)
			}
		}
	})
}

// TestRedisRestartsDuringADump: a Redis that has kept the mark has kept what was copied, and one that has lost it is noticed.
func TestRedisRestartsDuringADump(t *testing.T) {
	defer storage.ReadOneByOne()()
	for name, saves := range map[string]bool{"kept": true, "lost": false} {
		t.Run(name, func(t *testing.T) {
			server := storagetest.StartRedis(t)
			c := openFor(t, server.URL(), generous)
			c.register("Alice", "Bob")
			c.post("alice", "bob", "one")
			want := dumped(t, server.URL(), nil)
			server.Client.Save(t.Context())
			var got []string
			err := storage.Dump(t.Context(), server.URL(), nop, func(r *storage.Record) error {
				got = append(got, recordText(t, r))
				if len(got) != 2 {
					return nil
				}
				c.post("alice", "bob", "two")
				if saves {
					server.Client.Save(t.Context())
				}
				server.Kill()
				server.Restart()
				c.post("alice", "bob", "three")
				return nil
			})
			if !saves {
				wantWords(t, fmt.Sprint(err), "begin again")
				return
			}
			if err != nil || !slices.Equal(got[1:], want[1:]) {
				t.Errorf("%v; got %q, want %q", err, got, want)
			}
		})
	}
}

// TestDumpBesideOlderServers: those that would not copy are named. One that comes while a dump is under way is kept out by the format.
func TestDumpBesideOlderServers(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	server.Client.HSet(t.Context(), "parley:nodes", "older.1", `{"Address":"old-host:8888","Version":"1","Format":6}`)
	server.Client.ZAdd(t.Context(), "parley:leases", redis.Z{Score: float64(time.Now().Add(time.Hour).UnixMilli()), Member: "older.1"})
	nodes := server.Client.HGet(t.Context(), "parley:state", "nodes").Val()
	server.Client.HSet(t.Context(), "parley:state", "nodes", nodes+" older.1")
	wantWords(t, dumpError(t, server.URL(), nil), "old-host:8888", "upgrade it")
	wantNoDump(t, server)
	server.Client.ZAdd(t.Context(), "parley:leases", redis.Z{Score: 1, Member: "older.1"}) // it has ended
	dumped(t, server.URL(), func(int) {
		if format := server.Client.HGet(t.Context(), "parley:state", "format").Val(); format != "7" {
			t.Errorf("the format is %s", format)
		}
	})
	wantNoDump(t, server)
}

// TestServersComeAndGoDuringADump also has an operator's command beside it.
func TestServersComeAndGoDuringADump(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	want := dumped(t, server.URL(), nil)
	got := dumped(t, server.URL(), func(place int) {
		if place > 1 {
			return
		}
		other := open(t, server.URL(), generous)
		other.post("alice", "bob", "by another server")
		other.Close()
		operator := openShared(t, server.URL())
		operator.remove("alice")
		operator.Close()
	})
	if !slices.Equal(got[1:], want[1:]) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDumpWithoutMemory: what is copied for a dump may take more than there is; acks and logins still go on.
func TestDumpWithoutMemory(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	number := c.post("alice", "bob", "one")
	want := dumped(t, server.URL(), nil)
	got := dumped(t, server.URL(), func(place int) {
		if place > 1 {
			return
		}
		server.Client.ConfigSet(t.Context(), "maxmemory", "1")
		b := c.batch(c.say("alice", "bob", "refused"))
		wantError(t, b.Verdicts[0].Err, storage.ErrUnavailable)
		c.ack("bob", number)
		if page := c.page("bob", 0, 9); len(page.Messages) != 0 {
			t.Errorf("got %+v", page)
		}
		server.Client.ConfigSet(t.Context(), "maxmemory", "0")
	})
	if !slices.Equal(got[1:], want[1:]) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDumpOfNothing(t *testing.T) {
	server := storagetest.StartRedis(t)
	wantWords(t, dumpError(t, server.URL(), nil), "format")
	if keys := server.Client.Keys(t.Context(), "*").Val(); len(keys) > 0 {
		t.Errorf("it has made %q", keys)
	}
}

// TestRowsWithoutIDs copies a store of format 1, whose rows name their authors only, into SQLite.
func TestRowsWithoutIDs(t *testing.T) {
	old := openFor(t, startFormat1(t).URL(), forOldData())
	server := startFormat1(t)
	open(t, server.URL(), forOldData()).Close()
	url := kinds[0].url(t)
	load(t, url, dumpOf(t, server.URL()))
	c := openFor(t, url, forOldData())
	for _, pair := range [][2]string{{"alice", "bob"}, {"zoë", "alice"}, {"zoë", "bob"}, {"alice", "alice"}, {"alice", "erin"}, {"bob", "erin"}} {
		want, _ := old.conversation(pair[0], pair[1], 0, 99)
		got, _ := c.conversation(pair[0], pair[1], 0, 99)
		wantLines(t, got, want...)
	}
	for _, key := range []string{"alice", "bob", "zoë", "erin"} {
		wantLines(t, said(c.page(key, 0, 99).Messages), said(old.page(key, 0, 99).Messages)...)
	}
}

// TestDumpHasNoLaterHash: a login may bring a new hash of the same password.
func TestDumpHasNoLaterHash(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	want := dumped(t, server.URL(), nil)
	got := dumped(t, server.URL(), func(place int) {
		if place == 1 {
			c.mustAsk(storage.Ask{Kind: storage.Enter, Account: c.id("alice"), Hash: "hash of Alice", NewHash: "newer"})
		}
	})
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDumpHasWhatIsRemoved while it is made: an account and what waits for it, and a room with what was said there.
func TestDumpHasWhatIsRemoved(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), modelSizes["generous"])
	c.register("Alice", "Bob")
	c.mustAsk(storage.Ask{Kind: storage.Join, Account: c.id("bob"), Order: &storage.Order{Room: "#tea", Name: "#tea", Look: "#tea", May: true}})
	c.post("bob", "#tea", "in the room")
	c.post("bob", "alice", "waits")
	c.post("alice", "alice", "to herself")
	want := dumped(t, server.URL(), nil)
	for _, text := range []string{"in the room", "waits", "to herself"} {
		wantWords(t, strings.Join(want, "\n"), text)
	}
	got := dumped(t, server.URL(), func(place int) {
		if place == 1 {
			c.remove("alice")
			c.mustAsk(storage.Ask{Kind: storage.RemoveRoom, Order: &storage.Order{Room: "#tea"}})
		}
	})
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
