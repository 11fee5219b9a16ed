package storage

import (
	"database/sql"
	"errors"
	"sync"
)

// head is the newest message of a thread or an inbox.
type head struct {
	number  int64 // 0: none
	count   int64 // how many the thread ever had
	unsaved bool  // the table threads does not have it yet
}

// threads are the confirmed heads of the threads and inboxes. Readers show a message only if it is not newer than its thread's head. A
// head that is not here is in the table.
type threads struct {
	mu    sync.RWMutex
	heads map[Thread]head
}

const (
	maxHeads = 100_000
	// saveHeadsEach is how many numbers come at least between two times that the heads are saved, and saveHeadsMost how many if the writer
	// never rests: a start reads the events since then.
	saveHeadsEach = 4096
	saveHeadsMost = 16_384
)

// inboxThread stands for the inbox of an account among the threads. It can't be mistaken for one: every thread has an A.
func inboxThread(account ID) Thread { return Thread{B: account} }

// head returns the confirmed head of a thread.
func (t *threads) head(db *sqliteConn, thread Thread) (head, error) {
	if h, known := t.known(thread); known {
		return h, nil
	}
	var h head
	err := db.row("SELECT head, count FROM threads WHERE a = ? AND b = ?", []any{int64(thread.A), int64(thread.B)}, &h.number, &h.count)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return h, err
}

// known returns the head of a thread if it is not in the table alone.
func (t *threads) known(thread Thread) (h head, known bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	h, known = t.heads[thread]
	return h, known
}

// confirm makes the messages up to these heads visible.
func (t *threads) confirm(heads map[Thread]head) {
	t.mu.Lock()
	for thread, h := range heads {
		t.heads[thread] = h
	}
	t.mu.Unlock()
}

// replace has other heads take the place of all.
func (t *threads) replace(heads map[Thread]head) {
	t.mu.Lock()
	t.heads = heads
	t.mu.Unlock()
}

// saved notes that the table has all the heads.
func (t *threads) saved() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.heads) > maxHeads {
		clear(t.heads)
		return
	}
	for thread, h := range t.heads {
		if h.unsaved {
			h.unsaved = false
			t.heads[thread] = h
		}
	}
}

// settleThreads has the table get all heads, and reports whether it has.
func (w *sqliteWriter) settleThreads() bool {
	if w.transact(&job{do: (*sqliteWriter).saveThreads}) != nil {
		return false
	}
	w.threaded = w.given
	w.store.threads.saved()
	return true
}

// saveThreads writes the heads that the table lacks. A job.
func (w *sqliteWriter) saveThreads() error {
	if w.behind {
		if err := w.recoverThreads(); err != nil { // an operator's command may have removed messages
			return err
		}
	}
	w.rows = w.rows[:0]
	for thread, h := range w.store.threads.heads { // only the writer changes them
		if h.unsaved {
			w.rows = append(w.rows, int64(thread.A), int64(thread.B), h.number, h.count)
		}
	}
	if err := w.db.insert(intoThreads, w.rows); err != nil {
		return err
	}
	_, err := w.db.exec("UPDATE progress SET threaded = ?", w.given)
	return err
}

// resume finds where the numbers go on, and the heads.
func (w *sqliteWriter) resume() error {
	last, err := w.lastNumber()
	if err != nil {
		return err
	}
	if !w.store.shared { // the heads change until an operator's command is done: see catchUp
		if err := w.recoverThreads(); err != nil {
			return err
		}
	}
	w.next, w.given, w.told, w.sweptAt, w.expired = last+1, last, last, last, 0
	return nil
}

// recoverThreads finds the heads of the messages that came after the last saveThreads.
func (w *sqliteWriter) recoverThreads() error {
	if err := w.db.row("SELECT threaded FROM progress", nil, &w.threaded); err != nil {
		return err
	}
	heads := map[Thread]head{}
	query := "SELECT number, recipient, thread_a, thread_b, thread_count FROM events WHERE number > ? AND kind = 1 ORDER BY number"
	err := w.db.each(query, []any{w.threaded}, func(scan func(...any) error) error {
		var number, count int64
		var recipient ID
		var thread Thread
		if err := scan(&number, &recipient, &thread.A, &thread.B, &count); err != nil {
			return err
		}
		heads[thread] = head{number: number, count: count, unsaved: true}
		if !thread.IsRoom() {
			heads[inboxThread(recipient)] = head{number: number, unsaved: true}
		}
		return nil
	})
	w.store.threads.replace(heads)
	return err
}
