package storage

// post decides about one post and adds its row to those that will be inserted.
func (w *sqliteWriter) post(work *commitWork, i int) error {
	post := &work.posts[i]
	post.Number, post.ToName, post.Err = 0, "", nil
	thread := lobbyThread
	var inboxPrevious int64
	if post.To != "" {
		in, err := w.inbox(post.To)
		if err != nil {
			return err
		}
		if post.Err = w.admit(work, post.To, in); post.Err != nil {
			return nil
		}
		post.ToName, thread = in.name, threadOf(post.FromKey, post.To)
		in.waiting = append(in.waiting, unproven{w.next, work.at})
		w.waiting++
		mine, err := w.head(work, post.To)
		if err != nil {
			return err
		}
		inboxPrevious = mine.number
		work.heads[post.To] = head{number: w.next, unsaved: true}
	}
	previous, err := w.head(work, thread)
	if err != nil {
		return err
	}
	post.Number = w.next
	w.next++
	count := previous.count + 1
	work.heads[thread] = head{number: post.Number, count: count, unsaved: true}
	work.rows = append(work.rows, post.Number, work.at, post.From, post.To, thread, count, previous.number, inboxPrevious, work.texts[i])
	return nil
}

// admit says whether an inbox takes one more message.
func (w *sqliteWriter) admit(work *commitWork, key string, in *inbox) error {
	if in == nil {
		return ErrNoAccount
	}
	if len(in.waiting) < w.store.limits.Inbox {
		return nil
	}
	w.expire(in, work.cutoff)
	work.touch(key, in)
	if len(in.waiting) < w.store.limits.Inbox {
		return nil
	}
	return ErrInboxFull
}

// head returns the head of a chain with what this batch has added to it.
func (w *sqliteWriter) head(work *commitWork, name string) (head, error) {
	if h, ok := work.heads[name]; ok {
		return h, nil
	}
	return w.store.chains.head(w.db, name)
}
