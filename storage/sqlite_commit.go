package storage

import (
	"context"
	"strings"
)

// commitWork is a batch as the writer sees it. It is a copy, since the caller has his batch back at the deadline, when the
// writer may still be at it.
type commitWork struct {
	at, cutoff int64 // milliseconds
	proofs     []Proof
	posts      []Post
	texts      []string // of the posts
	pages      []Page
	first      int64           // all messages have this number or a greater one
	heads      map[string]head // as they will be
	rows       []any           // arguments for the INSERT
	dirty      []string        // inboxes to be written
}

func (s *sqliteStore) Commit(ctx context.Context, b *Batch) error {
	work := s.work
	s.work = nil
	if work == nil { // the last one was given up, and the writer may have it still
		work = &commitWork{}
	}
	work.take(b, s.limits)
	err := s.submit(ctx, &job{
		do:      func(w *sqliteWriter) error { return w.commit(work) },
		undo:    func(w *sqliteWriter) error { return w.undoCommit(work) },
		confirm: func() { s.chains.confirm(work.heads) },
	})
	if err != nil {
		return err
	}
	work.give(b)
	s.work = work
	return nil
}

// take copies what the batch asks for.
func (work *commitWork) take(b *Batch, limits Limits) {
	work.at, work.cutoff = b.At.UnixMilli(), b.At.Add(-limits.Keep).UnixMilli()
	work.proofs = append(work.proofs[:0], b.Proofs...)
	work.posts = append(work.posts[:0], b.Posts...)
	work.pages = append(work.pages[:0], b.Pages...)
	var all strings.Builder
	size := 0
	for i := range b.Posts {
		size += len(b.Posts[i].Text)
	}
	all.Grow(size)
	for i := range b.Posts {
		all.Write(b.Posts[i].Text)
	}
	joined := all.String()
	work.texts = work.texts[:0]
	for i := range b.Posts {
		n := len(b.Posts[i].Text)
		work.texts = append(work.texts, joined[:n])
		joined = joined[n:]
		work.posts[i].Text = nil
	}
	work.rows, work.dirty = work.rows[:0], work.dirty[:0]
	if work.heads == nil {
		work.heads = map[string]head{}
	}
	clear(work.heads)
}

// give hands over the answers.
func (work *commitWork) give(b *Batch) {
	for i := range work.posts {
		from, to := &work.posts[i], &b.Posts[i]
		to.Number, to.ToName, to.Err = from.Number, from.ToName, from.Err
	}
	copy(b.Pages, work.pages)
}

// commit does the batch within a transaction.
func (w *sqliteWriter) commit(work *commitWork) error {
	w.boundInboxes()
	work.first = w.next
	for _, proof := range work.proofs {
		in, err := w.inbox(proof.Key)
		if err != nil {
			return err
		}
		if in != nil {
			w.prove(in, proof.Number)
			work.touch(proof.Key, in)
		}
	}
	for i := range work.posts {
		if err := w.post(work, i); err != nil {
			return err
		}
	}
	if err := w.db.insert(intoMessages, work.rows); err != nil {
		return err
	}
	for i := range work.pages {
		if err := w.page(work, &work.pages[i]); err != nil {
			return err
		}
	}
	return w.saveInboxes(work.dirty)
}

func (work *commitWork) touch(key string, in *inbox) {
	if in.dirty {
		work.dirty = append(work.dirty, key)
	}
}

// undoCommit removes what a refused batch left behind: its messages, and that it told of expired ones. Its proofs are true all the same.
func (w *sqliteWriter) undoCommit(work *commitWork) error {
	if _, err := w.db.exec("DELETE FROM messages WHERE number >= ?", work.first); err != nil {
		return err
	}
	for _, page := range work.pages {
		if _, err := w.db.exec("UPDATE inboxes SET expired = expired + ? WHERE key = ?", page.Expired, page.Key); err != nil {
			return err
		}
	}
	return nil
}

// page fills in a part of an inbox.
func (w *sqliteWriter) page(work *commitWork, page *Page) error {
	page.Messages, page.More, page.Waiting, page.Expired, page.Err = nil, false, 0, 0, nil
	in, err := w.inbox(page.Key)
	if err != nil {
		return err
	}
	if in == nil {
		page.Err = ErrNoAccount
		return nil
	}
	w.expire(in, work.cutoff)
	if page.After == 0 && in.expired > 0 {
		page.Expired, in.expired, in.dirty = in.expired, 0, true
	}
	work.touch(page.Key, in)
	waiting := in.waiting[in.behind(page.After):]
	page.Waiting = len(waiting)
	n := max(0, min(page.Limit, len(waiting)))
	page.More = n < len(waiting)
	for _, u := range waiting[:n] {
		query := "SELECT number, at, sender, text FROM messages WHERE number = ?"
		m, err := scanMessage(func(into ...any) error { return w.db.row(query, []any{u.number}, into...) })
		if err != nil {
			return err
		}
		page.Messages = append(page.Messages, m)
	}
	return nil
}
