package storage

import (
	"context"
	"math"
	"slices"
)

// run is a part of a batch, in the form that the commit script takes.
type run struct {
	b         *Batch
	from, to  int // its asks
	operation string
	before    int64 // its numbers are those after this one,
	last      int64 // up to this one
	feedRead  int64
	keys      []string // those that the script names, and then those of lists
	args      []any

	rooms    int       // how many it says something in; their keys are the last ones
	accounts []string  // those whose hash it may replace
	hashes   []any     // of each of these the new one and the old one
	undo     []command // takes back what the rules have changed, but for tokens that are gone
	tokens   []command // gives these back
	onces    []any     // which of the private messages have a key, from 1; 0 for one in a room

	events  []Event // if no inbox is full; in the free part of the batch's events if there is room
	private []int   // the places of the private messages among these
	pages   []int   // the places of logins and pages among the asks of the batch
	renewed []Thread
}

const commitKeys = 8 // before those of lists

// newRun makes a run. The rules decide on its asks, and remember that they are done; so if the run is not done, they must forget it.
func (s *redisStore) newRun(ctx context.Context, operation string, b *Batch, acks []Ack, from, to int) (*run, error) {
	b.Events = slices.Grow(b.Events, to-from)
	r := &run{b: b, from: from, to: to, operation: operation, events: b.Events[len(b.Events):]}
	known := s.begin(ctx, b, func(e Event) { r.events = append(r.events, e) })
	r.before, r.feedRead = known.last, known.read
	if err := s.know(b.Asks[from:to]); err != nil {
		return nil, err
	}
	private := 0
	for i := range b.Asks[from:to] {
		if ask := &b.Asks[from+i]; ask.Kind == Say && !isRoomKey(ask.To) {
			private++
		}
	}
	r.keys = append(make([]string, 0, commitKeys+2*private+len(acks)+1),
		leaseKey, stateKey, markKey(operation), feedKey, expiredKey, toldKey, sanctionsKey(0), namesKey)

	parts := &runParts{rows: make([]any, 0, private), others: to - from - private}
	if err := r.addAsks(parts, s); err != nil {
		return nil, err
	}
	r.last, r.undo, r.tokens = s.records.last, s.records.undo, s.records.undoTokens
	r.rooms = len(parts.roomKeys)
	numbers := make([]any, 0, len(acks))
	ackKeys := make([]string, 0, len(acks))
	for _, ack := range acks {
		ackKeys = append(ackKeys, inboxKey(ack.Account))
		numbers = append(numbers, ack.Number)
	}
	told, err := s.toldServer(r.before, r.events)
	if err != nil {
		return nil, err
	}
	changes := commandArgs(s.records.do, false)
	onces := r.onceArgs(s.records.onces)
	r.keys = append(append(r.keys, ackKeys...), parts.roomKeys...)
	r.args = append(make([]any, 0, 31+len(numbers)+len(parts.pages)+len(parts.renewals)+to-from+2*len(parts.roomKeys)+len(told)+len(changes)+len(onces)),
		s.holder(), operation, known.last, known.served, redisFormat,
		b.At.Add(-s.limits.Keep).UnixMilli(), s.limits.Inbox, s.limits.Room, s.limits.Conversation,
		keepMilliseconds(s.limits.Keep), s.version, s.sharedVersion(), r.feedRead, b.At.UnixMilli(),
		inboxPrefix, threadPrefix, roomPrefix, pairsPrefix, accountPrefix, memberPrefix, invitesPrefix, tokensPrefix,
		len(numbers), len(r.pages), len(parts.renewals), len(r.private), len(parts.roomKeys), r.last-r.before, len(told)/2, len(s.records.do), len(r.onces))
	for _, some := range [][]any{numbers, parts.pages, parts.renewals, parts.rows} {
		r.args = append(r.args, some...)
	}
	for _, rows := range parts.roomRows {
		r.args = append(r.args, len(rows))
	}
	for _, rows := range parts.roomRows {
		r.args = append(r.args, rows...)
	}
	r.args = append(append(append(r.args, told...), changes...), onces...)
	return r, nil
}

// onceArgs are the commands that keep the keys of messages, in front of those of each which message it is.
func (r *run) onceArgs(commands []command) (args []any) {
	for i, place := range r.onces {
		args = append(append(args, place), commandArgs(commands[2*i:2*i+2], false)...)
	}
	return args
}

// begin makes the rules ready for asks of a batch, and returns what is known of the one order.
func (s *redisStore) begin(ctx context.Context, b *Batch, out func(Event)) seen {
	s.mu.Lock()
	known := s.seen
	s.mu.Unlock()
	s.records.begin(ctx, known.last)
	s.rules.at, s.rules.limits, s.rules.out = eventTime(b.At), s.limits, out
	return known
}

// sharedVersion is the version of all that the rules of a shared store may have read; empty for a server.
func (s *redisStore) sharedVersion() string {
	if s.shared {
		return s.changes
	}
	return ""
}

