package storage

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// change does a rare ask: Create, SetPassword or Remove. A refusal becomes the verdict; an error means that it is not done.
func (s *redisStore) change(ctx context.Context, b *Batch, place int) error {
	verdict := &b.Verdicts[place]
	*verdict = Verdict{}
	err := s.retry(ctx, func(operation string) attempt {
		c := s.newChange(operation, &b.Asks[place], b.At)
		return attempt{
			do: func(ctx context.Context) error {
				reply, err := c.script.Run(ctx, s.client, c.keys, c.args...).Slice()
				if err == nil {
					err = s.verdictOf(reply)
				}
				if err != nil {
					return err
				}
				return s.changed(b, place, reply)
			},
			back: func(ctx context.Context) error {
				return c.undo.Run(ctx, s.client, c.undoKeys, c.undoArgs...).Err()
			},
		}
	})
	if isVerdict(err) {
		verdict.Err = err
		return nil
	}
	return err
}

// redisChange is the script of a rare ask, and the one that takes it back.
type redisChange struct {
	script, undo   *redis.Script
	keys, undoKeys []string
	args, undoArgs []any
}

func (s *redisStore) newChange(operation string, ask *Ask, at time.Time) *redisChange {
	s.mu.Lock()
	known := s.seen
	s.mu.Unlock()
	mark := markKey(operation)
	c := &redisChange{
		keys:     []string{leaseKey, stateKey, mark, feedKey},
		args:     []any{s.holder(), operation, known.last, known.served, redisFormat},
		undoArgs: []any{operation, markTime.Milliseconds()},
	}
	id, account := strconv.FormatInt(int64(ask.Account), 10), accountKey(ask.Account)
	aside := asideKey(operation, "account")
	switch ask.Kind {
	case Create:
		c.script, c.undo = createScript, undoCreateScript
		c.keys = append(c.keys, namesKey, roomsKey)
		c.args = append(c.args, ask.New.Key, ask.New.Name, ask.New.Hash, ask.New.Created.UnixMilli(), LobbyName, accountPrefix, memberPrefix, roomPrefix)
		c.undoKeys = []string{mark, stateKey, namesKey}
		c.undoArgs = append(c.undoArgs, ask.New.Key, accountPrefix, inboxPrefix, memberPrefix)
	case SetPassword:
		c.script, c.undo = passwordScript, undoPasswordScript
		c.keys = append(c.keys, account, aside)
		c.args = append(c.args, id, ask.Hash, ask.NewHash, markTime.Milliseconds(), at.UnixMilli(), int(PasswordChanged))
		c.undoKeys = []string{mark, feedKey, account, aside}
	case Remove:
		lists := []string{account, inboxKey(ask.Account), memberKey(ask.Account),
			aside, asideKey(operation, "inbox"), asideKey(operation, "member")}
		c.script, c.undo = removeScript, undoRemoveScript
		c.keys = append(append(c.keys, namesKey, expiredKey), lists...)
		c.args = append(c.args, id, markTime.Milliseconds(), at.UnixMilli(), int(AccountRemoved))
		c.undoKeys = append([]string{mark, feedKey, namesKey}, lists...)
		c.undoArgs = append(c.undoArgs, id)
	}
	return c
}

// changed fills in the verdict of a rare ask that is done, and adds its event.
func (s *redisStore) changed(b *Batch, place int, reply []any) error {
	ask, verdict := &b.Asks[place], &b.Verdicts[place]
	if len(reply) < 3 {
		return errors.New("a script replied something else than it should")
	}
	number, _ := reply[1].(int64)
	s.given(number)
	if ask.Kind == Create {
		verdict.Account, verdict.Since = ID(number), number
		verdict.Rooms = roomsOf(reply[2:])
		return nil
	}
	kind := PasswordChanged
	if ask.Kind == Remove {
		kind = AccountRemoved
	}
	name, _ := reply[2].(string)
	b.Events = append(b.Events, Event{Kind: kind, Number: number, At: eventTime(b.At), To: ask.Account, ToName: name, Ask: place})
	return nil
}
