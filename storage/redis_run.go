package storage

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"
)

// run is a part of a batch, in the form that the commit script takes.
type run struct {
	b        *Batch
	from, to int    // its asks
	numbers  packed // those of the arguments
	count    int64  // how many numbers it takes
	args     []any

	events  []Event  // if no inbox is full
	private []int    // the places of the private messages among these
	pages   []int    // the places of logins and pages among the asks of the batch
	onces   []any    // which of the private messages have a key, from 1; 0 for one in a room
	touched []touch  // what the rules have changed
	kept    []record // what they remember of it
	renewed []Thread
	acks    int
	told    bool // it says who is here

	changes bool // it changes what the rules remember
	begins  bool // it has logins that begin a session

	seq   int64  // its place among those of the node
	node  string // the node that has sent it
	redis string // the run_id of the Redis that it was sent to

	done      bool // it is known to have been done
	uncertain bool // it was not done, but others may have been shown it
	given     bool // its asks have their verdicts, so that its events are nobody's
}

// hasAsks reports whether it matters if it was done.
func (r *run) hasAsks() bool { return r.to > r.from || r.acks > 0 || r.told }

// keepTexts copies what belongs to the caller of Commit, for the time after that.
func (r *run) keepTexts() {
	for i := range r.events {
		r.events[i].Text = bytes.Clone(r.events[i].Text)
	}
}

// newRun makes a run. The rules decide on its asks, and remember that they are done; so if the run is not done, they must forget it. The first run of
// a batch says what else the batch has.
func (s *redisStore) newRun(ctx context.Context, b *Batch, from, to int, first bool) (*run, error) {
	if err := s.refresh(ctx); err != nil {
		return nil, err
	}
	r := &run{b: b, from: from, to: to, events: s.events[:0]}
	s.records.begin(ctx)
	s.rules.at, s.rules.limits, s.rules.out = eventTime(b.At), *s.limits.Load(), func(e Event) { r.events = append(r.events, e) }
	if err := s.know(b.Asks[from:to]); err != nil {
		return nil, err
	}
	private := 0
	for i := range b.Asks[from:to] {
		if ask := &b.Asks[from+i]; ask.Kind == Say && !isRoomKey(ask.To) {
			private++
		}
	}
	parts := &runParts{rows: make([]any, 0, 3*private), others: to - from - private, expected: s.node.last}
	if err := r.addAsks(parts, s); err != nil {
		s.forgetAll() // the rules remember what is not done
		return nil, err
	}
	s.events = r.events // its memory may have grown
	r.touched, r.kept = s.records.touched, s.records.kept
	r.changes = len(s.records.do)+len(r.onces) > 0
	if first {
		parts.addRest(r, b)
	}
	return r, r.write(parts, s)
}

// write makes the arguments of the script.
func (r *run) write(parts *runParts, s *redisStore) error {
	body, everybody, err := r.body(s)
	if err != nil {
		return err
	}
	n, b, records := &s.node, r.b, s.records
	now := time.Now()
	numbers := packed{}
	for _, number := range [...]int64{
		0, n.confirmed, n.version, n.last, n.step, int64(n.cut), n.renews(now), flag(r.hasAsks()), leaseTime.Milliseconds(), feedMost,
		b.At.UnixMilli(), b.At.Add(-s.limits.Load().Keep).UnixMilli(),
		int64(s.limits.Load().Inbox), int64(s.limits.Load().Room), int64(s.limits.Load().Conversation), keepMilliseconds(s.limits.Load().Keep),
		int64(len(records.expect)), int64(len(parts.acks) / 2), int64(len(r.pages)), int64(len(parts.renewals)),
		int64(len(r.private)), int64(len(parts.roomKeys)), records.count, int64(len(records.do)),
		int64(len(r.onces)), int64(len(parts.present) / 3),
		flag(parts.whole), flag(len(r.touched) > 0), flag(everybody), flag(s.others.Load() > 0), flag(r.grows(records)),
	} {
		numbers.add(number)
	}
	r.numbers, r.count = numbers, records.count
	r.args = append(make([]any, 0, 5+len(parts.acks)+len(parts.pages)+len(parts.rows)+r.to-r.from+2*len(parts.roomKeys)),
		n.id, redisFormat, s.link.run, []byte(numbers), body)
	for _, e := range records.expect {
		r.args = append(r.args, e.key, e.field, e.value)
	}
	for _, some := range [][]any{parts.acks, parts.pages, parts.renewals, parts.rows} {
		r.args = append(r.args, some...)
	}
	for i, rows := range parts.roomRows {
		r.args = append(r.args, parts.roomKeys[i], len(rows))
	}
	for _, rows := range parts.roomRows {
		r.args = append(r.args, rows...)
	}
	r.args = append(r.args, parts.present...)
	r.args = append(r.args, commandArgs(records.do)...)
	for i, place := range r.onces {
		r.args = append(append(r.args, place), commandArgs(records.onces[2*i:2*i+2])...)
	}
	return nil
}

// grows reports whether it needs memory, so that a Redis that has none must refuse it. To remove an account makes room.
func (r *run) grows(k *redisRecords) bool {
	if k.count+int64(len(k.do)) == 0 {
		return false
	}
	kind := r.b.Asks[r.from].Kind
	return kind != Remove && kind != Forget
}

// packed are numbers as the scripts unpack them, which costs less than many arguments: doubles, as all numbers of Lua are.
type packed []byte

