package commands

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"parley/storage"
)

// memory is a store that keeps nothing on disk, for tests that must be fast.
type memory struct {
	mu       sync.Mutex
	accounts map[string]storage.Account
	threads  map[storage.Thread][]storage.Event
	inbox    map[storage.ID][]storage.Event
	foreign  []storage.Event // what others have done since the last commit
	number   int64

	read     func(key string)     // unless nil, called when an account has been read
	before   func(*storage.Batch) // unless nil, called before a batch is committed
	failAcks bool                 // the next acks are not done
	err      error                // unless nil, what every account that is looked for leads to
}

const lobby storage.ID = 1

func newMemory() *memory {
	return &memory{accounts: map[string]storage.Account{}, threads: map[storage.Thread][]storage.Event{}, inbox: map[storage.ID][]storage.Event{}, number: 1}
}

func (m *memory) Account(_ context.Context, key string) (storage.Account, error) {
	m.mu.Lock()
	a, ok := m.accounts[key]
	read, err := m.read, m.err
	m.mu.Unlock()
	if read != nil {
		read(key)
	}
	if err == nil && !ok {
		err = storage.ErrNoAccount
	}
	return a, err
}

func (m *memory) Accounts(context.Context) ([]storage.Account, error) { return nil, nil }

func (m *memory) Commit(_ context.Context, b *storage.Batch) error {
	m.mu.Lock()
	before := m.before
	m.mu.Unlock()
	if before != nil {
		before(b)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(b.Acks) > 0 && m.failAcks {
		m.failAcks = false
	} else {
		m.ack(b)
	}
	b.Events, m.foreign = append(b.Events, m.foreign...), nil
	for i := range b.Asks {
		before := m.number
		v, e := m.do(&b.Asks[i])
		b.Verdicts = append(b.Verdicts, v)
		if e.Kind != 0 && m.number > before {
			e.At, e.Ask = b.At, i
			m.keep(e)
			b.Events = append(b.Events, e)
		}
	}
	return nil
}

func (m *memory) ack(b *storage.Batch) {
	for _, a := range b.Acks {
		m.inbox[a.Account] = slices.DeleteFunc(m.inbox[a.Account], func(e storage.Event) bool { return e.Number <= a.Number })
	}
	b.Acks = b.Acks[:0]
}

// do does one ask. The event is empty if it causes none.
func (m *memory) do(a *storage.Ask) (v storage.Verdict, e storage.Event) {
	who, known := m.byID(a.Account)
	rooms := []storage.Room{{ID: lobby, Name: storage.LobbyName}}
	switch {
	case a.Kind == storage.Create:
		if _, taken := m.accounts[a.New.Key]; taken {
			return storage.Verdict{Err: storage.ErrExists}, e
		}
		m.number++
		a.New.ID = storage.ID(m.number)
		m.accounts[a.New.Key] = *a.New
		return storage.Verdict{Account: a.New.ID, Rooms: rooms, Since: m.number}, e
	case !known:
		return storage.Verdict{Err: storage.ErrGone}, e
	case a.Kind == storage.Say:
		return m.say(a, who)
	case a.Kind == storage.Feed:
		return storage.Verdict{Page: m.page(a)}, e
	case a.Hash != who.Hash && (a.Kind == storage.Enter || a.Hash != ""):
		return storage.Verdict{Err: storage.ErrChanged}, e
	}
	if a.NewHash != "" {
		who.Hash = a.NewHash
		m.accounts[who.Key] = who
	}
	if a.Kind == storage.Enter {
		return storage.Verdict{Rooms: rooms, Page: m.page(a), Since: m.number}, e
	}
	m.number++
	return v, storage.Event{Kind: storage.PasswordChanged, Number: m.number, To: who.ID, ToName: who.Name}
}

// page returns a part of an inbox.
func (m *memory) page(a *storage.Ask) (p storage.Page) {
	for _, e := range m.inbox[a.Account] {
		switch {
		case e.Number <= a.After:
		case len(p.Messages) < a.Limit:
			p.Messages = append(p.Messages, e)
		default:
			p.More = true
		}
	}
	p.Waiting = len(m.inbox[a.Account])
	return p
}

func (m *memory) say(a *storage.Ask, who storage.Account) (storage.Verdict, storage.Event) {
	e := storage.Event{Kind: storage.Message, From: who.ID, FromName: who.Name, Text: a.Text, ToName: a.To, Thread: storage.RoomThread(lobby)}
	if a.To != storage.LobbyName {
		to, ok := m.accounts[a.To]
		if !ok {
			return storage.Verdict{Err: storage.ErrNoAccount}, e
		}
		e.To, e.ToName, e.Thread = to.ID, to.Name, storage.PairThread(who.ID, to.ID)
	}
	m.number++
	e.Number = m.number
	return storage.Verdict{}, e
}

func (m *memory) keep(e storage.Event) {
	if e.Kind != storage.Message {
		return
	}
	e.Text = bytes.Clone(e.Text)
	m.threads[e.Thread] = append(m.threads[e.Thread], e)
	if e.To != 0 {
		m.inbox[e.To] = append(m.inbox[e.To], e)
	}
}

func (m *memory) byID(id storage.ID) (storage.Account, bool) {
	for _, a := range m.accounts {
		if a.ID == id {
			return a, true
		}
	}
	return storage.Account{}, false
}

// remove removes an account, as an operator does.
func (m *memory) remove(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.accounts[key]
	delete(m.accounts, key)
	m.number++
	m.foreign = append(m.foreign, storage.Event{Kind: storage.AccountRemoved, Number: m.number, To: a.ID, ToName: a.Name, Ask: -1})
}

// lose forgets an account, as a store does that has gone back.
func (m *memory) lose(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.accounts, key)
}

// set changes what is called, or told.
func (m *memory) set(change func(m *memory)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change(m)
}

func (m *memory) History(_ context.Context, t storage.Thread, _ int64, limit int) ([]storage.Event, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	said := m.threads[t]
	return slices.Clone(said[max(0, len(said)-limit):]), false, nil
}

func (m *memory) Close() error { return nil }

// forget drops what was said.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.threads)
	clear(m.inbox)
}

// setTexts changes all that was said into something else.
func (m *memory) setTexts(text []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, said := range m.threads {
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