// toldServer are the events of an operator's command as the scripts leave them for the server: each with the distance of its number from the
// last one before, since only the script knows that.
func (s *redisStore) toldServer(before int64, events []Event) (args []any, err error) {
	if !s.shared {
		return nil, nil
	}
	for i := range events {
		text, err := encodeEvent(&events[i])
		if err != nil {
			return nil, err
		}
		args = append(args, events[i].Number-before, text)
	}
	return args, nil
}

// runParts are arguments of the commit script while they are gathered.
type runParts struct {
	pages    []any // seven for each page
	renewals []any // the private messages whose thread's time to live begins again, from 1
	rows     []any // of the private messages
	memory   []byte
	roomKey  string // of the last message to a room
	room     *room
	roomIDs  []ID
	roomKeys []string // for each of roomIDs
	roomRows [][]any  // for each of roomIDs
	others   int      // how many asks are not private messages
}

// addAsks adds what is asked for. An error means that the store has failed.
func (r *run) addAsks(parts *runParts, s *redisStore) error {
	for i := r.from; i < r.to; i++ {
		ask, verdict := &r.b.Asks[i], &r.b.Verdicts[i]
		*verdict = Verdict{}
		var err error
		switch {
		case ask.Kind == Say:
			err = r.addMessage(parts, s, i)
		case ask.Kind == Enter:
			r.addPage(parts, s, i)
		case ask.Kind == Feed:
			if _, err = s.rules.person(ask.Account); err == nil {
				r.addPage(parts, s, i)
			}
		default:
			err = s.rules.do(i, ask, verdict)
		}
		if err != nil && !isAnswer(err) {
			return err
		}
		verdict.Err = err
	}
	return nil
}

// addMessage adds a message, if it may be said. If it has a key it is added only once.
func (r *run) addMessage(parts *runParts, s *redisStore, i int) error {
	ask, verdict := &r.b.Asks[i], &r.b.Verdicts[i]
	sender, err := s.rules.person(ask.Account)
	if err != nil {
		return err
	}
	once, err := s.rules.once(sender, ask, verdict)
	if err != nil || verdict.Repeat != nil {
		return err
	}
	if err := r.addNewMessage(parts, s, i, sender); err != nil || once == nil {
		return err
	}
	added := &r.events[len(r.events)-1]
	place := 0
	if added.To != 0 {
		place = len(r.private)
	}
	r.onces = append(r.onces, place)
	return s.rules.keepOnce(sender, once, added.Number, added.ToName)
}

// addNewMessage finds out where a message goes, if it may be said.
func (r *run) addNewMessage(parts *runParts, s *redisStore, i int, sender *person) error {
	ask, verdict := &r.b.Asks[i], &r.b.Verdicts[i]
	if err := s.rules.maySpeak(sender, verdict); err != nil {
		return err
	}
	e := Event{Kind: Message, At: s.rules.at, From: sender.id, FromName: sender.name, Text: ask.Text, Ask: i}
	if isRoomKey(ask.To) {
		in, err := parts.roomOf(s, ask.To)
		if err != nil {
			return err
		}
		if err := s.rules.maySpeakIn(sender, in, verdict); err != nil {
			return err
		}
		e.Thread, e.ToName, e.Number = RoomThread(in.ID), in.Name, s.records.number()
		r.events = append(r.events, e)
		parts.addRoomRow(in.ID, parts.row(&e))
		return nil
	}
	to, err := s.rules.personOf(ask.To)
	if err != nil {
		return err
	}
	if err := s.rules.mayWrite(sender, to); err != nil {
		return err
	}
	e.To, e.ToName, e.Thread, e.Number = to.id, to.name, PairThread(sender.id, to.id), s.records.number()
	r.private = append(r.private, len(r.events))
	r.events = append(r.events, e)
	r.keys = append(r.keys, inboxKey(e.To), threadKey(e.Thread))
	parts.rows = append(parts.rows, parts.row(&e))
	if s.lasting.due(e.Thread, e.At) {
		r.renewed = append(r.renewed, e.Thread)
		parts.renewals = append(parts.renewals, len(r.private))
	}
	return nil
}

// roomOf is the room of a key; most messages go to the same one as the message before.
func (parts *runParts) roomOf(s *redisStore, key string) (in *room, err error) {
	if parts.roomKey != key {
		if in, err = s.rules.room(key); err != nil {
			return nil, err
		}
		parts.roomKey, parts.room = key, in
	}
	return parts.room, nil
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
func (r *run) addPage(parts *runParts, s *redisStore, i int) {
	ask := &r.b.Asks[i]
	upto, limit := s.records.last, max(0, min(ask.Limit, math.MaxInt32))
	r.pages = append(r.pages, i)
	if ask.Kind == Feed {
		parts.pages = append(parts.pages, "F", upto, ask.After, limit, idText(ask.Account), "", "")
		return
	}
	r.b.Verdicts[i].Since = upto
	if ask.Token != "" {
		parts.pages = append(parts.pages, "T", upto, 0, limit, ask.To, ask.Token, "")
		return
	}
	parts.pages = append(parts.pages, "E", upto, 0, limit, idText(ask.Account), ask.Hash, ask.NewHash)
	if ask.NewHash != "" {
		r.accounts = append(r.accounts, accountKey(ask.Account))
		r.hashes = append(r.hashes, ask.NewHash, ask.Hash)
	}
}
