package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

var errReply = errors.New("the commit script replied something else than it should")

// read fills in the verdicts of the run and adds its events to the batch.
func (r *run) read(s *redisStore, reply []any) error {
	if err := s.verdictOf(reply); err != nil {
		return err
	}
	if len(reply) != 4 {
		return errReply
	}
	pages, _ := reply[2].([]any)
	if len(pages) != len(r.pages) {
		return errReply
	}
	for i, place := range r.pages {
		if err := r.readPage(s, place, pages[i]); err != nil {
			return err
		}
	}
	full, _ := reply[1].([]any)
	for _, place := range full {
		at, _ := place.(int64)
		r.refuse(s, r.private[at-1])
	}
	last, _ := reply[3].(int64)
	for i := range r.events {
		if e := &r.events[i]; e.Kind != 0 {
			e.Number += last - r.last // 0, but in a shared store
			r.b.Events = append(r.b.Events, *e)
		}
	}
	r.finish(s, last)
	return nil
}

// refuse notes that the inbox of a private message was full. If it has a key, that was not kept.
func (r *run) refuse(s *redisStore, place int) {
	e := &r.events[place]
	r.b.Verdicts[e.Ask].Err = ErrInboxFull
	e.Kind = 0
	if isOnce(&r.b.Asks[e.Ask]) {
		s.rules.persons[e.From].onces--
	}
}

// finish notes what is known now that the run is done, after which this number was the last.
func (r *run) finish(s *redisStore, last int64) {
	s.lasting.renewed(r.renewed, r.b.At)
	s.confirmed.Store(last)
	if r.last > r.before || len(r.undo)+len(r.tokens) > 0 {
		s.given(last)
		s.outage.end()
	}
	if r.feedRead > 0 {
		s.mu.Lock()
		if s.seen.read == r.feedRead {
			s.seen.read = 0
		}
		s.mu.Unlock()
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
	if err := s.verdictOf(fields); isAnswer(err) {
		*verdict = Verdict{Err: err}
		return nil
	} else if err != nil || len(fields) < 4 {
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
	return readLogin(ask, verdict, fields)
}

// readLogin fills in what a login tells besides its page.
func readLogin(ask *Ask, verdict *Verdict, fields []any) error {
	if len(fields) != 8 {
		return errReply
	}
	waiting, _ := fields[1].(int64)
	expired, _ := fields[4].(int64)
	verdict.Page.Waiting, verdict.Page.Expired = int(waiting), int(expired)
	entered, err := enteredOf(fields[5])
	if err != nil {
		return err
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

// enteredOf reads id, key, name, created and operator of an account.
func enteredOf(reply any) (Account, error) {
	fields, _ := reply.([]any)
	if len(fields) != 5 {
		return Account{}, errReply
	}
	return accountOf(idOf(fmt.Sprint(fields[0])), []any{fields[1], fields[2], nil, fields[3], fields[4]})
}

// roomsOf reads the rooms of an account, each as id, membership, key, name, topic, private, quiet, unread.
func roomsOf(account ID, reply []any) ([]Membership, error) {
	type keyed struct {
		key string
		Membership
	}
	var found []keyed
	for _, one := range reply {
		fields, _ := one.([]any)
		if len(fields) != 8 {
			return nil, errReply
		}
		text := func(i int) string {
			s, _ := fields[i].(string)
			return s
		}
		id := idOf(text(0))
		m, err := memberOf(account, id, text(1))
		if err != nil {
			return nil, err
		}
		unread, _ := fields[7].(int64)
		found = append(found, keyed{text(2), Membership{
			RoomInfo: RoomInfo{Room: Room{id, text(3)}, Topic: text(4), Private: text(5) == "1", Quiet: text(6) == "1"},
			Role:     m.Role, Since: m.Since, Read: m.Read, Unread: int(unread),
		}})
	}
	slices.SortFunc(found, func(x, y keyed) int { return strings.Compare(x.key, y.key) })
	rooms := make([]Membership, len(found))
	for i := range found {
		rooms[i] = found[i].Membership
	}
	return rooms, nil
}

// back takes the run back.
func (r *run) back(ctx context.Context, s *redisStore) error {
	keys := append([]string{markKey(r.operation), stateKey, expiredKey, toldKey, feedKey}, r.accounts...)
	keys = append(keys, r.keys[commitKeys:commitKeys+2*len(r.private)]...)
	keys = append(keys, r.keys[len(r.keys)-r.rooms:]...)
	args := append([]any{r.operation, markTime.Milliseconds(), r.before + 1, s.lastRunField(), len(r.accounts), len(r.undo), len(r.tokens)}, r.hashes...)
	args = append(append(args, commandArgs(r.undo, true)...), commandArgs(r.tokens, true)...)
	return undoCommitScript.Run(ctx, s.client, keys, args...).Err()
}

// lastRunField is the field of the state that has our last run.
func (s *redisStore) lastRunField() string {
	if s.shared {
		return "shared"
	}
	return "batch"
}
