package storage

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

var errReply = errors.New("a script replied something else than it should")

// read takes over what a run was answered: first what others have done, then its own verdicts and events. Most runs are answered by the number before
// their first one only: nobody else has done anything.
func (s *redisStore) read(r *run, answer any) error {
	if base, ok := answer.(int64); ok {
		s.node.cut = 0
		s.behind.Store(0)
		s.others.Store(0)
		s.node.last = base + r.count
		s.confirmed.Store(s.node.last)
		return r.finish(s, base, nothingElse)
	}
	reply, _ := answer.([]any)
	if len(reply) == 0 {
		return errReply
	}
	switch reply[0] {
	case "unknown":
		return errLost
	case "format":
		if len(reply) > 1 && reply[1] != "" {
			return fmt.Errorf("the store has another format by now: %v", reply[1])
		}
		return errLost
	case "restoring":
		return errRestoring
	case "buried":
		if len(reply) > 1 && reply[1] == "restored" {
			return errRestored
		}
		return ErrBuried
	case "late":
		return errOutdated // its number was used by a run that we had given up; the next one is greater
	case "back":
		if len(reply) > 1 && reply[1] == int64(1) {
			s.noteLoss()
		}
		return errBack
	}
	if len(reply) < 8 {
		return errReply
	}
	version, err := s.readShared(r, reply)
	if err != nil {
		return err
	}
	switch reply[0] {
	case "done":
	case "changed":
		return r.refusal()
	default:
		return errOutdated
	}
	if len(reply) != 12 {
		return errReply
	}
	base, _ := reply[7].(int64)
	s.node.version = version
	return r.finish(s, base, reply[8:])
}

// nothingElse is what finish reads of a run that has found no full inbox, and nothing on other nodes, and has no pages.
var nothingElse = make([]any, 4)

// refusal is what it means that an expectation of the run was wrong: the password is another one by now, or a key of a message was used.
func (r *run) refusal() error {
	if ask := &r.b.Asks[r.from]; ask.Kind == SetPassword {
		r.b.Verdicts[r.from] = Verdict{Err: ErrChanged}
		r.done = true
		return ErrChanged
	}
	return errOutdated
}

// readShared takes over what others have done. It returns the version after the run.
func (s *redisStore) readShared(r *run, reply []any) (version int64, err error) {
	n := &s.node
	last, _ := reply[1].(int64)
	version, _ = reply[2].(int64)
	step, _ := reply[3].(int64)
	others, _ := reply[4].(int64)
	entries, _ := reply[5].([]any)
	lines, _ := reply[6].([]any)
	if err := s.readEntries(r.b, entries, math.MaxInt64); err != nil {
		return 0, err
	}
	n.cut = len(entries)
	s.behind.Store(int64(n.cut))
	for _, line := range lines {
		text, _ := line.(string)
		e, err := presenceEvent(text)
		if err != nil {
			return 0, err
		}
		r.b.Events = append(r.b.Events, e)
	}
	s.others.Store(others)
	if step == 0 { // there is more, with smaller numbers than the last one
		s.bell.ring()
	} else {
		n.last, n.step = last, step
		s.confirmed.Store(last)
		known := n.version
		if reply[0] == "done" && len(r.touched) > 0 {
			known++
		}
		if known != version {
			s.forgetAll() // something was changed that the feed does not tell
			n.version = version
		}
	}
	return version, nil
}

// readEntries takes over entries of the feed up to a step, but for those that were read before.
func (s *redisStore) readEntries(b *Batch, entries []any, upto int64) error {
	for _, entry := range entries {
		text, _ := entry.(string)
		if err := s.readEntry(b, text, upto); err != nil {
			return err
		}
	}
	return nil
}

func (s *redisStore) readEntry(b *Batch, text string, upto int64) error {
	e, err := entryOf(text)
	if err != nil || e.step <= s.node.step || e.step > upto {
		return err
	}
	s.node.step, s.node.version = e.step, e.version
	return e.read(func(one Event) { b.Events = append(b.Events, one) }, s.rules.touched)
}

