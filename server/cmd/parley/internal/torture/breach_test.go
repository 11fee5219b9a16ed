package torture

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/commands"
	"parley/commands/ratelimit"
	"parley/server"
	"parley/storage"
)

// victim is who is away while the others talk.
const victim = "p2"

// hasty is a store that can break the contract: it confirms what is said to the victim before it has it, and then never gets to it.
type hasty struct {
	storage.Store

	mu    sync.Mutex
	away  bool     // the victim can't log in
	lies  bool     // for as long as this is so
	texts []string // that were said to the victim while they were away
	given int64    // lies told
}

func (h *hasty) Account(ctx context.Context, key string) (storage.Account, error) {
	h.mu.Lock()
	away := h.away && key == victim
	h.mu.Unlock()
	if away {
		return storage.Account{}, storage.ErrUnavailable
	}
	return h.Store.Account(ctx, key)
}

func (h *hasty) Commit(ctx context.Context, b *storage.Batch) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	honest := *b
	honest.Posts = nil
	for _, p := range b.Posts {
		if h.away && p.To == victim {
			h.texts = append(h.texts, string(p.Text))
		}
		if !h.lies || p.To != victim {
			honest.Posts = append(honest.Posts, p)
		}
	}
	if err := h.Store.Commit(ctx, &honest); err != nil {
		return err
	}
	for i := range b.Posts {
		if p := &b.Posts[i]; h.lies && p.To == victim {
			h.given++
			p.Number, p.ToName, p.Err = 1<<40+h.given, p.To, nil // no real message has this number
		} else {
			*p, honest.Posts = honest.Posts[0], honest.Posts[1:]
		}
	}
	return nil
}

// awaitTexts waits until enough was said to the victim, and lets them come back to a store that is honest.
func (h *hasty) awaitTexts() error {
	const enough = 20
	for late := time.Now().Add(time.Minute); time.Now().Before(late); time.Sleep(10 * time.Millisecond) {
		h.mu.Lock()
		if len(h.texts) >= enough {
			h.away, h.lies = false, false
			h.mu.Unlock()
			return nil
		}
		h.mu.Unlock()
	}
	return errors.New("nobody speaks to the victim")
}

// inside is a server in this process. It can't be killed, only ended.
type inside struct {
	store   storage.Store
	address string
	server  *server.Server
}

func (h *inside) start(context.Context) (err error) {
	log := zap.NewNop()
	off := ratelimit.Rate{Off: true}
	h.server, err = server.Start(h.store, server.Config{
		Listen: []string{h.address}, Shards: 1, MaxConnections: 500, Descriptors: 800, MaxPerAddress: 500, ConnectRate: off,
		Input: 64 << 10, Outbox: 256 << 10, LoginTime: time.Minute, DrainTime: time.Second, Log: log,
		Chat: commands.Config{MessageRate: off, LoginRate: off, RegisterRate: off, RegisterRateAll: off,
			StoreTimeout: 30 * time.Second, Password: commands.DefaultPassword, Log: log},
	})
	return err
}

func (h *inside) kill()    { h.stop() }
func (h *inside) stop()    { h.server.Stop(context.Background()) }
func (h *inside) run() int { return 1 }

// talkTo lets people talk on a store with a victim, and returns the verdict.
func talkTo(t *testing.T, h *hasty) []Breach {
	t.Helper()
	limits := storage.Limits{Inbox: 500, Keep: time.Hour, Lobby: 1000, Conversation: 500}
	store, err := storage.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "parley.db"), limits, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	h.Store = store
	network, err := newLoopback(1, "a test in one process")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(network.close)
	host := &inside{store: h, address: network.address()}
	if err := host.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(host.stop)

	w := &world{ledger: newLedger(io.Discard), network: network, host: host}
	w.people = newPeople(3, 1, w.ledger, network, host)
	if err := w.talk(t.Context(), h.awaitTexts); err != nil {
		t.Fatal(err)
	}
	breaches, _ := w.ledger.verdict()
	var told strings.Builder
	w.ledger.report(&told, breaches, 0)
	t.Log("\n" + told.String())
	return breaches
}

func TestAnHonestStoreIsFoundHonest(t *testing.T) {
	if breaches := talkTo(t, &hasty{away: true}); len(breaches) > 0 {
		t.Fatalf("%d breaches were found", len(breaches))
	}
}

// The checker must be able to find what it looks for.
func TestAcknowledgedBeforeTheStoreHasItIsFound(t *testing.T) {
	h := &hasty{away: true, lies: true}
	lost := map[string]bool{}
	for _, b := range talkTo(t, h) {
		if b.Kind == Lost {
			lost[nameOfText(b.Evidence)] = true
		}
	}
	for _, text := range h.texts {
		name := nameOfText(text)
		if !lost[name] {
			t.Errorf("%s was confirmed and never kept, and is not said to be lost", name)
		}
		delete(lost, name)
	}
	for name := range lost {
		t.Errorf("%s was kept, and is said to be lost", name)
	}
}

// nameOfText finds the part of a text that is its own.
func nameOfText(text string) string {
	_, name, _ := strings.Cut(text, "~")
	name, _, _ = strings.Cut(name, "~")
	return name
}
