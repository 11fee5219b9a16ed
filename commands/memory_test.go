package commands

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"parley/storage"
)

// memory is a store that keeps nothing on disk, for tests that must be fast. What has to do with rooms is in memory_rooms_test.go.
type memory struct {
	mu        sync.Mutex
	accounts  map[string]storage.Account
	threads   map[storage.Thread][]storage.Event
	inbox     map[storage.ID][]storage.Event
	rooms     map[string]*memoryRoom // by key
	sanctions []memorySanction
	invites   map[storage.ID][]memoryInvite
	blocked   map[storage.ID]map[storage.ID]string // the names
	tokens    map[string]string                    // hash of a secret -> key of the account
	locked    bool
	foreign   []storage.Event // what others have done since the last commit
	number    int64
	memoryNodes

	limits   storage.Limits
	read     func(key string)     // unless nil, called when an account has been read
	looked   func()               // unless nil, called when a membership or a history has been read
	before   func(*storage.Batch) // unless nil, called before a batch is committed
	after    func(*storage.Batch) // unless nil, called when one was committed
	failAcks bool                 // the next acks are not done
	err      error                // unless nil, what every account that is looked for leads to
}

const lobby storage.ID = 1

func newMemory() *memory {
	const many = 1000
	return &memory{
		accounts: map[string]storage.Account{}, threads: map[storage.Thread][]storage.Event{}, inbox: map[storage.ID][]storage.Event{},
		rooms:   map[string]*memoryRoom{storage.LobbyName: {Room: storage.Room{ID: lobby, Name: storage.LobbyName}, members: map[storage.ID]*storage.Membership{}}},
		invites: map[storage.ID][]memoryInvite{}, blocked: map[storage.ID]map[storage.ID]string{}, tokens: map[string]string{}, number: 1,
		memoryNodes: newMemoryNodes(), limits: storage.Limits{Rooms: many, Members: many, Bans: many, Blocks: many, Invites: many},
	}
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
	m.commits++
	outcome := m.outcome
	if len(b.Asks) == 0 {
		outcome = nil
	} else if m.outcome = nil; outcome != nil && (m.undone || !errors.Is(outcome, storage.ErrUnsure)) {
		return outcome
	}
	b.Forgotten, m.forgotten = m.forgotten, false
	if len(b.Acks) > 0 && m.failAcks {
		m.failAcks = false
	} else {
		m.ack(b)
	}
	b.Events, m.foreign = append(b.Events, m.foreign...), nil
	b.Events = append(b.Events, m.tellPresent(b)...)
	for i := range b.Asks {
		v, events := m.do(&b.Asks[i], b.At)
		b.Verdicts = append(b.Verdicts, v)
		for _, e := range events {
			e.At, e.Ask = b.At, i
			m.keep(e)
			b.Events = append(b.Events, e)
		}
	}
	if outcome != nil { // it is done, and the chat is told that later
		for _, e := range b.Events {
			e.Ask, e.Text = -1, bytes.Clone(e.Text)
			m.foreign = append(m.foreign, e)
		}
		return outcome
	}
	if m.after != nil {
		m.after(b)
	}
	return nil
}

func (m *memory) ack(b *storage.Batch) {
	for _, a := range b.Acks {
		m.inbox[a.Account] = slices.DeleteFunc(m.inbox[a.Account], func(e storage.Event) bool { return e.Number <= a.Number })
	}
	b.Acks = b.Acks[:0]
}

// next takes the next number.
func (m *memory) next() int64 {
	m.number++
	return m.number
}

