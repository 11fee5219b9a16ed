package storage

import (
	"context"
	"errors"
	"time"
)

// commitWork is a batch as the writer sees it. It is a copy: the caller gets the batch back at the deadline, and the writer may
// still be working on it then.
type commitWork struct {
	at       time.Time
	atArg    any // at in milliseconds, as an argument of statements; made once, because each conversion to any allocates
	acks     []Ack
	asks     []Ask    // without their texts
	joined   []byte   // memory for the texts
	texts    []string // of the asks
	verdicts []Verdict
	events   []Event // without the texts of its own messages

	first, end int64           // it took numbers from first to below end
	heads      map[Thread]head // as they will be
	rows       []any           // of events that are not in the file yet
	unflushed  int64           // the number of the first of these
	changed    []inboxBefore   // the inboxes that it changes

	present []presence      // what it says of those who are here
	whole   bool            // and nobody else is
	here    map[ID]presence // who has come or gone by it

	said int                           // how many messages
	undo []func(w *sqliteWriter) error // takes back the changes of accounts
}

var errOperatorOnly = errors.New("an operator's command says nothing and has no sessions")

// Commit hands a copy of the batch to the writer, and the results back to the caller.
func (s *sqliteStore) Commit(ctx context.Context, b *Batch) error {
	if len(b.Acks)+len(b.Asks)+len(b.Present) == 0 && !b.Whole {
		b.Verdicts, b.Events = b.Verdicts[:0], b.Events[:0]
		if news, err := s.anyNews(ctx); err != nil || !news {
			return err
		}
	}
	work := s.takeWork(b)
	if err := s.submit(ctx, s.commitJob(work)); err != nil {
		return err
	}
	s.giveBack(b, work)
	return nil
}

// takeWork copies a batch to what the last commit has left, if that was not given up: the writer may still use it then.
func (s *sqliteStore) takeWork(b *Batch) *commitWork {
	work := s.work
	s.work = nil
	if work == nil {
		work = &commitWork{}
	}
	work.take(b)
	return work
}

// commitJob is the job that commits a batch.
func (s *sqliteStore) commitJob(work *commitWork) *job {
	return &job{
		buries: true,
		do:     func(w *sqliteWriter) error { return w.commit(work) },
		undo:   func(w *sqliteWriter) error { return w.undoCommit(work) },
		confirm: func() {
			s.threads.confirm(work.heads)
			s.writer.roster.confirm(work.here)
			s.writer.told, s.writer.behind = s.writer.given, false
			s.confirmed.Store(s.writer.given)
		},
	}
}

// giveBack fills in the results of a batch.
func (s *sqliteStore) giveBack(b *Batch, work *commitWork) {
	for i := range work.events {
		if e := &work.events[i]; e.Kind == Message && e.Ask >= 0 {
			e.Text = b.Asks[e.Ask].Text
		}
	}
	b.Acks, b.Verdicts, b.Events = b.Acks[:0], work.verdicts, work.events
	s.work = work
}

// anyNews reports whether another process has written to the file. It takes no lock on it.
func (s *sqliteStore) anyNews(ctx context.Context) (bool, error) {
	news := false
	err := s.submit(ctx, &job{reads: true, buries: true, do: func(w *sqliteWriter) error {
		if err := w.db.run("PRAGMA data_version"); err != nil { // it begins a transaction
			return err
		}
		err := w.lookForOthers()
		news = w.behind
		return err
	}})
	return err == nil && news, err
}

// take copies what the batch asks for, and takes over the memory of its answers.
func (work *commitWork) take(b *Batch) {
	work.at = b.At.Truncate(time.Millisecond) // as times are kept
	work.atArg = work.at.UnixMilli()
	work.acks = append(work.acks[:0], b.Acks...)
	work.asks = append(work.asks[:0], b.Asks...)
	work.joined, work.texts = work.joined[:0], work.texts[:0]
	for i := range b.Asks {
		work.joined = append(work.joined, b.Asks[i].Text...)
		work.asks[i].Text = nil
	}
	texts := string(work.joined) // one piece of memory, and not one for each text
	for i := range b.Asks {
		n := len(b.Asks[i].Text)
		work.texts = append(work.texts, texts[:n])
		texts = texts[n:]
	}
	work.verdicts = append(b.Verdicts[:0], make([]Verdict, len(b.Asks))...)
	work.events = b.Events[:0]
	b.Verdicts, b.Events = nil, nil
	work.rows, work.changed, work.undo, work.said = work.rows[:0], work.changed[:0], nil, 0
	if work.heads == nil {
		work.heads = map[Thread]head{}
	}
	clear(work.heads)
	work.takePresent(b)
}

// commit does the batch within a transaction.
func (w *sqliteWriter) commit(work *commitWork) error {
	if w.isFull() {
		w.forget() // now, because this batch has not changed any yet
	}
	w.work, w.rules.at, w.rules.limits = work, work.at, *w.store.limits.Load()
	if w.behind {
		if err := w.catchUp(work); err != nil {
			return err
		}
	}
	work.first, work.end = w.next, w.next
	if err := w.tellPresent(work); err != nil {
		return err
	}
	for _, ack := range work.acks {
		in, err := w.inbox(ack.Account)
		if err == nil {
			w.ack(work, in, ack.Number)
		} else if !isAnswer(err) {
			return err
		}
	}
	for i := range work.asks {
		err := w.do(work, i)
		if err != nil && !isAnswer(err) {
			return err
		}
		work.verdicts[i].Err = err
	}
	if err := w.flush(work); err != nil {
		return err
	}
	work.end = w.next
	if err := w.noteNumbers(work); err != nil {
		return err
	}
	return w.saveInboxes(work.changed)
}

// noteNumbers keeps the numbers of this batch that are not those of messages from being given again, and hands the events of an operator's
// command to the server.
func (w *sqliteWriter) noteNumbers(work *commitWork) error {
	if w.next-work.first == int64(work.said) {
		return nil
	}
	if _, err := w.db.exec("UPDATE progress SET last = ?", w.next-1); err != nil || !w.store.shared {
		return err
	}
	return w.feedServer(work)
}

// do does one ask. An error for which isAnswer is false is a failure of the store.
func (w *sqliteWriter) do(work *commitWork, i int) error {
	ask := &work.asks[i]
	if w.store.shared && (ask.Kind == Say || ask.Kind == Enter || ask.Kind == Feed) {
		return errOperatorOnly
	}
	if byRules(ask.Kind) {
		ask.Text = []byte(work.texts[i])
		return w.rules.do(i, ask, &work.verdicts[i])
	}
	switch ask.Kind {
	case Say:
		return w.say(work, i)
	case Enter:
		return w.enter(work, i)
	case Create:
		return w.create(work, i)
	case Feed:
		return w.feed(work, i)
	case SetPassword:
		return w.setPassword(work, i)
	case Remove:
		return w.remove(work, i)
	}
	return errors.New("no such kind of ask")
}

// flush writes the events so far.
func (w *sqliteWriter) flush(work *commitWork) error {
	err := w.db.insert(intoEvents, work.rows)
	work.rows = work.rows[:0]
	return err
}
