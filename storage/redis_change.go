package storage

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// change does an ask that has a script of its own: Create, SetPassword or Remove. A refusal becomes the verdict; an error means that it is not done.
func (s *redisStore) change(ctx context.Context, b *Batch, place int) error {
	verdict := &b.Verdicts[place]
	err := s.retry(ctx, func(operation string) attempt {
		*verdict = Verdict{}
		var c *redisChange
		return attempt{
			do: func(ctx context.Context) (err error) {
				defer func() {
					if err != nil {
						s.forget.Store(true) // the rules may remember what is not kept
					}
				}()
				if err := s.refresh(ctx); err != nil {
					return err
				}
				made, err := s.newChange(ctx, operation, b, place)
				if err != nil {
					return err
				}
				c = made
				reply, err := c.script.Run(ctx, s.client, c.keys, c.args...).Slice()
				if err == nil {
					err = s.verdictOf(reply)
				}
				if err != nil {
					return err
				}
				return s.changed(b, place, c, reply)
			},
			back: func(ctx context.Context) error {
				if c == nil {
					return nil
				}
				return c.undo.Run(ctx, s.client, c.undoKeys, c.undoArgs...).Err()
			},
		}
	})
	if isAnswer(err) {
		verdict.Err = err
		return nil
	}
	return err
}

// redisChange is the script of an ask, and the one that takes it back.
type redisChange struct {
	script, undo   *redis.Script
	keys, undoKeys []string
	args, undoArgs []any

	events []Event
	last   int64 // the last number, if it is a server that asks
}

// newChange makes the change. What the rules answer instead is the error.
func (s *redisStore) newChange(ctx context.Context, operation string, b *Batch, place int) (*redisChange, error) {
	ask := &b.Asks[place]
	mark := markKey(operation)
	c := &redisChange{undoArgs: []any{operation, markTime.Milliseconds()}}
	known := s.begin(ctx, b, func(e Event) { c.events = append(c.events, e) })
	c.keys = []string{leaseKey, stateKey, mark, feedKey}
	c.args = []any{s.holder(), operation, known.last, known.served, redisFormat}
	if ask.Kind == Create {
		s.newAccount(c, ask.New, mark)
		return c, nil
	}
	p, err := s.rules.person(ask.Account)
	if err != nil {
		return nil, err
	}
	aside := asideKey(operation, "account")
	if ask.Kind == SetPassword {
		if err := s.rules.removeTokens(p.id); err != nil {
			return nil, err
		}
		s.announce(c, PasswordChanged, p, place)
		told, err := s.toldServer(known.last, c.events)
		c.script, c.undo = passwordScript, undoPasswordScript
		c.keys = append(c.keys, accountKey(p.id), aside)
		c.args = append(c.args, ask.Hash, ask.NewHash, markTime.Milliseconds(), s.version, s.sharedVersion(), len(s.records.do))
		c.args = append(append(c.args, commandArgs(s.records.do, false)...), told...)
		c.undoKeys = []string{mark, stateKey, feedKey, accountKey(p.id), aside}
		c.undoArgs = append(append(c.undoArgs, len(s.records.undoTokens)), commandArgs(s.records.undoTokens, true)...)
		return c, err
	}
	if err := s.rules.removeMemberships(place, ask, p); err != nil {
		return nil, err
	}
	s.announce(c, AccountRemoved, p, place)
	told, err := s.toldServer(known.last, c.events)
	lists := []string{accountKey(p.id), inboxKey(p.id), pairsKey(p.id), aside, asideKey(operation, "inbox"), asideKey(operation, "pairs")}
	c.script, c.undo = removeScript, undoRemoveScript
	c.keys = append(append(c.keys, namesKey, expiredKey), lists...)
	c.args = append(c.args, int64(p.id), markTime.Milliseconds(), s.version, s.sharedVersion(), c.last-known.last, len(told)/2, len(s.records.do))
	c.args = append(append(c.args, told...), commandArgs(s.records.do, false)...)
	c.undoKeys = append([]string{mark, stateKey, feedKey, namesKey}, lists...)
	undo := append(s.records.undo, s.records.undoTokens...) // nobody else can have revoked tokens of an account that was gone
	c.undoArgs = append(append(c.undoArgs, int64(p.id), len(undo)), commandArgs(undo, true)...)
	return c, err
}

func (s *redisStore) newAccount(c *redisChange, a *Account, mark string) {
	c.script, c.undo = createScript, undoCreateScript
	c.keys = append(c.keys, namesKey, roomsKey)
	c.args = append(c.args, a.Key, a.Name, a.Hash, a.Created.UnixMilli(), LobbyName, accountPrefix, memberPrefix, roomPrefix, membersPrefix, emptyKey)
	c.undoKeys = []string{mark, stateKey, namesKey, emptyKey}
	c.undoArgs = append(c.undoArgs, a.Key, accountPrefix, inboxPrefix, memberPrefix, membersPrefix)
}

// announce adds an event that is about an account.
func (s *redisStore) announce(c *redisChange, kind EventKind, p *person, place int) {
	e := Event{Kind: kind, Number: s.records.number(), At: s.rules.at, To: p.id, ToName: p.name, Ask: place}
	if !s.shared {
		e.From, e.FromName = p.id, p.name
	}
	c.events, c.last = append(c.events, e), e.Number
}

// changed fills in the verdict of a change that is done, and adds its events.
func (s *redisStore) changed(b *Batch, place int, c *redisChange, reply []any) error {
	if len(reply) < 2 {
		return errReply
	}
	last, _ := reply[1].(int64)
	s.given(last)
	if b.Asks[place].Kind == Create {
		return s.created(&b.Verdicts[place], ID(last), reply)
	}
	for _, e := range c.events {
		e.Number += last - c.last // 0, but in a shared store
		b.Events = append(b.Events, e)
	}
	return nil
}

// created fills in the verdict of a new account, and has the rules remember that it is in the lobby.
func (s *redisStore) created(verdict *Verdict, id ID, reply []any) error {
	if len(reply) != 4 {
		return errReply
	}
	fields, _ := reply[3].([]any)
	rooms, err := roomsOf(id, []any{fields})
	if err != nil {
		return err
	}
	count, _ := reply[2].(int64)
	rooms[0].Members = int(count)
	verdict.Account, verdict.Since, verdict.Rooms = id, int64(id), rooms
	if lobby := s.rules.rooms[LobbyName]; lobby != nil {
		lobby.members++
		lobby.standings[id] = &standing{member: &memberRecord{Account: id, Room: lobby.ID, Since: int64(id), Read: int64(id)}}
	}
	return nil
}
