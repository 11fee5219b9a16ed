package storage_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/storage"
	"parley/storage/storagetest"
)

// TestLeaseOfAnotherServerStopsUs takes the lease away, as another server does after we hung for too long.
func TestLeaseOfAnotherServerStopsUs(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	refusals := c.refusals()
	server.Client.Set(t.Context(), "parley:lease", "another", 0)
	c.wantAllRefused(refusals)
	last := server.Client.HIncrBy(t.Context(), "parley:state", "last", 500).Val() // what the other one has done
	server.Client.Del(t.Context(), "parley:lease")
	c.wantNothingDone()
	if number := c.post("alice", "#lobby", "mine"); number <= last {
		t.Fatalf("number %d after %d", number, last)
	}
}

// TestLeaseOfAnotherServerStopsEveryChange tries them one by one, and leaves no time in which a renewal of the lease would tell us.
func TestLeaseOfAnotherServerStopsEveryChange(t *testing.T) {
	server := storagetest.StartRedis(t)
	for name, kind := range map[string]storage.AskKind{"create": storage.Create, "password": storage.SetPassword, "remove": storage.Remove} {
		t.Run(name, func(t *testing.T) {
			server.Client.FlushAll(t.Context())
			c := openFor(t, server.URL(), generous)
			c.register("Alice")
			ask := storage.Ask{Kind: kind, Account: c.id("alice"), New: new(account("Carol")), NewHash: "new"}
			state := server.Client.HGetAll(t.Context(), "parley:state").Val()
			server.Client.Set(t.Context(), "parley:lease", "another", 0)
			b := storage.Batch{At: time.Now(), Asks: []storage.Ask{ask}}
			wantError(t, c.Commit(shortly(t), &b), storage.ErrUnavailable)
			if now := server.Client.HGetAll(t.Context(), "parley:state").Val(); !maps.Equal(now, state) {
				t.Errorf("the state was %v and is %v", state, now)
			}
			server.Client.Del(t.Context(), "parley:lease")
		})
	}
}

func TestTakingBackSparesTheNextServer(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), generous)
	c.register("Alice", "Bob")
	lobby := c.lobbyThread()
	server.Client.Set(t.Context(), "parley:lease", "another", 0)
	server.Stop()
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{{Kind: storage.Say, Account: 1, To: "#lobby"}}}
	wantError(t, c.Commit(shortly(t), &b), storage.ErrUnavailable)
	server.Cont()
	row := "9000000000000000 " + "1763586251123 Bob of the other server"
	server.Client.RPush(t.Context(), "parley:thread:"+idText(lobby.A), row)
	server.Client.HSet(t.Context(), "parley:state", "last", 9000000000000000, "served", 9000000000000000, "batch", "other")
	server.Client.Del(t.Context(), "parley:lease")
	c.post("alice", "#lobby", "mine")
	lines, _ := c.history(lobby, 0, 9)
	wantLines(t, lines, "Bob: of the other server", "Alice: mine")
}

func TestRedisIsRefusedInOneSentence(t *testing.T) {
	evicting := storagetest.StartRedis(t, "--maxmemory-policy", "allkeys-lru")
	cluster := storagetest.StartRedis(t, "--cluster-enabled", "yes")
	locked := storagetest.StartRedis(t)
	locked.Client.ConfigSet(t.Context(), "requirepass", "right")
	newer := storagetest.StartRedis(t)
	newer.Client.HSet(t.Context(), "parley:state", "format", 99)
	plain := storagetest.StartRedis(t)
	for _, test := range []struct{ url, words string }{
		{evicting.URL(), "CONFIG SET maxmemory-policy noeviction"},
		{cluster.URL(), "name a Redis without cluster-enabled"},
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
