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
			b.Run("singleNow", func(b *testing.B) { benchmarkBatches(b, kind, 1, account, commitNow) })
		})
	}
}

// benchMembers are in a hundred rooms of ten, too.
const benchMembers = 1000

func benchRoom(member int) string { return fmt.Sprintf("#room%d", member%100) }

func benchmarkCommit(b *testing.B, kind kind, size int, to func(i int) string) {
	benchmarkBatches(b, kind, size, to, storage.Store.Commit)
}

// commitNow is Commit by the caller itself, wherever the store does that.
func commitNow(store storage.Store, ctx context.Context, batch *storage.Batch) error {
	if store.CommitNow(batch) {
		return nil
	}
	return store.Commit(ctx, batch)
}

// benchmarkBatches has the ith message come from the ith member, in turn, and go to the key that to returns.
func benchmarkBatches(b *testing.B, kind kind, size int, to func(i int) string, commit func(storage.Store, context.Context, *storage.Batch) error) {
	limits := storage.Limits{Inbox: 500, Keep: 30 * 24 * time.Hour, Room: 10_000, Conversation: 1000, Rooms: 1, Members: benchMembers}
	store, err := storage.Open(b.Context(), kind.url(b), limits, storage.Self{}, zap.NewNop())
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
		if err := commit(store, ctx, &batch); err != nil || batch.Verdicts[0].Err != nil {
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

// BenchmarkEnter measures logins by token, with a batch of the size that a storm of them makes: when the store was opened again, so that nothing is
// remembered, and when it is.
func BenchmarkEnter(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind.name, func(b *testing.B) {
			b.Run("first", func(b *testing.B) { benchmarkEnter(b, kind, true) })
			b.Run("again", func(b *testing.B) { benchmarkEnter(b, kind, false) })
		})
	}
}

const (
	enterMembers = 4096
	enterBatch   = 64
)

// benchmarkEnter has everybody log in, in turn. With reopen the store is opened anew for each turn.
func benchmarkEnter(b *testing.B, kind kind, reopen bool) {
	limits := storage.Limits{Inbox: 500, Keep: 30 * 24 * time.Hour, Room: 1000, Conversation: 500, Rooms: 1, Members: enterMembers, Tokens: 1}
	url := kind.url(b)
	store, err := storage.Open(b.Context(), url, limits, storage.Self{}, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { store.Close() }()
	asks := enterAsks(b, store)
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		at := n * enterBatch % enterMembers
		if at == 0 && reopen {
			b.StopTimer()
			store.Close()
			if store, err = storage.Open(b.Context(), url, limits, storage.Self{}, zap.NewNop()); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		commitAll(b, store, asks[at:at+enterBatch]...)
	}
	b.ReportMetric(float64(b.N*enterBatch)/b.Elapsed().Seconds(), "logins/s")
}

// enterAsks makes accounts, each in the lobby and in a room, and returns their logins.
func enterAsks(b *testing.B, store storage.Store) (asks []storage.Ask) {
	for i := range enterMembers {
		name, room := fmt.Sprintf("member%d", i), fmt.Sprintf("#room%d", i%100)
		id := commitAll(b, store, storage.Ask{Kind: storage.Create, New: &storage.Account{Key: name, Name: name, Hash: "x", Created: time.Now()}})[0].Account
		token := storage.TokenHash(name)
		commitAll(b, store,
			storage.Ask{Kind: storage.Join, Account: id, Order: &storage.Order{Room: room, Name: room, Look: room, May: true}},
			storage.Ask{Kind: storage.Say, Account: id, To: room},
			storage.Ask{Kind: storage.MakeToken, Account: id, Hash: token, Order: &storage.Order{Until: time.Now().Add(24 * time.Hour)}})
		asks = append(asks, storage.Ask{Kind: storage.Enter, To: name, Token: token, Limit: 10})
	}
	return asks
}

func commitAll(b *testing.B, store storage.Store, asks ...storage.Ask) []storage.Verdict {
	batch := storage.Batch{At: time.Now(), Asks: asks}
	if err := store.Commit(b.Context(), &batch); err != nil {
		b.Fatal(err)
	}
	for i := range batch.Verdicts {
		if batch.Verdicts[i].Err != nil {
			b.Fatal(batch.Verdicts[i].Err)
		}
	}
	return batch.Verdicts
}

// BenchmarkHeartbeat measures the empty batch that an idle server commits twice a second.
func BenchmarkHeartbeat(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind.name, func(b *testing.B) {
			store, err := storage.Open(b.Context(), kind.url(b), generous, storage.Self{}, zap.NewNop())
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
