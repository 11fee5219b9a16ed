package storage

import (
	"database/sql"
	"errors"
	"sync"
)

// head is the newest message of a chain: a thread or an inbox.
type head struct {
	number  int64 // 0: none
	count   int64 // how many the chain ever had
	unsaved bool  // the table chains does not have it yet
}

// chains are the heads of the threads and inboxes that are confirmed, which is what makes a message visible to readers. What is not here is
// in the table.
type chains struct {
	mu    sync.RWMutex
	heads map[string]head
}

const (
	lobbyThread   = ""
	maxHeads      = 100_000
	saveHeadsEach = 4096 // messages
)

// threadOf names the thread of two accounts. Keys hold no spaces, so it is no key.
func threadOf(a, b string) string {
	if a > b {
		a, b = b, a
	}
	return a + " " + b
}

// head returns the confirmed head of a chain.
func (c *chains) head(db *sqliteConn, name string) (head, error) {
	c.mu.RLock()
	h, ok := c.heads[name]
	c.mu.RUnlock()
	if ok {
		return h, nil
	}
	err := db.row("SELECT head, count FROM chains WHERE name = ?", []any{name}, &h.number, &h.count)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return h, err
}

// confirm makes the messages visible whose heads these are.
func (c *chains) confirm(heads map[string]head) {
	c.mu.Lock()
	for name, h := range heads {
		c.heads[name] = h
	}
	c.mu.Unlock()
}

// saved notes that the table has all the heads.
func (c *chains) saved() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.heads) > maxHeads {
		clear(c.heads)
		return
	}
	for name, h := range c.heads {
		if h.unsaved {
			h.unsaved = false
			c.heads[name] = h
		}
	}
}

// saveChains writes the heads that the table lacks. A job.
func (w *sqliteWriter) saveChains() error {
	w.rows = w.rows[:0]
	for name, h := range w.store.chains.heads { // only the writer changes them
		if h.unsaved {
			w.rows = append(w.rows, name, h.number, h.count)
		}
	}
	if err := w.db.insert(intoChains, w.rows); err != nil {
		return err
	}
	_, err := w.db.exec("UPDATE progress SET chained = ?", w.next-1)
	return err
}

// recoverChains finds the heads of the messages that came after the last saveChains.
func (w *sqliteWriter) recoverChains() error {
	if err := w.db.row("SELECT chained FROM progress", nil, &w.chained); err != nil {
		return err
	}
	w.next, w.sweptAt = w.chained+1, w.chained
	heads := w.store.chains.heads
	query := "SELECT number, recipient, thread, thread_count FROM messages WHERE number > ? ORDER BY number"
	return w.db.each(query, []any{w.chained}, func(scan func(...any) error) error {
		var number, count int64
		var recipient, thread string
		if err := scan(&number, &recipient, &thread, &count); err != nil {
			return err
		}
		w.next = number + 1
		heads[thread] = head{number: number, count: count, unsaved: true}
		if recipient != "" {
			heads[recipient] = head{number: number, unsaved: true}
		}
		return nil
	})
}