// finish fills in the verdicts of a run that is done, and adds its events. The reply has the messages that found a full inbox, what the private ones
// found on other nodes and whether the recipient is away there, and the pages.
func (r *run) finish(s *redisStore, base int64, reply []any) error {
	r.done = true
	pages, _ := reply[3].([]any)
	if len(pages) != len(r.pages) {
		return errReply
	}
	r.renumber(s, base)
	for i, place := range r.pages {
		if err := r.readPage(s, place, pages[i]); err != nil {
			return err
		}
	}
	full, _ := reply[0].([]any)
	for _, place := range full {
		at, _ := place.(int64)
		r.refuse(s, r.private[at-1])
	}
	found, _ := reply[1].([]any)
	aways, _ := reply[2].([]any)
	for i := range min(len(found), len(aways), len(r.private)) {
		count, _ := found[i].(int64)
		away, _ := aways[i].(string)
		r.reach(i, int(count), away)
	}
	r.addEvents(r.b)
	s.lasting.renewed(r.renewed, r.b.At)
	return nil
}

// addEvents adds those that were kept to a batch, in the order of the asks.
func (r *run) addEvents(b *Batch) {
	slices.SortStableFunc(r.events, func(x, y Event) int { return cmp.Compare(x.Ask, y.Ask) })
	for i := range r.events {
		if e := &r.events[i]; e.Kind != 0 {
			b.Events = append(b.Events, *e)
		}
	}
}

// renumber puts the numbers that were given in the place of new ones, also in what the rules remember.
func (r *run) renumber(s *redisStore, base int64) {
	for i := range r.events {
		r.events[i].renumber(base)
	}
	for i := range r.b.Verdicts[r.from:r.to] {
		v := &r.b.Verdicts[r.from+i]
		v.Account, v.Since = givenID(v.Account, base), given(v.Since, base)
		if v.Room != nil {
			v.Room.ID = givenID(v.Room.ID, base)
		}
		for j := range v.Rooms {
			v.Rooms[j].Since, v.Rooms[j].Read = given(v.Rooms[j].Since, base), given(v.Rooms[j].Read, base)
		}
	}
	for _, t := range r.touched {
		if int64(t.room) > newNumbers {
			s.rules.forgetRoom(t.room) // it is remembered under another id
		}
		if int64(t.account) > newNumbers && s.rules.byID[t.room] != nil {
			delete(s.rules.byID[t.room].standings, t.account)
		}
	}
	for _, one := range r.kept {
		renumber(one, base)
	}
}

// refuse notes that the inbox of a private message was full. If it has a key, that was not kept.
func (r *run) refuse(s *redisStore, place int) {
	e := &r.events[place]
	r.b.Verdicts[e.Ask].Err = ErrInboxFull
	e.Kind = 0
	if p := s.rules.persons[e.From]; p != nil && isOnce(&r.b.Asks[e.Ask]) {
		p.onces--
	}
}

// reach notes what a private message has found on other nodes.
func (r *run) reach(i, count int, away string) {
	verdict := &r.b.Verdicts[r.events[r.private[i]].Ask]
	verdict.Reach.Sessions = count
	if away != "" {
		verdict.Reach.Away = &away
	}
}

func (r *run) readPage(s *redisStore, place int, reply any) error {
	ask, verdict := &r.b.Asks[place], &r.b.Verdicts[place]
	fields, _ := reply.([]any)
	if len(fields) == 2 && fields[0] == "banned" {
		ban, err := sanctionOf(fmt.Sprint(fields[1]))
		if err == nil {
			*verdict = Verdict{Err: ErrBanned, Sanction: &ban.Sanction}
		}
		return err
	}
	if len(fields) == 1 {
		*verdict = Verdict{Err: pageRefusals[fmt.Sprint(fields[0])]}
	}
	if verdict.Err != nil {
		return nil
	}
	if len(fields) < 4 {
		return errReply
	}
	rows, _ := fields[3].([]any)
	messages, err := messagesOf(rows)
	if err != nil {
		return err
	}
	verdict.Page = Page{Messages: messages, More: fields[2] == int64(1)}
	if ask.Kind == Feed {
		return nil
	}
	if err := readLogin(ask, verdict, fields); err != nil {
		return err
	}
	s.node.session = max(s.node.session, verdict.Session)
	if fields[9] == int64(1) {
		r.events = append(r.events, hereEvent(ask, verdict, place, fields))
	}
	return nil
}

