package torture

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/commands"
	"parley/server"
	"parley/storage"
)

// hasty breaks the contract: it confirms what is said to a victim before it has it, and then never gets to it.
type hasty struct {
	storage.Store
	victim string

	mu    sync.Mutex
	never []string // the texts
}

func (h *hasty) Commit(ctx context.Context, b *storage.Batch) error {
	honest := *b
	honest.Posts = nil
	for _, p := range b.Posts {
		if p.To != h.victim {
			honest.Posts = append(honest.Posts, p)
		}
	}
	if err := h.Store.Commit(ctx, &honest); err != nil {
		return err
	}
	copy(b.Pages, honest.Pages)
	for i := range b.Posts {
		if p := &b.Posts[i]; p.To == h.victim {
			h.confirm(p)
		} else {
			*p, honest.Posts = honest.Posts[0], honest.Posts[1:]
		}
	}
	return nil
}

// confirm answers as if a message were kept. The number is one that no real message has.
func (h *hasty) confirm(p *storage.Post) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.never = append(h.never, string(p.Text))
	p.Number, p.ToName, p.Err = 1<<40+int64(len(h.never)), p.To, nil
}

// inside is a server in this process. It can't be killed, only ended.
type inside struct {
	store   storage.Store
	address string
	server  *server.Server
	runs    int
	mu      sync.Mutex
}

func (h *inside) start(context.Context) error {
	log := zap.NewNop()
	off := commands.Rate{Off: true}
	s, err := server.Start(h.store, server.Config{
		Listen: []string{h.address}, Shards: 1, MaxConnections: 500, Descriptors: 800, MaxPerAddress: 500, ConnectRate: off,
		Input: 64 << 10, Outbox: 256 << 10, LoginTime: time.Minute, DrainTime: time.Second, Log: log,
		Chat: commands.Config{MessageRate: off, LoginRate: off, RegisterRate: off, RegisterRateAll: off,
			StoreTimeout: 2 * time.Second, Password: commands.DefaultPassword, Log: log},
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.server = s
	h.runs++
	return err
}

func (h *inside) kill() { h.stop() }
func (h *inside) stop() { h.server.Stop(context.Background()) }

func (h *inside) run() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.runs
}

// tormentInside torments a server in this process on a store for a while.
func tormentInside(t *testing.T, wrap func(storage.Store) storage.Store) []Breach {
	t.Helper()
	limits := storage.Limits{Inbox: 500, Keep: time.Hour, Lobby: 1000, Conversation: 500}
	store, err := storage.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "parley.db"), limits, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	network, err := newLoopback(2, "a test in one process")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(network.close)
	host := &inside{store: wrap(store), address: network.address()}
	if err := host.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(host.stop)

	const length = 3 * time.Second
	w := &world{ledger: newLedger(), network: network, host: host}
	w.people = newPeople(5, 1, w.ledger, network, host)
	events := plan(1, setting{length: length, clients: 5, far: 2})
	for at := 300 * time.Millisecond; at < length; at += 500 * time.Millisecond {
		events = append(events, event{at: at, fault: quitClient, client: 4}) // so that the victim is away now and then
	}
	if err := w.torment(t.Context(), events, length); err != nil {
		t.Fatal(err)
	}
	breaches, _ := w.ledger.verdict()
	var told strings.Builder
	w.ledger.report(&told, breaches, 0)
	t.Log("\n" + told.String())
	return breaches
}

func TestAnHonestServerIsFoundHonest(t *testing.T) {
	t.Parallel()
	if breaches := tormentInside(t, func(s storage.Store) storage.Store { return s }); len(breaches) > 0 {
		t.Fatalf("%d breaches were found", len(breaches))
	}
}

// The checker must be able to find what it looks for.
func TestAcknowledgedBeforeTheStoreHasItIsFound(t *testing.T) {
	t.Parallel()
	h := &hasty{victim: "p4"}
	breaches := tormentInside(t, func(s storage.Store) storage.Store {
		h.Store = s
		return h
	})
	lost := 0
	accused := map[string]bool{}
	for _, b := range breaches {
		if b.Kind != Lost && b.Kind != Missing {
			continue
		}
		_, name, _ := strings.Cut(b.Evidence, "~")
		name, _, _ = strings.Cut(name, "~")
		accused["~"+name+"~"] = true
		if b.Kind == Lost {
			lost++
		}
	}
	if lost == 0 {
		t.Error("no message is said to be lost")
	}
	for _, text := range h.never {
		name := text[:1+strings.Index(text[1:], "~")+1]
		if !accused[name] {
			t.Errorf("%s was confirmed and never kept, and is not named", name)
		}
		delete(accused, name)
	}
	for name := range accused {
		t.Errorf("%s was kept, and is named", name)
	}
}
