package storage_test

import (
	"fmt"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/storage"
	"parley/storage/storagetest"
)

// BenchmarkRedisEnter measures logins by token and by password, as after a restart: a thousand members come back at once.
func BenchmarkRedisEnter(b *testing.B) {
	limits := storage.Limits{Inbox: 500, Keep: 30 * 24 * time.Hour, Room: 10_000, Conversation: 1000, Tokens: 1}
	store, err := storage.Open(b.Context(), storagetest.StartRedis(b).URL(), limits, storage.Self{}, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	commit := func(b *testing.B, batch *storage.Batch) {
		batch.At = time.Now()
		if err := store.Commit(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		for i := range batch.Verdicts {
			if err := batch.Verdicts[i].Err; err != nil {
				b.Fatal(err)
			}
		}
	}
	var byToken, byPassword []storage.Ask
	until := time.Now().Add(time.Hour)
	for i := range benchMembers {
		name := fmt.Sprintf("member%d", i)
		made := storage.Batch{Asks: []storage.Ask{{Kind: storage.Create, New: &storage.Account{Key: name, Name: name, Hash: "x", Created: time.Now()}}}}
		commit(b, &made)
		id, hash := made.Verdicts[0].Account, storage.TokenHash(name)
		commit(b, &storage.Batch{Asks: []storage.Ask{{Kind: storage.MakeToken, Account: id, Hash: hash, Order: &storage.Order{Until: until}}}})
		byToken = append(byToken, storage.Ask{Kind: storage.Enter, To: name, Token: hash, Limit: 100})
		byPassword = append(byPassword, storage.Ask{Kind: storage.Enter, Account: id, Hash: "x", Limit: 100})
	}
	for how, asks := range map[string][]storage.Ask{"token": byToken, "password": byPassword} {
		for _, size := range []int{1, 100} {
			b.Run(fmt.Sprint(how, size), func(b *testing.B) {
				b.ReportAllocs()
				for n := range b.N {
					at := n * size % benchMembers
					commit(b, &storage.Batch{Asks: asks[at : at+size]})
				}
				b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "logins/s")
			})
		}
	}
}
