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
	limits := storage.Limits{Inbox: 500, Keep: 30 * 24 * time.Hour, Lobby: 10_000, Conversation: 1000}
	store, err := storage.Open(b.Context(), kind.url(b), limits, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	names := make([]string, members)
	for i := range names {
		names[i] = fmt.Sprintf("member%d", i)
		if err := store.CreateAccount(b.Context(), storage.Account{Key: names[i], Name: names[i], Hash: "x", Created: time.Now()}); err != nil {
			b.Fatal(err)
		}
	}
	text := []byte(strings.Repeat("word ", 16))
	batch := storage.Batch{Posts: make([]storage.Post, size)}
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		batch.At = time.Now()
		for i := range batch.Posts {
			at := n*size + i
			from := names[at%members]
			batch.Posts[i] = storage.Post{From: from, FromKey: from, Text: text}
			if private {
				batch.Posts[i].To = names[at*7%members]
			}
		}
		ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
		if err := store.Commit(ctx, &batch); err != nil {
			b.Fatal(err)
		}
		cancel()
		proveAll(&batch)
	}
	b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "msgs/s")
}

// proveAll makes the next commit take the posts of this one out of their inboxes, as on a server where everybody reads.
func proveAll(batch *storage.Batch) {
	batch.Proofs = batch.Proofs[:0]
	for _, post := range batch.Posts {
		if post.To != "" {
			batch.Proofs = append(batch.Proofs, storage.Proof{Key: post.To, Number: post.Number})
		}
	}
}
