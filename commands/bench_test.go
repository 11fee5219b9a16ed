package commands

import (
	"context"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"go.uber.org/zap"

	"parley/commands/ratelimit"
	"parley/protocol"
	"parley/storage"
)

// numbering is a store that only counts: what is measured is the chat.
type numbering struct {
	storage.Store
	last int64
}

func (n *numbering) CommitNow(*storage.Batch) bool { return false }

func (n *numbering) Commit(_ context.Context, b *storage.Batch) error {
	for i := range b.Asks {
		n.last++
		a := &b.Asks[i]
		e := storage.Event{Kind: storage.Message, Number: n.last, From: a.Account, FromName: "alice", Thread: storage.RoomThread(1), ToName: a.To, Text: a.Text, Ask: i}
		if a.To != storage.LobbyName {
			e.To, e.Thread = 3, storage.PairThread(2, 3)
		}
		b.Verdicts = append(b.Verdicts, storage.Verdict{})
		b.Events = append(b.Events, e)
	}
	return nil
}

func (n *numbering) Rung() <-chan struct{} { return nil }

func (n *numbering) Status() storage.Status { return storage.Status{} }

func (n *numbering) Alone() bool { return true }

func (n *numbering) Lockdown(context.Context) (bool, error) { return false, nil }

func (n *numbering) Guests(context.Context) ([]storage.ID, error) { return nil, nil }

func (n *numbering) Sanctions(context.Context, storage.ID) ([]storage.Sanction, error) {
	return nil, nil
}

// answers is a shard that counts the answers in its deliveries.
type answers chan int

func (a answers) Leave(d *Delivery) { a.Deliver(d) }

func (a answers) Deliver(d *Delivery) {
	n := 0
	for i := range d.items {
		if d.items[i].kind == answer || d.items[i].kind == own {
			n++
		}
	}
	d.Reset()
	a <- n
}

// BenchmarkLine measures what a line costs from the framer to the delivery for the loop. For messages that includes the committer and the
// format.
func BenchmarkLine(b *testing.B) {
	for _, line := range []string{
		"/msg bob a line of some length, as people write them in a chat all day long",
		"/all a line of some length, as people write them in a chat all day long",
		"a line of some length, as people write them in a chat all day long",
		"/ping 12345",
		"/whoo",
	} {
		b.Run(benchName(line), func(b *testing.B) { benchmarkLine(b, []byte(line)) })
	}
}

func benchName(line string) string {
	if line[0] != '/' {
		return "plain"
	}
	for i := range line {
		if line[i] == ' ' {
			return line[1:i]
		}
	}
	return "unknown"
}

func benchmarkLine(b *testing.B, line []byte) {
	const inFlight = 64
	shard := make(answers, inFlight)
	off := ratelimit.Rate{Off: true}
	chat, err := New(&numbering{}, []Shard{shard}, Config{
		MessageRate: off, LoginRate: off, RegisterRate: off, RegisterRateAll: off, StoreTimeout: time.Minute,
		Password: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16}, Log: zap.NewNop(),
	})
	if err != nil {
		b.Fatal(err)
	}
	defer chat.Stop()
	alice, bob := &Session{}, &Session{}
	rooms := []storage.Membership{{RoomInfo: storage.RoomInfo{Room: storage.Room{ID: 1, Name: storage.LobbyName}}}}
	chat.presence.enter(alice, &entry{account: storage.Account{ID: 2, Key: "alice", Name: "alice"}, rooms: rooms})
	chat.presence.enter(bob, &entry{account: storage.Account{ID: 3, Key: "bob", Name: "bob"}, rooms: rooms})
	b.ReportAllocs()
	out := make([]byte, 0, 1024)
	posted := 0
	for b.Loop() {
		q := protocol.Text.Parse(line, chat)
		if _, outcome := chat.Do(alice, &q, false, out); outcome != Asked {
			continue
		}
		chat.Commit()
		for posted++; posted >= inFlight; {
			posted -= <-shard
		}
	}
	for posted > 0 {
		posted -= <-shard
	}
}
