package storage

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// checker looks at the records of a dump as they pass, so that a store need not: they are in order, they name only what there is, and each thread
// is by number. What is wrong is an error that names the record.
type checker struct {
	source func() (*Record, error)

	count    int
	kind     int // the place in RecordKinds of the last one
	last     int64
	accounts map[ID]string // their keys
	rooms    map[ID]string
	taken    map[string]bool  // the keys of both
	threads  map[Thread]int64 // the number of the last message
	inboxes  map[ID]inboxEdge
}

// inboxEdge is where the waiting messages to an account begin.
type inboxEdge struct {
	acked int64 // the number of the last one that does not wait
	waits int64 // that of the first one that does; 0: none
}

func newChecker(source func() (*Record, error)) *checker {
	return &checker{
		source: source, kind: -1, accounts: map[ID]string{}, rooms: map[ID]string{}, taken: map[string]bool{},
		threads: map[Thread]int64{}, inboxes: map[ID]inboxEdge{},
	}
}

func (c *checker) next() (*Record, error) {
	r, err := c.source()
	switch {
	case errors.Is(err, io.EOF) && !c.taken[LobbyName]:
		return nil, fmt.Errorf("there is no room %s among the records: this is no whole backup", LobbyName)
	case err != nil:
		return nil, err
	}
	c.count++
	if err := c.check(r); err != nil {
		return nil, fmt.Errorf("record %d is wrong: %w", c.count, err)
	}
	return r, nil
}

func (c *checker) check(r *Record) error {
	kind := slices.Index(RecordKinds, r.Kind())
	switch {
	case kind < 0:
		return errors.New("it is not one thing")
	case c.kind < 0 && kind != 0:
		return errors.New("the first one is not the state")
	case kind < c.kind, kind == 0 && c.kind == 0:
		return fmt.Errorf("a record of the kind %s comes too late", RecordKinds[kind])
	}
	c.kind = kind
	switch {
	case r.State != nil:
		c.last = r.State.Last
		return nil
	case r.Account != nil:
		return c.add(c.accounts, r.Account.ID, r.Account.Key, r.Account.Created)
	case r.Room != nil:
		return errors.Join(c.add(c.rooms, r.Room.ID, r.Room.Key, r.Room.Created), whole(r.Room.TopicAt))
	case r.Member != nil:
		return c.refer(r.Member.Account, r.Member.Room)
	case r.Sanction != nil:
		return errors.Join(c.refer(0, r.Sanction.Room), whole(r.Sanction.At, r.Sanction.Until))
	case r.Invite != nil:
		return errors.Join(c.refer(r.Invite.Account, r.Invite.Room), whole(r.Invite.At))
	case r.Block != nil:
		return c.refer(r.Block.Account, 0)
	case r.Token != nil:
		return errors.Join(c.refer(r.Token.Account, 0), whole(r.Token.At, r.Token.Until))
	case r.Once != nil:
		return errors.Join(c.refer(r.Once.Account, 0), whole(r.Once.At))
	}
	return c.message(r.Message)
}

// add takes note of an account or a room.
func (c *checker) add(to map[ID]string, id ID, key string, created time.Time) error {
	switch {
	case id <= 0 || int64(id) > c.last:
		return fmt.Errorf("the id %d is not one from 1 to %d, the last number", id, c.last)
	case c.accounts[id] != "" || c.rooms[id] != "":
		return fmt.Errorf("the id %d has come before", id)
	case key == "" || c.taken[key]:
		return fmt.Errorf("the key %q has come before or is empty", key)
	}
	to[id], c.taken[key] = key, true
	return whole(created)
}

// refer checks that there are an account and a room, unless they are 0.
func (c *checker) refer(account, room ID) error {
	switch {
	case account != 0 && c.accounts[account] == "":
		return fmt.Errorf("there is no account %d", account)
	case room != 0 && c.rooms[room] == "":
		return fmt.Errorf("there is no room %d", room)
	}
	return nil
}

func (c *checker) message(m *MessageRecord) error {
	switch {
	case (m.Room == 0) == (m.To == 0):
		return errors.New("it is neither in a room nor to an account, or both")
	case m.Number <= 0 || m.Number > c.last:
		return fmt.Errorf("the number %d is not one from 1 to %d, the last number", m.Number, c.last)
	case m.Waiting && c.accounts[m.To] == "":
		return fmt.Errorf("it is waiting for the account %d, which there is not", m.To)
	}
	if t := m.Thread(); t != (Thread{}) {
		if m.Number <= c.threads[t] {
			return fmt.Errorf("the message %d comes after %d in the same thread", m.Number, c.threads[t])
		}
		c.threads[t] = m.Number
	}
	if err := c.waits(m); err != nil {
		return err
	}
	return errors.Join(c.refer(0, m.Room), whole(m.At))
}

// waits checks that no message waits in front of one that does not.
func (c *checker) waits(m *MessageRecord) error {
	if c.accounts[m.To] == "" {
		return nil
	}
	edge := c.inboxes[m.To]
	switch {
	case !m.Waiting:
		edge.acked = max(edge.acked, m.Number)
	case edge.waits == 0 || m.Number < edge.waits:
		edge.waits = m.Number
	}
	c.inboxes[m.To] = edge
	if edge.waits > 0 && edge.waits < edge.acked {
		return fmt.Errorf("the message %d to the account %d is waiting, and %d after it is not", edge.waits, m.To, edge.acked)
	}
	return nil
}

// whole checks that times are kept as they are.
func whole(times ...time.Time) error {
	for _, t := range times {
		if !t.IsZero() && !t.Equal(t.Truncate(time.Millisecond)) {
			return fmt.Errorf("the time %s is finer than a millisecond", t.Format(time.RFC3339Nano))
		}
	}
	return nil
}
