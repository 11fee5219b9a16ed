package baseline

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"go.uber.org/zap"

	"parley/commands"
	"parley/commands/ratelimit"
	"parley/server"
	"parley/storage"
	"parley/storage/storagetest"
)

// target is a server to be measured.
type target struct {
	name  string
	chat  bool // it is parley: there are accounts and commands
	start func(b *testing.B, pairs bool) (address string)
}

var targets = []target{
	{"baseline", false, startBaseline},
	{"sqlite", true, func(b *testing.B, _ bool) string {
		return startParley(b, "sqlite:"+filepath.Join(b.TempDir(), "parley.db"))
	}},
	{"redis", true, func(b *testing.B, _ bool) string {
		return startParley(b, storagetest.StartRedis(b).URL())
	}},
}

// startParley starts the server as parley serve does, with --message-rate unlimited. The hash of passwords is a cheap one,
// for the sake of the logins before the measurement.
func startParley(b *testing.B, url string) (address string) {
	b.Helper()
	store, err := storage.Open(context.Background(), url, storage.Limits{Inbox: 500, Keep: 30 * 24 * time.Hour, Room: 1000, Conversation: 500}, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	off := ratelimit.Rate{Off: true}
	s, err := server.Start(store, server.Config{
		Listen: []string{"127.0.0.1:0"}, Shards: 1, MaxConnections: 2000, Descriptors: 5000, MaxPerAddress: 2000, ConnectRate: off,
		Input: 64 << 10, Outbox: 256 << 10, LoginTime: time.Minute, DrainTime: 5 * time.Second,
		Chat: commands.Config{
			MessageRate: off, LoginRate: off, RegisterRate: off, RegisterRateAll: off, StoreTimeout: 10 * time.Second,
			Password: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16}, Log: zap.NewNop(),
		},
		Log: zap.NewNop(),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		s.Stop(context.Background())
		must(b, store.Close())
	})
	return s.Addrs()[0].String()
}