// do does one ask. It returns the events that it causes.
func (m *memory) do(a *storage.Ask, at time.Time) (v storage.Verdict, events []storage.Event) {
	who, known := m.byID(a.Account)
	if a.Token != "" {
		if who = m.accounts[a.To]; m.tokens[a.Token] != a.To {
			return storage.Verdict{Err: storage.ErrNoToken}, nil
		}
		known, a.Hash, v.Entered = true, who.Hash, &who
	}
	switch {
	case a.Kind == storage.MakeToken:
		m.tokens[a.Hash] = who.Key
		return v, nil
	case a.Kind == storage.Create:
		v, who = m.create(a.New)
		if v.Err != nil {
			return v, nil
		}
		events = m.begin(a, who, &v)
		return v, events
	case a.Kind == storage.Tidy:
		return v, nil
	case !known && a.Account != 0:
		return storage.Verdict{Err: storage.ErrGone}, nil
	case a.Kind == storage.Forget:
		if !who.Guest {
			return storage.Verdict{Err: storage.ErrExists}, nil
		}
		return v, m.removeOwn(who)
	case a.Kind >= storage.Join:
		c := change{memory: m, ask: a, order: a.Order, who: who, at: at}
		v.Err = c.do(&v)
		return v, c.events
	case a.Kind == storage.Say:
		return m.say(a, who, at)
	case a.Kind == storage.Feed:
		return storage.Verdict{Page: m.page(a)}, nil
	case a.Hash != who.Hash && (a.Kind == storage.Enter || a.Hash != ""):
		return storage.Verdict{Err: storage.ErrChanged}, nil
	}
	if a.Kind == storage.Enter {
		if s := m.sanction(0, who.Key, false, at); s != nil {
			return storage.Verdict{Err: storage.ErrBanned, Sanction: s}, nil
		}
	}
	if a.NewHash != "" {
		who.Hash = a.NewHash
		m.accounts[who.Key] = who
	}
	if a.Kind == storage.Enter {
		v = storage.Verdict{Rooms: m.roomsOf(who.ID), Operator: who.Operator, Page: m.page(a), Since: m.number, Entered: v.Entered}
		for _, in := range m.invites[who.ID] {
			if !in.told {
				v.Page.Invites = append(v.Page.Invites, in.Invitation)
			}
		}
		events = m.begin(a, who, &v)
		return v, events
	}
	return v, []storage.Event{{Kind: storage.PasswordChanged, Number: m.next(), To: who.ID, ToName: who.Name}}
}

func (m *memory) create(made *storage.Account) (v storage.Verdict, who storage.Account) {
	if _, taken := m.accounts[made.Key]; taken {
		return storage.Verdict{Err: storage.ErrExists}, who
	}
	who = *made
	who.ID = storage.ID(m.next())
	m.accounts[who.Key] = who
	in := m.rooms[storage.LobbyName]
	in.members[who.ID] = &storage.Membership{Since: m.number, Read: m.number}
	return storage.Verdict{Account: who.ID, Rooms: m.roomsOf(who.ID), Since: m.number}, who
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

func (m *memory) say(a *storage.Ask, who storage.Account, at time.Time) (v storage.Verdict, events []storage.Event) {
	if v.Sanction = m.sanction(0, who.Key, true, at); v.Sanction != nil {
		v.Err = storage.ErrMuted
		return v, nil
	}
	e := storage.Event{Kind: storage.Message, From: who.ID, FromName: who.Name, Text: a.Text}
	if isRoom([]byte(a.To)) {
		in := m.rooms[a.To]
		if v.Err = m.maySpeak(in, who, at, &v); v.Err != nil {
			return v, nil
		}
		e.ToName, e.Thread = in.Name, storage.RoomThread(in.ID)
	} else {
		to, ok := m.accounts[a.To]
		switch {
		case !ok:
			return storage.Verdict{Err: storage.ErrNoAccount}, nil
		case m.blocked[to.ID][who.ID] != "":
			return storage.Verdict{Err: storage.ErrBlocked}, nil
		}
		e.To, e.ToName, e.Thread = to.ID, to.Name, storage.PairThread(who.ID, to.ID)
	}
	e.Number = m.next()
	return v, []storage.Event{e}
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
	m.foreign = append(m.foreign, storage.Event{Kind: storage.AccountRemoved, Number: m.next(), To: a.ID, ToName: a.Name, Ask: -1})
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

func (m *memory) History(_ context.Context, t storage.Thread, r storage.Range) ([]storage.Event, bool, error) {
	m.mu.Lock()
	said := slices.DeleteFunc(slices.Clone(m.threads[t]), func(e storage.Event) bool {
		return e.Number <= r.After || r.Before > 0 && e.Number >= r.Before
	})
	looked := m.looked
	m.mu.Unlock()
	if looked != nil {
		looked()
	}
	more := len(said) > r.Limit
	if more && r.Forward {
		said = said[:r.Limit]
	} else if more {
		said = said[len(said)-r.Limit:]
	}
	return said, more, nil
}

func (m *memory) Close() error { return nil }

// RemoveMessages is asked for by the operator's command alone.
func (m *memory) RemoveMessages(context.Context, storage.ID) (int, error) {
	return 0, storage.ErrUnavailable
}

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

func (m *memory) SetLimits(limits storage.Limits) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.limits = limits
}