func (p *packed) add(n int64) {
	*p = binary.LittleEndian.AppendUint64(*p, math.Float64bits(float64(n)))
}

// set replaces the number in a place.
func (p packed) set(place int, n int64) {
	binary.LittleEndian.PutUint64(p[8*place:], math.Float64bits(float64(n)))
}

func (p packed) isSet(place int) bool { return binary.LittleEndian.Uint64(p[8*place:]) != 0 }

// The places of some numbers of a run.
const (
	placeSeq    = 0
	placeRenews = 6
)

// feedMost is how many entries of a feed are read at once.
const feedMost = 500

// body is what goes on the feeds of other nodes, and whether each of them must have it. If there are none, it is not made.
func (r *run) body(s *redisStore) (body []byte, everybody bool, err error) {
	if s.others.Load() == 0 {
		return nil, false, nil
	}
	var f feedBody
	for i := range r.events {
		everybody = everybody || r.events[i].Kind != Message
		if err := f.event(&r.events[i]); err != nil {
			return nil, false, err
		}
	}
	for _, t := range r.touched {
		f.text = fmt.Appendf(f.text, "T %s\n", t)
	}
	return f.text, everybody || len(r.touched) > 0, nil
}

// runParts are arguments of the commit script while they are gathered.
type runParts struct {
	pages    []any // eight for each page
	renewals []any // the private messages whose thread's time to live begins again, from 1
	rows     []any // three for each private message: its inbox and its thread, as keys, and its row
	memory   []byte
	roomKey  string // of the last message to a room
	room     *room
	roomIDs  []ID
	roomKeys []string // for each of roomIDs: the id as the script takes it
	roomRows [][]any  // for each of roomIDs
	others   int      // how many asks are not private messages
	expected int64    // the number before the first one, if nobody else takes one meanwhile
	acks     []any    // two for each ack: the inbox as a key, and the number
	present  []any    // three for each account whose sessions have changed
	whole    bool     // there is no other account here
}

// addRest adds what a batch has besides asks.
func (parts *runParts) addRest(r *run, b *Batch) {
	for _, ack := range b.Acks {
		parts.acks = append(parts.acks, inboxKey(ack.Account), ack.Number)
	}
	for i := range b.Present {
		p := &b.Present[i]
		parts.present = append(parts.present, int64(p.Account), presentValue(p), reasonWord(p.Reason))
	}
	parts.whole = b.Whole
	r.acks, r.told = len(b.Acks), len(b.Present) > 0 || b.Whole
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
		case ask.Kind == Enter && ask.Token != "":
			r.addPage(parts, s, i, "T", ask.To, ask.Token, "")
		case ask.Kind == Enter:
			r.addPage(parts, s, i, "E", idText(ask.Account), ask.Hash, ask.NewHash)
		case ask.Kind == Feed:
			if _, err = s.rules.person(ask.Account); err == nil {
				r.addPage(parts, s, i, "F", idText(ask.Account), "", "")
			}
		case ask.Kind == Create:
			err = r.addCreate(parts, s, i)
		case ask.Kind == SetPassword:
			err = r.addSetPassword(s, i)
		case ask.Kind == Remove:
			err = r.addRemove(s, i)
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
	s.records.expect = append(s.records.expect, expected{oncesKey(sender.id), once.Key, s.records.found.values[onceKey{sender.id, once.Key}]})
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
	parts.rows = append(parts.rows, inboxKey(e.To), threadKey(e.Thread), parts.row(&e))
	if s.lasting.due(e.Thread, e.At, s.limits.Load().Keep) {
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

// row makes a row in memory that all rows of the run share. It has the number that is expected; the script corrects it.
func (parts *runParts) row(e *Event) []byte {
	start := len(parts.memory)
	if need := rowSize(e); cap(parts.memory)-start < need {
		parts.memory, start = make([]byte, 0, max(need, min(need*(cap(parts.rows)/3+parts.others), 16<<10))), 0
	}
	parts.memory = appendRow(parts.memory, given(e.Number, parts.expected), e)
	return parts.memory[start:len(parts.memory):len(parts.memory)]
}

func (parts *runParts) addRoomRow(id ID, row []byte) {
	at := slices.Index(parts.roomIDs, id)
	if at < 0 {
		at = len(parts.roomIDs)
		parts.roomIDs = append(parts.roomIDs, id)
		parts.roomKeys = append(parts.roomKeys, idText(id))
		parts.roomRows = append(parts.roomRows, nil)
		if at == 0 { // in most runs there is only one
			parts.roomRows[0] = make([]any, 0, parts.others)
		}
	}
	parts.roomRows[at] = append(parts.roomRows[at], row)
}

// addPage adds a login or a page of an inbox. It shows messages up to the last one that was said before it.
func (r *run) addPage(parts *runParts, s *redisStore, i int, kind, account, hash, newHash string) {
	ask, session, upto := &r.b.Asks[i], "", s.records.count
	limit := max(0, min(ask.Limit, math.MaxInt32))
	if ask.Begins != nil {
		begins := *ask.Begins
		if ask.Token != "" {
			begins.Token = (&Token{Hash: ask.Token}).ID()
		}
		session, r.begins = sessionWords(&begins), true
	}
	r.pages = append(r.pages, i)
	if kind != "F" {
		r.b.Verdicts[i].Since = newNumbers + upto
	}
	parts.pages = append(parts.pages, kind, upto, ask.After, limit, account, hash, newHash, session)
}
