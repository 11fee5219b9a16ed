package storage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/storage"
)

// BenchmarkCommit measures the stores with the load of a full server: many members, who all write to each other.
func BenchmarkCommit(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind.name, func(b *testing.B) {
			account := func(i int) string { return fmt.Sprintf("member%d", i%benchMembers) }
			b.Run("private100", func(b *testing.B) { benchmarkCommit(b, kind, 100, func(i int) string { return account(7 * i) }) })
			b.Run("lobby1000", func(b *testing.B) { benchmarkCommit(b, kind, 1000, func(int) string { return storage.LobbyName }) })
			b.Run("rooms1000", func(b *testing.B) { benchmarkCommit(b, kind, 1000, benchRoom) })
			b.Run("single", func(b *testing.B) { benchmarkCommit(b, kind, 1, account) })
		})
	}
}

// benchMembers are in a hundred rooms of ten, too.
const benchMembers = 1000

func benchRoom(member int) string { return fmt.Sprintf("#room%d", member%100) }

// benchmarkCommit has the ith message come from the ith member, in turn, and go to the key that to returns.
func benchmarkCommit(b *testing.B, kind kind, size int, to func(i int) string) {
	limits := storage.Limits{Inbox: 500, Keep: 30 * 24 * time.Hour, Room: 10_000, Conversation: 1000, Rooms: 1, Members: benchMembers}
	store, err := storage.Open(b.Context(), kind.url(b), limits, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	accounts := make([]storage.Account, benchMembers)
	keys := make([]string, benchMembers)
	for i := range accounts {
		name := fmt.Sprintf("member%d", i)
		accounts[i] = storage.Account{Key: name, Name: name, Hash: "x", Created: time.Now()}
		made := storage.Batch{At: time.Now(), Asks: []storage.Ask{{Kind: storage.Create, New: &accounts[i]}}}
		if err := store.Commit(b.Context(), &made); err != nil {
			b.Fatal(err)
		}
		accounts[i].ID = made.Verdicts[0].Account
		order := &storage.Order{Room: benchRoom(i), Name: benchRoom(i), Look: benchRoom(i), May: true}
		in := storage.Batch{At: time.Now(), Asks: []storage.Ask{{Kind: storage.Join, Account: accounts[i].ID, Order: order}}}
		if err := store.Commit(b.Context(), &in); err != nil || in.Verdicts[0].Err != nil {
			b.Fatal(err, in.Verdicts)
		}
		keys[i] = to(i)
	}
	text := []byte(strings.Repeat("word ", 16))
	batch := storage.Batch{Asks: make([]storage.Ask, size)}
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		batch.At = time.Now()
		for i := range batch.Asks {
			at := n*size + i
			batch.Asks[i] = storage.Ask{Kind: storage.Say, Account: accounts[at%benchMembers].ID, To: keys[at%benchMembers], Text: text}
		}
		ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
		if err := store.Commit(ctx, &batch); err != nil || batch.Verdicts[0].Err != nil {
			b.Fatal(err, batch.Verdicts)
		}
		cancel()
		ackAll(&batch)
	}
	b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "msgs/s")
}

// ackAll makes the next commit take the messages of this one out of their inboxes, as on a server where everybody reads.
func ackAll(batch *storage.Batch) {
	batch.Acks = batch.Acks[:0]
	for i := range batch.Events {
		if e := &batch.Events[i]; e.To != 0 {
			batch.Acks = append(batch.Acks, storage.Ack{Account: e.To, Number: e.Number})
		}
	}
}

// BenchmarkHeartbeat measures the empty batch that an idle server commits twice a second.
func BenchmarkHeartbeat(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind.name, func(b *testing.B) {
			store, err := storage.Open(b.Context(), kind.url(b), generous, zap.NewNop())
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			b.ReportAllocs()
			for b.Loop() {
				if err := store.Commit(b.Context(), &storage.Batch{At: time.Now()}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
