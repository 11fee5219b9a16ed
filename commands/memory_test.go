package commands

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"parley/storage"
)

// memory is a store that forgets everything when it ends, for what a test wants to be quick.
type memory struct {
	mu       sync.Mutex
	accounts map[string]storage.Account
	lobby    []storage.Message
	private  map[[2]string][]storage.Message // by the two keys, the smaller one first
	inbox    map[string][]storage.Message
	number   int64
	refuse   error // what SetPassword says
}

func newMemory() *memory {
	return &memory{accounts: map[string]storage.Account{}, private: map[[2]string][]storage.Message{}, inbox: map[string][]storage.Message{}}
}

func (m *memory) CreateAccount(_ context.Context, a storage.Account) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.accounts[a.Key]; ok {
		return storage.ErrExists
	}
	m.accounts[a.Key] = a
	return nil
}

func (m *memory) Account(_ context.Context, key string) (storage.Account, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.accounts[key]
	if !ok {
		return a, storage.ErrNoAccount
	}
	return a, nil
}

func (m *memory) SetPassword(_ context.Context, key, old, new string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.accounts[key]
	switch {
	case m.refuse != nil:
		return m.refuse
	case !ok:
		return storage.ErrNoAccount
	case a.Hash != old:
		return storage.ErrChanged
	}
	a.Hash = new
	m.accounts[key] = a
	return nil
}

func (m *memory) DeleteAccount(context.Context, string) error { return storage.ErrNoAccount }

func (m *memory) Accounts(context.Context) ([]storage.Account, error) { return nil, nil }

func (m *memory) Commit(_ context.Context, b *storage.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range b.Proofs {
		m.inbox[p.Key] = slices.DeleteFunc(m.inbox[p.Key], func(one storage.Message) bool { return one.Number <= p.Number })
	}
	for i := range b.Posts {
		m.post(&b.Posts[i], b.At)
	}
	for i := range b.Pages {
		p := &b.Pages[i]
		*p = storage.Page{Key: p.Key, After: p.After, Limit: p.Limit, Messages: m.inbox[p.Key], Waiting: len(m.inbox[p.Key])}
	}
	return nil
}

func (m *memory) post(p *storage.Post, at time.Time) {
	p.Err, p.ToName = nil, ""
	m.number++
	p.Number = m.number
	message := storage.Message{Number: p.Number, At: at, From: p.From, Text: bytes.Clone(p.Text)}
	if p.To == "" {
		m.lobby = append(m.lobby, message)
		return
	}
	to, ok := m.accounts[p.To]
	if !ok {
		p.Err = storage.ErrNoAccount
		return
	}
	p.ToName = to.Name
	m.inbox[p.To] = append(m.inbox[p.To], message)
	two := pair(p.FromKey, p.To)
	m.private[two] = append(m.private[two], message)
}

func (m *memory) Lobby(_ context.Context, _ int64, limit int) ([]storage.Message, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.lobby[max(0, len(m.lobby)-limit):]), false, nil
}

func (m *memory) Conversation(_ context.Context, a, b string, _ int64, limit int) ([]storage.Message, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	said := m.private[pair(a, b)]
	return slices.Clone(said[max(0, len(said)-limit):]), false, nil
}

func (m *memory) Close() error { return nil }

// forget drops what was said.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lobby = nil
	clear(m.private)
	clear(m.inbox)
}

// setTexts changes all that was said into something else.
func (m *memory) setTexts(text []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.lobby {
		m.lobby[i].Text = text
	}
	for _, said := range m.private {
		for i := range said {
			said[i].Text = text
		}
	}
	for _, waiting := range m.inbox {
		for i := range waiting {
			waiting[i].Text = text
		}
	}
}

func pair(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }
