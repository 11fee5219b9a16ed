package storage

import (
	"math"
	"slices"
	"strconv"
)

// run is a part of a batch, in the form that the commit script takes.
type run struct {
	b         *Batch
	from, to  int // its asks
	operation string
	before    int64 // the messages have the numbers after this one
	feedRead  int64
	keys      []string // those that the script names, and then those of lists
	args      []any

	rooms    int      // how many it says something in; their keys are the last ones
	accounts []string // those whose hash it may replace
	hashes   []any    // of each of these the new one and the old one

	events  []Event // of its messages, if no inbox is full; in the free part of the batch's events if there is room
	private []int   // the places of the private ones among these
	pages   []int   // the places of logins and pages among the asks of the batch
	renewed []Thread
}

const commitKeys = 6 // before those of lists

// newRun makes a run of asks whose names are known.
func (s *redisStore) newRun(operation string, b *Batch, acks []Ack, from, to int) *run {
	b.Events = slices.Grow(b.Events, to-from)
	r := &run{b: b, from: from, to: to, operation: operation, events: b.Events[len(b.Events):]}
	s.mu.Lock()
	known := s.seen
	s.mu.Unlock()
	r.before, r.feedRead = known.last, known.read
	private := 0
	for i := range b.Asks[from:to] {
		if ask := &b.Asks[from+i]; ask.Kind == Say && !isRoomKey(ask.To) {
			private++
		}
	}
	r.keys = append(make([]string, 0, commitKeys+2*private+len(acks)+1),
		leaseKey, stateKey, markKey(operation), feedKey, expiredKey, toldKey)

	parts := &runParts{rows: make([]any, 0, private), others: to - from - private}
	r.addAsks(parts, &s.names, &s.lasting)
	r.rooms = len(parts.roomKeys)
	numbers := make([]any, 0, len(acks))
	ackKeys := make([]string, 0, len(acks))
	for _, ack := range acks {
		ackKeys = append(ackKeys, inboxKey(ack.Account))
		numbers = append(numbers, ack.Number)
	}
	r.keys = append(append(append(r.keys, ackKeys...), parts.pageKeys...), parts.roomKeys...)
	r.args = append(make([]any, 0, 20+len(numbers)+len(parts.pages)+len(parts.renewals)+len(r.events)+len(parts.roomKeys)),
		s.server, operation, known.last, known.served, redisFormat,
		b.At.Add(-s.limits.Keep).UnixMilli(), s.limits.Inbox, s.limits.Room, s.limits.Conversation,
		keepMilliseconds(s.limits.Keep), s.names.version, r.feedRead, len(inboxPrefix), roomPrefix,
		len(numbers), len(r.pages), len(parts.renewals), len(r.private), len(parts.roomKeys), len(r.events))
	for _, some := range [][]any{numbers, parts.pages, parts.renewals, parts.rows} {
		r.args = append(r.args, some...)
	}
	for _, rows := range parts.roomRows {
		r.args = append(r.args, len(rows))
	}
	for _, rows := range parts.roomRows {
		r.args = append(r.args, rows...)
	}
	return r
}

// runParts are arguments of the commit script while they are gathered.
type runParts struct {
	pages    []any // seven for each page
	pageKeys []string
	renewals []any // the private messages whose thread's time to live begins again, from 1
	rows     []any // of the private messages
	memory   []byte
	roomKey  string // of the last message to a room
	room     Room
	roomIDs  []ID
	roomKeys []string // for each of roomIDs
	roomRows [][]any  // for each of roomIDs
	others   int      // how many asks are not private messages
}

func (r *run) addAsks(parts *runParts, n *names, l *lasting) {
	at := eventTime(r.b.At)
	for i := r.from; i < r.to; i++ {
		ask := &r.b.Asks[i]
		r.b.Verdicts[i] = Verdict{}
		if ask.Kind == Enter {
			r.addPage(parts, ask, i)
			continue
		}
		name := n.accounts[ask.Account]
		switch {
		case name == "":
			r.b.Verdicts[i].Err = ErrGone
		case ask.Kind == Feed:
			r.addPage(parts, ask, i)
		default:
			r.events = append(r.events, Event{Kind: Message, Number: r.before + 1 + int64(len(r.events)), At: at,
				From: ask.Account, FromName: name, Text: ask.Text, Ask: i})
			if err := r.addMessage(parts, n, l, ask.To); err != nil {
				r.events = r.events[:len(r.events)-1]
				r.b.Verdicts[i].Err = err
			}
		}
	}
}

// addMessage finds out where the last of the events goes.
func (r *run) addMessage(parts *runParts, n *names, l *lasting, to string) error {
	e := &r.events[len(r.events)-1]
	if isRoomKey(to) {
		if parts.roomKey != to {
			parts.roomKey, parts.room = to, n.rooms[to]
		}
		if parts.room.ID == 0 {
			return ErrNoRoom
		}
		e.Thread, e.ToName = RoomThread(parts.room.ID), parts.room.Name
		parts.addRoomRow(parts.room.ID, parts.row(e))
		return nil
	}
	e.To = n.keys[to]
	if e.ToName = n.accounts[e.To]; e.ToName == "" {
		return ErrNoAccount
	}
	e.Thread = PairThread(e.From, e.To)
	r.private = append(r.private, len(r.events)-1)
	r.keys = append(r.keys, inboxKey(e.To), threadKey(e.Thread))
	parts.rows = append(parts.rows, parts.row(e))
	if l.due(e.Thread, e.At) {
		r.renewed = append(r.renewed, e.Thread)
		parts.renewals = append(parts.renewals, len(r.private))
	}
	return nil
}

// row makes a row in memory that all rows of the run share.
func (parts *runParts) row(e *Event) []byte {
	start := len(parts.memory)
	if need := rowSize(e); cap(parts.memory)-start < need {
		parts.memory, start = make([]byte, 0, max(need, min(need*(cap(parts.rows)+parts.others), 16<<10))), 0
	}
	parts.memory = appendRow(parts.memory, e)
	return parts.memory[start:len(parts.memory):len(parts.memory)]
}

func (parts *runParts) addRoomRow(id ID, row []byte) {
	at := slices.Index(parts.roomIDs, id)
	if at < 0 {
		at = len(parts.roomIDs)
		parts.roomIDs = append(parts.roomIDs, id)
		parts.roomKeys = append(parts.roomKeys, threadKey(RoomThread(id)))
		parts.roomRows = append(parts.roomRows, nil)
		if at == 0 { // in most runs there is only one
			parts.roomRows[0] = make([]any, 0, parts.others)
		}
	}
	parts.roomRows[at] = append(parts.roomRows[at], row)
}

// addPage adds a login or a page of an inbox. It shows messages up to the last one that was said before it.
func (r *run) addPage(parts *runParts, ask *Ask, place int) {
	kind, after := "F", ask.After
	if ask.Kind == Enter {
		kind, after = "E", 0
		r.b.Verdicts[place].Since = r.before + int64(len(r.events))
		if ask.NewHash != "" {
			r.accounts = append(r.accounts, accountKey(ask.Account))
			r.hashes = append(r.hashes, ask.NewHash, ask.Hash)
		}
	}
	r.pages = append(r.pages, place)
	parts.pageKeys = append(parts.pageKeys, inboxKey(ask.Account), accountKey(ask.Account), memberKey(ask.Account))
	parts.pages = append(parts.pages, kind, r.before+int64(len(r.events)), after, max(0, min(ask.Limit, math.MaxInt32)),
		strconv.FormatInt(int64(ask.Account), 10), ask.Hash, ask.NewHash)
}
