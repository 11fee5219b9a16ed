package commands

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"time"

	"parley/protocol"
	"parley/storage"
)

// chathistory is history for IRC clients, which name places in it by a message or by a time.
var chathistory = &Command{
	Form: protocol.Form{Name: "chathistory", Exact: true, Params: []protocol.Param{
		{Name: "sub"}, {Name: "target"}, {Name: "from"}, {Name: "to", Optional: true}, {Name: "limit"},
	}},
	Help: "Shows a part of a history.",
	Role: Member, Slow: true, Hidden: true,
	Run: runChathistory,
}

// selector is a place in a history: a message, or a time.
type selector struct {
	any    bool      // "*"
	number int64     // of the message
	at     time.Time // zero: it is a message
}

// span is a selector as numbers of messages: those before it are below one, those behind it above the other.
type span struct{ below, above int64 }

func runChathistory(r *Response) error {
	limit, err := strconv.Atoi(string(r.Arg("limit")))
	if err != nil || limit < 1 {
		return usage(r.command)
	}
	limit = min(limit, MaxHistory)
	ctx, cancel := r.chat.deadline()
	defer cancel()
	target := r.Arg("target")
	if isRoom(target) {
		m, err := r.membership(target)
		if err != nil {
			return err
		}
		parts, err := r.parts(ctx, storage.RoomThread(m.ID), limit)
		if err != nil {
			return err
		}
		head := protocol.Word("room", m.Name)
		for i, part := range parts {
			err := r.readRoom(ctx, target, part, func(m *storage.Membership, list []storage.Event, _ bool) {
				r.historyRows(i == 0, head, list, protocol.Event{Kind: protocol.RoomMessage, Room: m.Name})
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	other, err := r.correspondent(ctx, target)
	if err != nil {
		return err
	}
	thread := storage.PairThread(r.session.account.id, other.ID)
	parts, err := r.parts(ctx, thread, limit)
	if err != nil {
		return err
	}
	for i, part := range parts {
		list, _, err := r.chat.store.History(ctx, thread, part)
		if err != nil {
			return err
		}
		r.historyRows(i == 0, protocol.Word("name", other.Name), list, protocol.Event{Kind: protocol.PrivateMessage, With: other.Name})
	}
	return nil
}

// historyRows shows messages. In front of the first ones stands a row that says whose history it is.
func (r *Response) historyRows(first bool, head protocol.Field, list []storage.Event, row protocol.Event) {
	if first {
		r.Row("history", nil, head)
	}
	r.messageRows(list, row)
}

// parts finds what is asked for in a thread, oldest first.
func (r *Response) parts(ctx context.Context, t storage.Thread, limit int) ([]storage.Range, error) {
	from, ok := readSelector(r.Arg("from"))
	to, okTo := selector{any: true}, true
	if word := r.Arg("to"); word != nil {
		to, okTo = readSelector(word)
	}
	sub := strings.ToUpper(string(r.Arg("sub")))
	if !ok || !okTo || from.any && sub != "LATEST" || to.any && sub == "BETWEEN" {
		return nil, usage(r.command)
	}
	a, err := r.span(ctx, t, from)
	if err != nil {
		return nil, err
	}
	switch sub {
	case "LATEST":
		return []storage.Range{{After: a.above, Limit: limit}}, nil
	case "BEFORE":
		return []storage.Range{{Before: a.below, Limit: limit}}, nil
	case "AFTER":
		return []storage.Range{{After: a.above, Limit: limit, Forward: true}}, nil
	case "AROUND":
		behind := storage.Range{After: a.below - 1, Limit: limit - limit/2, Forward: true}
		if limit == 1 {
			return []storage.Range{behind}, nil
		}
		return []storage.Range{{Before: a.below, Limit: limit / 2}, behind}, nil
	case "BETWEEN":
		b, err := r.span(ctx, t, to)
		if a.below <= b.below {
			return []storage.Range{{After: a.above, Before: b.below, Limit: limit, Forward: true}}, err
		}
		return []storage.Range{{After: b.above, Before: a.below, Limit: limit}}, err
	}
	return nil, usage(r.command)
}

// span finds the place that a selector names.
func (r *Response) span(ctx context.Context, t storage.Thread, s selector) (span, error) {
	switch {
	case s.any:
		return span{}, nil
	case s.at.IsZero():
		return span{max(1, s.number), s.number}, nil
	}
	before, err := r.chat.store.Position(ctx, t, s.at)
	if err != nil {
		return span{}, err
	}
	upto, err := r.chat.store.Position(ctx, t, s.at.Add(time.Millisecond))
	return span{before + 1, upto}, err
}

// readSelector reads "*", "msgid=813" or "timestamp=2026-11-19T21:04:11.000Z". A message that was too long for one line has its parts numbered: 813.2.
func readSelector(word []byte) (s selector, ok bool) {
	if string(word) == "*" {
		return selector{any: true}, true
	}
	if at, ok := readTimestamp(word); ok {
		return selector{at: at}, true
	}
	id, found := bytes.CutPrefix(word, []byte("msgid="))
	id, _, _ = bytes.Cut(id, []byte("."))
	n, err := strconv.ParseInt(string(id), 10, 64)
	return selector{number: n}, found && err == nil && n >= 0
}

func readTimestamp(word []byte) (at time.Time, ok bool) {
	text, found := strings.CutPrefix(string(word), "timestamp=")
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, found && err == nil && !at.IsZero()
}

// targets lists in which rooms and conversations something was said between two times, by the newest message there.
var targets = &Command{
	Form: protocol.Form{Name: "targets", Exact: true, Params: []protocol.Param{{Name: "from"}, {Name: "to"}, {Name: "limit"}}},
	Help: "Lists where something was said.",
	Role: Member, Slow: true, Hidden: true,
	Run: runTargets,
}

func runTargets(r *Response) error {
	limit, err := strconv.Atoi(string(r.Arg("limit")))
	from, okFrom := readTimestamp(r.Arg("from"))
	to, okTo := readTimestamp(r.Arg("to"))
	if err != nil || limit < 1 || !okFrom || !okTo {
		return usage(r.command)
	}
	ctx, cancel := r.chat.deadline()
	defer cancel()
	list, err := r.latest(ctx, from, to, min(limit, MaxHistory))
	if err != nil {
		return err
	}
	r.Row("history", nil)
	for i := range list {
		// A Time is written in whole seconds.
		r.Row("thread", nil, protocol.Word("name", list[i].Name), protocol.Word("at", list[i].At.UTC().Format("2006-01-02T15:04:05.000Z")))
	}
	return nil
}
