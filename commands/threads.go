package commands

import (
	"context"
	"slices"
	"time"

	"parley/protocol"
	"parley/storage"
)

var threads = &Command{
	Form: protocol.Form{Name: "threads", Exact: true, Params: []protocol.Param{{Name: "count", Kind: protocol.Count, Optional: true}}},
	Help: "Lists your rooms and the people you have talked with, by what was said last.", Group: roomGroup,
	Role: Member, Slow: true,
	Run: runThreads,
}

func runThreads(r *Response) error {
	ctx, cancel := r.chat.deadline()
	defer cancel()
	limit := int(min(r.number("count", historyDefault), MaxHistory))
	list, err := r.latest(ctx, endOfTime, time.UnixMilli(0), limit)
	if err != nil {
		return err
	}
	for _, l := range slices.Backward(list) {
		r.Row("thread", nil, protocol.Word("thread", l.Name), protocol.Number("number", l.Number), protocol.Time("at", l.At))
	}
	r.Done(nil, protocol.Number("count", int64(len(list))))
	return nil
}

// endOfTime is after everything that was said, also by a clock that is wrong.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// latest returns the threads that come first if one goes from one time to the other, in the order of their newest messages.
func (r *Response) latest(ctx context.Context, from, to time.Time, limit int) ([]storage.Latest, error) {
	account := r.session.account.id
	if !to.Before(from) {
		list, err := r.chat.store.Threads(ctx, account, from, to, limit)
		return r.readable(list), err
	}
	list, err := r.chat.store.Threads(ctx, account, to, from, mostThreads)
	list = r.readable(list)
	return list[max(0, len(list)-limit):], err
}

// mostThreads is more than anybody has.
const mostThreads = 1 << 20

// readable are those threads whose history the session may read: guests have no conversations.
func (r *Response) readable(list []storage.Latest) []storage.Latest {
	if !r.session.Guest() {
		return list
	}
	return slices.DeleteFunc(list, func(l storage.Latest) bool { return !l.Thread.IsRoom() })
}