// pageRefusals are what a page may be instead of one.
var pageRefusals = map[string]error{"gone": ErrGone, "changed": ErrChanged, "token": ErrNoToken}

// hereEvent says that the login of an ask has begun the only session of its account.
func hereEvent(ask *Ask, verdict *Verdict, place int, fields []any) Event {
	account, _ := enteredOf(fields[5])
	change := &Change{Guest: ask.Kind == Create && ask.New.Guest}
	for i := range verdict.Rooms {
		change.Rooms, change.Roles = append(change.Rooms, verdict.Rooms[i].ID), append(change.Roles, verdict.Rooms[i].Role)
	}
	return Event{Kind: Here, To: account.ID, ToName: account.Name, Change: change, Ask: place}
}

// readLogin fills in what a login tells besides its page.
func readLogin(ask *Ask, verdict *Verdict, fields []any) error {
	if len(fields) != 11 {
		return errReply
	}
	verdict.Session, _ = fields[8].(int64)
	if away, ok := fields[10].(string); ok {
		verdict.Away = &away
	}
	waiting, _ := fields[1].(int64)
	expired, _ := fields[4].(int64)
	verdict.Page.Waiting, verdict.Page.Expired = int(waiting), int(expired)
	entered, err := enteredOf(fields[5])
	if err != nil {
		return err
	}
	if ask.Kind == Create {
		return nil
	}
	verdict.Operator = entered.Operator
	if ask.Token != "" {
		verdict.Entered = &entered
	}
	rooms, _ := fields[6].([]any)
	if verdict.Rooms, err = roomsOf(entered.ID, rooms); err != nil {
		return err
	}
	texts, _ := fields[7].([]any)
	values := make([]string, len(texts))
	for i, text := range texts {
		values[i] = fmt.Sprint(text)
	}
	invites, err := invitesByNumber(values)
	for i := range invites {
		if in := &invites[i]; !in.Told {
			verdict.Page.Invites = append(verdict.Page.Invites, Invitation{Room: in.RoomName, FromName: in.FromName, Number: in.Number, At: in.At})
		}
	}
	return err
}

// enteredOf reads id, key, name, created and operator of an account. No guest enters.
func enteredOf(reply any) (Account, error) {
	fields, _ := reply.([]any)
	if len(fields) != 5 {
		return Account{}, errReply
	}
	return accountOf(idOf(fmt.Sprint(fields[0])), []any{fields[1], fields[2], nil, fields[3], fields[4], nil})
}

// roomsOf reads the rooms of an account, each as id, membership, unread, and the fields of the room.
func roomsOf(account ID, reply []any) ([]Membership, error) {
	type keyed struct {
		key string
		Membership
	}
	var found []keyed
	for _, one := range reply {
		fields, _ := one.([]any)
		if len(fields) != 4 {
			return nil, errReply
		}
		id, value := fmt.Sprint(fields[0]), fmt.Sprint(fields[1])
		m, err := memberOf(account, idOf(id), value)
		if err != nil {
			return nil, err
		}
		unread, _ := fields[2].(int64)
		hash, _ := fields[3].([]any)
		in := room{roomRecord: roomOf(m.Room, fieldsOf(hash))}
		found = append(found, keyed{in.Key, Membership{RoomInfo: in.info(), Role: m.Role, Since: m.Since, Read: m.Read, Unread: int(unread)}})
	}
	slices.SortFunc(found, func(x, y keyed) int { return strings.Compare(x.key, y.key) })
	rooms := make([]Membership, len(found))
	for i := range found {
		rooms[i] = found[i].Membership
	}
	return rooms, nil
}
