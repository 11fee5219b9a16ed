package storage

import (
	"time"

	"go.uber.org/zap"
)

// Numbers never come again, since clients skip those that they have seen.
//
// Normally the next number is the last one in the file plus 1: after an orderly stop, after kill -9, after an operator's
// command. But a file may have gone back, because a backup was put in its place or the machine lost power, and then it lacks
// numbers that clients know. In that case the next number is the time in microseconds since 1970, or the highest known number
// plus 1 if that is more. It is about 1.8e15 today and stays below 2^53 until the year 2255.
//
// The record beside the file, FILE.lock, proves that the file has not gone back if
//
//   - it is the same file: device and inode are those of the record;
//   - its last number is not below the highest that was given;
//   - it was closed in order, and still has the size and times that it had then; or the machine has not been started anew since,
//     so everything written is still there.
//
// A new, empty store begins with 1, unless the record is from another store.

// settleNumbers decides at start which number comes next, and writes the record anew. The caller must hold the lock.
func (w *sqliteWriter) settleNumbers(fresh bool) error {
	s := w.store
	last, err := w.lastNumber()
	if err != nil {
		return err
	}
	t, now, err := traces(s.lock.data, last)
	if err != nil {
		return err
	}
	before := s.record.sqliteTraces
	if fresh && before.highest == 0 || before.proves(t, now, last) {
		return s.record.write(t)
	}
	t.highest = max(last, before.highest, time.Now().UnixMicro())
	if _, err := w.db.exec("UPDATE progress SET last = ?", t.highest); err != nil {
		return err
	}
	s.outage.log.Info("the store may have gone back, so its numbers make a jump", zap.Int64("next", t.highest+1))
	return s.record.write(t)
}

// proves reports whether the file that is there now, whose last number this is, is the one that was last written.
func (before sqliteTraces) proves(t sqliteTraces, now fileState, last int64) bool {
	sameBoot := t.boot != "" && t.boot == before.boot
	asLeft := before.left != fileState{} && before.left == now
	return t.file == before.file && before.highest <= last && (asLeft || sameBoot)
}

// lastNumber returns the highest number that may not be given again.
func (w *sqliteWriter) lastNumber() (int64, error) { return lastNumber(w.db) }

func lastNumber(db *sqliteConn) (last int64, err error) {
	err = db.row(`SELECT max(threaded, last,
  (SELECT coalesce(max(number), 0) FROM events),
  (SELECT coalesce(max(id), 0) FROM accounts),
  (SELECT coalesce(max(id), 0) FROM rooms)) FROM progress`, nil, &last)
	return last, err
}

// catchUp takes note of what other processes have written since the last commit: their events, and the numbers that they took.
func (w *sqliteWriter) catchUp(work *commitWork) error {
	last, err := w.lastNumber()
	if err != nil {
		return err
	}
	w.next = max(w.next, last+1)
	w.given = max(w.given, last)
	// The server has said more, or an operator's command has removed messages.
	if err := w.recoverThreads(); err != nil || w.store.shared {
		return err
	}
	// Those that an earlier commit has handed on are known to be with the sessions by now.
	if _, err := w.db.exec("DELETE FROM feed WHERE number <= ?", w.told); err != nil {
		return err
	}
	return w.db.each("SELECT event FROM feed ORDER BY number", nil, func(scan func(...any) error) error {
		var text string
		if err := scan(&text); err != nil {
			return err
		}
		e, err := decodeEvent(text)
		work.events = append(work.events, e)
		return err
	})
}

// feedServer leaves the events of an operator's command for the server.
func (w *sqliteWriter) feedServer(work *commitWork) error {
	for i := range work.events {
		e := work.events[i]
		text, err := encodeEvent(&e)
		if err == nil {
			_, err = w.db.exec("INSERT INTO feed (number, event) VALUES (?, ?)", e.Number, text)
		}
		if err != nil {
			return err
		}
		work.undo = append(work.undo, func(w *sqliteWriter) error {
			_, err := w.db.exec("DELETE FROM feed WHERE number = ? AND event = ?", e.Number, text)
			return err
		})
	}
	return nil
}
