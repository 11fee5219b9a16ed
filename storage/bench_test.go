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
			b.Run("private100", func(b *testing.B) { benchmarkCommit(b, kind, 100, true) })
			b.Run("lobby1000", func(b *testing.B) { benchmarkCommit(b, kind, 1000, false) })
			b.Run("single", func(b *testing.B) { benchmarkCommit(b, kind, 1, true) })
		})
	}
}

func benchmarkCommit(b *testing.B, kind kind, size int, private bool) {
	const members = 1000
	limits := storage.Limits{Inbox: 500, Keep: 30 * 24 * time.Hour, Room: 10_000, Conversation: 1000}
	store, err := storage.Open(b.Context(), kind.url(b), limits, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	accounts := make([]storage.Account, members)
	for i := range accounts {
		name := fmt.Sprintf("member%d", i)
		accounts[i] = storage.Account{Key: name, Name: name, Hash: "x", Created: time.Now()}
		made := storage.Batch{At: time.Now(), Asks: []storage.Ask{{Kind: storage.Create, New: &accounts[i]}}}
		if err := store.Commit(b.Context(), &made); err != nil {
			b.Fatal(err)
		}
		accounts[i].ID = made.Verdicts[0].Account
	}
	text := []byte(strings.Repeat("word ", 16))
	batch := storage.Batch{Asks: make([]storage.Ask, size)}
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		batch.At = time.Now()
		for i := range batch.Asks {
			at := n*size + i
			batch.Asks[i] = storage.Ask{Kind: storage.Say, Account: accounts[at%members].ID, To: storage.LobbyName, Text: text}
			if private {
				batch.Asks[i].To = accounts[at*7%members].Key
			}
		}
		ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
		if err := store.Commit(ctx, &batch); err != nil {
			b.Fatal(err)
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
