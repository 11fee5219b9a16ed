package storage

import (
	"context"
	"errors"
	"fmt"
)

var errReply = errors.New("the commit script replied something else than it should")

// read fills in the verdicts of the run and adds its events to the batch.
func (r *run) read(s *redisStore, reply []any) error {
	if len(reply) == 2 && reply[0] == "names" {
		s.names = newNames(fmt.Sprint(reply[1]))
		return errOutdated
	}
	if err := s.verdictOf(reply); err != nil {
		return err
	}
	if len(reply) != 3 {
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
		r.refuse(r.private[at-1])
	}
	for i := range r.events {
		if r.events[i].Kind != 0 {
			r.b.Events = append(r.b.Events, r.events[i])
		}
	}
	r.finish(s)
	return nil
}

// refuse notes that the inbox of a private message was full.
func (r *run) refuse(place int) {
	r.b.Verdicts[r.events[place].Ask].Err = ErrInboxFull
	r.events[place].Kind = 0
}

// finish notes what is known now that the run is done.
func (r *run) finish(s *redisStore) {
	last := r.before + int64(len(r.events))
	s.lasting.renewed(r.renewed, r.b.At)
	s.confirmed.Store(last)
	if len(r.events) > 0 {
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
	if err := s.verdictOf(fields); isVerdict(err) {
		verdict.Err = err
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
	if len(fields) != 7 {
		return errReply
	}
	waiting, _ := fields[1].(int64)
	expired, _ := fields[4].(int64)
	name, _ := fields[5].(string)
	rooms, _ := fields[6].([]any)
	verdict.Page.Waiting, verdict.Page.Expired = int(waiting), int(expired)
	verdict.Rooms = roomsOf(rooms)
	s.names.accounts[ask.Account] = name
	return nil
}

// roomsOf reads rooms that are given as id, name, id, name, ...
func roomsOf(reply []any) []Room {
	rooms := make([]Room, 0, len(reply)/2)
	for i := 0; i+1 < len(reply); i += 2 {
		id, _ := reply[i].(string)
		name, _ := reply[i+1].(string)
		rooms = append(rooms, Room{idOf(id), name})
	}
	return rooms
}

// back takes the run back.
func (r *run) back(ctx context.Context, s *redisStore) error {
	keys := append([]string{markKey(r.operation), stateKey, expiredKey, toldKey}, r.accounts...)
	keys = append(keys, r.keys[commitKeys:commitKeys+2*len(r.private)]...)
	keys = append(keys, r.keys[len(r.keys)-r.rooms:]...)
	args := append([]any{r.operation, markTime.Milliseconds(), r.before + 1, len(r.accounts)}, r.hashes...)
	return undoCommitScript.Run(ctx, s.client, keys, args...).Err()
}
