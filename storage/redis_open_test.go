package storage_test

import (
	"strings"
	"testing"

	"go.uber.org/zap"

	"parley/storage"
	"parley/storage/storagetest"
)

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
		store, err := storage.Open(soon(t), test.url, generous, storage.Self{}, zap.NewNop())
		if err == nil {
			store.Close()
			t.Errorf("%s was opened", test.url)
			continue
		}
		if !strings.Contains(err.Error(), test.words) || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s is told %q, not %q", test.url, err, test.words)
		}
	}
	store, err := storage.Open(soon(t), "redis+unix://:right@"+locked.Socket()+"?db=3", generous, storage.Self{}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	store.Close()
}
