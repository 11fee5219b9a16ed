package commands

import (
	"bytes"
	"context"
	"slices"
	"time"

	"parley/storage"
)

// This file is what the store in memory knows of sessions and of other nodes, as the test says what these do.

// memoryNodes are what only a store of many nodes has.
type memoryNodes struct {
	bell      chan struct{}
	known     map[storage.ID]storage.Present // who is here, as far as the chat has said so
	others    []storage.Present              // who is on other nodes
	crowded   bool                           // there are other nodes
	nodes     []storage.Node
	sessions  int64
	aways     map[storage.ID]*string
	taken     map[string]int // of what all nodes count together
	silent    bool           // what is asked of other nodes is not answered
	forgotten bool           // told by the next commit
	outcome   error          // of the next batch with asks
	undone    bool           // that batch is not done, whatever the chat is told
	commits   int
	now       bool   // CommitNow commits
	reading   func() // unless nil, called when the lockdown was read
}

func newMemoryNodes() memoryNodes {
	return memoryNodes{bell: make(chan struct{}, 1), known: map[storage.ID]storage.Present{}, aways: map[storage.ID]*string{}, taken: map[string]int{}}
}

// CommitNow leaves everything to Commit, until a test says otherwise.
func (m *memory) CommitNow(b *storage.Batch) bool {
	m.mu.Lock()
	now := m.now
	m.mu.Unlock()
	return now && m.Commit(context.Background(), b) == nil
}

func (m *memory) Rung() <-chan struct{} { return m.bell }

func (m *memory) Status() storage.Status { return storage.Status{} }

func (m *memory) Alone() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.crowded
}

func (m *memory) Elsewhere(_ context.Context, accounts []storage.ID) ([]storage.Present, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.silent {
		return nil, storage.ErrUnavailable
	}
	return slices.DeleteFunc(slices.Clone(m.others), func(p storage.Present) bool {
		return accounts != nil && !slices.Contains(accounts, p.Account)
	}), nil
}

func (m *memory) Here(_ context.Context, rooms []storage.ID) ([]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.silent {
		return nil, storage.ErrUnavailable
	}
	counts := make([]int, len(rooms))
	for i, room := range rooms {
		for _, in := range m.rooms {
			for id := range in.members {
				if in.ID == room && (m.isHere(id) || m.isElsewhere(id)) {
					counts[i]++
				}
			}
		}
	}
	return counts, nil
}

func (m *memory) Nodes(context.Context) ([]storage.Node, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.nodes, nil
}

// Take never gives anything back.
func (m *memory) Take(_ context.Context, what string, burst int, each time.Duration) (time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.silent {
		return 0, storage.ErrUnavailable
	}
	if m.taken[what] >= burst {
		return each, nil
	}
	m.taken[what]++
	return 0, nil
}

func (m *memory) isHere(id storage.ID) bool { _, here := m.known[id]; return here }

func (m *memory) isElsewhere(id storage.ID) bool {
	return slices.ContainsFunc(m.others, func(p storage.Present) bool { return p.Account == id })
}

// tellPresent notes what the batch says of who is here. It returns who has come and gone by that.
func (m *memory) tellPresent(b *storage.Batch) (events []storage.Event) {
	for id, p := range m.known {
		if b.Whole && !slices.ContainsFunc(b.Present, func(one storage.Present) bool { return one.Account == id }) {
			events = append(events, m.become(p, false)...)
		}
	}
	for _, p := range b.Present {
		p.Sessions = slices.Clone(p.Sessions)
		events = append(events, m.become(p, len(p.Sessions) > 0)...)
	}
	return events
}

// become notes who is here.
func (m *memory) become(p storage.Present, here bool) (events []storage.Event) {
	changed := m.isHere(p.Account) != here && !m.isElsewhere(p.Account)
	if here {
		m.known[p.Account] = p
	} else {
		delete(m.known, p.Account)
	}
	if !changed {
		return nil
	}
	e := storage.Event{Kind: storage.Gone, To: p.Account, ToName: p.Name, Change: &storage.Change{}, Ask: -1}
	if here {
		e.Kind = storage.Here
	} else if !m.isElsewhere(p.Account) {
		delete(m.aways, p.Account)
	}
	for _, in := range m.rooms {
		if in.members[p.Account] != nil {
			e.Change.Rooms = append(e.Change.Rooms, in.ID)
		}
	}
	return []storage.Event{e}
}

// begin begins the session of a login.
func (m *memory) begin(a *storage.Ask, who storage.Account, v *storage.Verdict) []storage.Event {
	if a.Begins == nil {
		return nil
	}
	m.sessions++
	v.Session, v.Away = m.sessions, m.aways[who.ID]
	s := *a.Begins
	s.ID = v.Session
	p := storage.Present{Account: who.ID, Name: who.Name, Sessions: append(m.known[who.ID].Sessions, s)}
	return m.become(p, true)
}

func (c *change) setAway() {
	e := storage.Event{Kind: storage.AwaySet, To: c.who.ID, ToName: c.who.Name, Text: bytes.Clone(c.ask.Text), Change: &storage.Change{On: c.order.May, Rooms: c.order.Rooms}}
	if delete(c.aways, c.who.ID); c.order.May {
		c.aways[c.who.ID] = new(string(c.ask.Text))
	}
	c.events = append(c.events, e)
}

// happens is what another node does. The bell rings.
func (m *memory) happens(events ...storage.Event) {
	m.mu.Lock()
	for _, e := range events {
		e.Ask = -1
		if e.At.IsZero() {
			e.At = time.Now()
		}
		if e.Change == nil && e.Kind != storage.Message {
			e.Change = &storage.Change{}
		}
		m.foreign = append(m.foreign, e)
	}
	m.mu.Unlock()
	select {
	case m.bell <- struct{}{}:
	default:
	}
}

// said is a message that was kept by another node.
func (m *memory) said(from, to, text string) storage.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	who := m.accounts[from]
	e := storage.Event{Kind: storage.Message, Number: m.next(), From: who.ID, FromName: who.Name, Text: []byte(text)}
	if in := m.rooms[to]; in != nil {
		e.Thread, e.ToName = storage.RoomThread(in.ID), in.Name
	} else {
		other := m.accounts[to]
		e.Thread, e.To, e.ToName = storage.PairThread(who.ID, other.ID), other.ID, other.Name
	}
	m.keep(e)
	return e
}
