package commands

import (
	"context"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"go.uber.org/zap"

	"parley/commands/ratelimit"
	"parley/storage"
)

// numbering is a store that only counts: what is measured is the chat.
type numbering struct {
	storage.Store
	last int64
}

func (n *numbering) Commit(_ context.Context, b *storage.Batch) error {
	for i := range b.Posts {
		n.last++
		b.Posts[i].Number, b.Posts[i].ToName, b.Posts[i].Err = n.last, b.Posts[i].To, nil
	}
	return nil
}

// answers is an outlet that counts the answers in its mail.
type answers chan int

func (a answers) Deliver(m *Mail) {
	n := 0
	for i := range m.Items {
		if m.Items[i].Kind == Answer || m.Items[i].Kind == Own {
			n++
		}
	}
	m.Reset()
	a <- n
}

// BenchmarkLine measures what a line costs from the framer to the mail for the loop: the dispatcher, and for messages the
// committer and the encoders too.
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
	outlet := make(answers, inFlight)
	off := ratelimit.Rate{Off: true}
	chat, err := New(&numbering{}, []Outlet{outlet}, Config{
		MessageRate: off, LoginRate: off, RegisterRate: off, RegisterRateAll: off, StoreTimeout: time.Minute,
		Password: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16}, Log: zap.NewNop(),
	})
	if err != nil {
		b.Fatal(err)
	}
	defer chat.Stop()
	alice, bob := &Session{Outlet: outlet}, &Session{Outlet: outlet}
	chat.hub.enter(alice, "alice", "alice")
	chat.hub.enter(bob, "bob", "bob")
	b.ReportAllocs()
	out := make([]byte, 0, 1024)
	posted := 0
	for b.Loop() {
		_, outcome := chat.Line(alice, line, nil, false, out)
		if outcome != Posted {
			continue
		}
		chat.Commit()
		for posted++; posted >= inFlight; {
			posted -= <-outlet
		}
	}
	for posted > 0 {
		posted -= <-outlet
	}
}
