package storage_test

import (
	"fmt"
	"io"
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

// BenchmarkCommitBesideDumps is BenchmarkCommit while one dump follows the other.
func BenchmarkCommitBesideDumps(b *testing.B) {
	dumped := kind{"redis", func(tb testing.TB) string {
		url := storagetest.StartRedis(tb).URL()
		go func() {
			for tb.Context().Err() == nil {
				_ = storage.Dump(tb.Context(), url, nop, func(*storage.Record) error { return nil }) // there is nothing at first
			}
		}()
		return url
	}}
	account := func(i int) string { return fmt.Sprintf("member%d", 7*i%benchMembers) }
	b.Run("private100", func(b *testing.B) { benchmarkCommit(b, dumped, 100, account) })
	b.Run("lobby1000", func(b *testing.B) { benchmarkCommit(b, dumped, 1000, func(int) string { return storage.LobbyName }) })
	b.Run("single", func(b *testing.B) { benchmarkCommit(b, dumped, 1, account) })
}

// BenchmarkRedisDump measures how fast records are read from a Redis, and loaded into it.
func BenchmarkRedisDump(b *testing.B) {
	url := storagetest.StartRedis(b).URL()
	var records []*storage.Record
	at := time.Now().UTC().Truncate(time.Millisecond)
	records = append(records, &storage.Record{State: &storage.StateRecord{Last: 1_000_000}})
	for i := range 10_000 {
		name := fmt.Sprintf("member%d", i)
		records = append(records, &storage.Record{Account: &storage.AccountRecord{ID: storage.ID(i + 2), Key: name, Name: name, Hash: "x", Created: at}})
	}
	records = append(records, &storage.Record{Room: &storage.RoomRecord{ID: 1, Key: storage.LobbyName, Name: storage.LobbyName, Look: "x", Created: at}})
	for i := range 200_000 {
		from, to := storage.ID(2+i%10_000), storage.ID(2+(i+i/100_000+1)%10_000)
		records = append(records, &storage.Record{Message: &storage.MessageRecord{Number: int64(20_000 + i), At: at, From: from, FromName: "member", To: to,
			Text: "some words that somebody has said to somebody else"}})
	}
	b.Run("load", func(b *testing.B) {
		for range b.N {
			next := 0
			err := storage.Load(b.Context(), url, nop, func() (*storage.Record, error) {
				if next++; next > len(records) {
					return nil, io.EOF
				}
				return records[next-1], nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N*len(records))/b.Elapsed().Seconds(), "records/s")
	})
	b.Run("dump", func(b *testing.B) {
		count := 0
		for range b.N {
			err := storage.Dump(b.Context(), url, nop, func(*storage.Record) error {
				count++
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(count)/b.Elapsed().Seconds(), "records/s")
	})
}
