package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"
)

// loadRedis writes everything beside the store first, and reads it back, while the chat goes on. Only then it takes the store's place: nodes are given up,
// and until that is done, scripts change nothing. If it is interrupted there, the store says so until something is restored again.
func loadRedis(ctx context.Context, url string, log *zap.Logger, next func() (*Record, error)) error {
	s, err := newRedisStore(url, Limits{}, Self{}, log, true)
	if err != nil {
		return err
	}
	defer s.close()
	var theirs error
	err = s.restore(ctx, func() (*Record, error) {
		r, err := next()
		if err != nil && !errors.Is(err, io.EOF) {
			theirs = err
		}
		return r, err
	})
	return s.describeBackup(ctx, theirs, err)
}

func (s *redisStore) restore(ctx context.Context, next func() (*Record, error)) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	name := rand.Text()
	if err := s.beginRestore(ctx, name); err != nil {
		return err
	}
	defer s.hold(ctx, restoreKey, name)()
	l := &loader{s: s, ctx: ctx, name: name, accounts: map[ID]bool{}, inboxes: map[ID]bool{}, pairs: map[Thread]bool{}}
	err := l.load(next)
	if err == nil {
		err = l.verify()
	}
	if err != nil {
		l.giveUp()
		return err
	}
	return l.takePlace()
}

// beginRestore makes sure that nobody else restores, and that the store may be replaced.
func (s *redisStore) beginRestore(ctx context.Context, name string) error {
	found, err := s.link.conn.HGet(ctx, stateKey, "format").Result()
	if orNone(err) != nil {
		return err
	}
	if format := numberOf(found); format > guardedFormat {
		return newerError{int(format)}
	} else if format > 0 && format < redisFormat {
		return backupError("what is there is a store of an older version: start a server of this version on it first, or empty the database")
	}
	set, err := s.link.conn.SetNX(ctx, restoreKey, name, dumpLease).Result()
	if err == nil && !set {
		err = backupError("somebody else is restoring a backup: wait until that is done; one that was killed is over after twenty seconds")
	}
	return err
}

// loader writes the keys of a restore.
type loader struct {
	s    *redisStore
	ctx  context.Context
	name string

	args     []any // commands that are not sent yet
	size     int   // of these, in bytes
	last     int64 // the greatest number that is known
	state    StateRecord
	digest   Digest
	accounts map[ID]bool
	inboxes  map[ID]bool // of whom something waits
	pairs    map[Thread]bool
}

// load writes all records beside the store.
func (l *loader) load(next func() (*Record, error)) error {
	if err := l.move(loadedPrefix, func(keys []string) []command { return []command{del(keys)} }); err != nil {
		return err
	}
	for {
		r, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := l.add(r); err != nil {
			return err
		}
	}
	if err := l.flush(); err != nil {
		return err
	}
	return l.sortInboxes()
}

func (l *loader) add(r *Record) error {
	commands, err := l.commands(r)
	if err != nil || commands == nil {
		return err
	}
	if err := l.digest.Add(r); err != nil {
		return err
	}
	for _, c := range commands {
		c[1] = loadedPrefix + c[1].(string)
		if err := l.send(c); err != nil {
			return err
		}
	}
	return nil
}

// send has a command done, together with others.
func (l *loader) send(c command) error {
	l.args = append(append(l.args, len(c)), c...)
	for _, word := range c {
		if text, ok := word.(string); ok {
			l.size += len(text)
		}
	}
	if len(l.args) < 5000 && l.size < 1<<20 {
		return nil
	}
	return l.flush()
}

func (l *loader) flush() error {
	if len(l.args) == 0 {
		return nil
	}
	// A script that was not answered may have been done, and what it does must not be done twice: so there is one try.
	err := restoreWriteScript.Run(l.ctx, l.s.link.conn, nil, append([]any{l.name}, l.args...)...).Err()
	l.args, l.size = l.args[:0], 0
	if isRefusal(err, "LOST") {
		return errLeaseLost
	}
	return err
}

// commands are what keeps a record. There are none for what Redis has no place for, since nobody can see it: messages between accounts that are both
// gone, and those of unknown authors that do not wait.
func (l *loader) commands(r *Record) ([]command, error) {
	switch {
	case r.State != nil:
		l.state, l.last = *r.State, r.State.Last
		return []command{}, nil
	case r.Account != nil:
		return l.accountCommands(r.Account), nil
	case r.Room != nil:
		return slices.DeleteFunc(roomCommands(r.Room.loaded(), true, false), isOurs), nil
	case r.Member != nil:
		return slices.DeleteFunc((&redisRecords{}).memberCommands(nil, r.Member.loaded()), isOurs), nil
	case r.Sanction != nil:
		return sanctionCommands(r.Sanction.loaded(), false)
	case r.Invite != nil:
		return inviteCommands(r.Invite.loaded(), false)
	case r.Block != nil:
		return []command{{"SADD", blocksKey(r.Block.Account), int64(r.Block.Other)}}, nil
	case r.Token != nil:
		return tokenCommands(r.Token.loaded(), false), nil
	case r.Once != nil:
		return onceCommands(r.Once.loaded(), false)
	}
	return l.messageCommands(r.Message), nil
}

// isOurs reports whether a command is none of Redis': those change who is here.
func isOurs(c command) bool { return strings.HasPrefix(c[0].(string), "@") }

func (l *loader) accountCommands(in *AccountRecord) []command {
	l.accounts[in.ID] = true
	commands := accountCommands(&Account{ID: in.ID, Key: in.Key, Name: in.Name, Hash: in.Hash, Created: in.Created})
	if in.Operator {
		commands = append(commands, command{"HSET", accountKey(in.ID), "operator", 1})
	}
	if in.Expired > 0 {
		commands = append(commands, command{"HSET", expiredKey, idText(in.ID), in.Expired})
	}
	return commands
}

func (l *loader) messageCommands(m *MessageRecord) (commands []command) {
	t := m.Thread()
	if t == (Thread{}) && !m.Waiting || m.To != 0 && !l.accounts[m.From] && !l.accounts[m.To] {
		return nil
	}
	row := appendRow(nil, m.Number, &Event{At: m.At, From: m.From, FromName: m.FromName, Text: []byte(m.Text)})
	if t != (Thread{}) {
		commands = append(commands, command{"RPUSH", threadKey(t), string(row)})
	}
	if m.Waiting {
		l.inboxes[m.To] = true
		commands = append(commands, command{"RPUSH", inboxKey(m.To), string(row)})
	}
	if m.To != 0 && t != (Thread{}) && !l.pairs[t] {
		l.pairs[t] = true
		commands = append(commands, command{"SADD", restoredKey, threadKey(t)})
		if l.accounts[t.A] {
			commands = append(commands, command{"SADD", pairsKey(t.A), int64(t.B)})
		}
		if l.accounts[t.B] {
			commands = append(commands, command{"SADD", pairsKey(t.B), int64(t.A)})
		}
	}
	return commands
}

// sortInboxes brings what waits for an account into order, as it came by conversations.
func (l *loader) sortInboxes() error {
	for some := range slices.Chunk(slices.Sorted(maps.Keys(l.inboxes)), someConversations) {
		args := []any{l.name}
		for _, id := range some {
			args = append(args, loadedPrefix+inboxKey(id))
		}
		if err := restoreSortScript.Run(l.ctx, l.s.link.conn, nil, args...).Err(); err != nil {
			return err
		}
	}
	return nil
}

// verify reads everything back.
func (l *loader) verify() error {
	var found Digest
	d := &snapshot{s: l.s, ctx: l.ctx, lease: restoreKey, name: l.name, prefix: loadedPrefix, state: l.state, each: found.Add}
	if err := d.records(); err != nil {
		return err
	}
	if found != l.digest {
		return backupError(errDiffers.Error())
	}
	return nil
}

// giveUp removes what was loaded, if Redis can be reached.
func (l *loader) giveUp() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	l.ctx, l.args, l.size = ctx, nil, 0
	if l.s.connect(ctx) != nil {
		return
	}
	_ = l.move(loadedPrefix, func(keys []string) []command { return []command{del(keys)} }) // the next restore does it otherwise
}

// takePlace puts what was loaded in the place of the store.
func (l *loader) takePlace() error {
	s := l.s
	reply, err := s.runScript(l.ctx, restoreScript, l.name)
	switch {
	case err != nil:
		return err
	case len(reply) == 1 && reply[0] == "busy":
		l.giveUp()
		return backupError("a backup of it is being made: wait until that is done")
	case len(reply) == 1 && reply[0] == "lost":
		return errLeaseLost
	}
	s.log.Warn("what was loaded takes the place of the store now; all sessions end")
	l.ctx = context.WithoutCancel(l.ctx)
	if err := l.replace(); err != nil {
		return fmt.Errorf("%w: %w", errPartly, err)
	}
	return nil
}

var errPartly = errors.New("only a part of the backup is in place, and no server goes on before it is restored again by parley restore --replace")

// replace removes the keys of the store, and gives those that were loaded their names.
func (l *loader) replace() error {
	s := l.s
	if err := l.move("", func(keys []string) []command { return []command{del(slices.DeleteFunc(keys, stays))} }); err != nil {
		return err
	}
	err := l.move(loadedPrefix, func(keys []string) (commands []command) {
		for _, key := range keys {
			commands = append(commands, command{"RENAME", key, strings.TrimPrefix(key, loadedPrefix)})
		}
		return commands
	})
	if err != nil {
		return err
	}
	last := max(l.last, time.Now().UnixMicro())
	ended, err := restoreEndScript.Run(l.ctx, s.link.conn, nil, l.name, redisFormat, last, flag(l.state.Lockdown)).Int()
	if err == nil && ended == 0 {
		err = errLeaseLost
	}
	return err
}

// stays reports whether a key is not removed with the store: those that say what is going on, what was loaded, and what tells nodes that they were given up.
func stays(key string) bool {
	return key == stateKey || key == restoreKey || strings.HasPrefix(key, loadedPrefix) || strings.HasPrefix(key, nodePrefix)
}

func del(keys []string) command {
	c := command{"DEL", neverKey} // so that there is at least one
	for _, key := range keys {
		c = append(c, key)
	}
	return c
}

// move does commands with all keys that begin with something. Some keys may be named twice.
func (l *loader) move(prefix string, commands func(keys []string) []command) error {
	if prefix == "" {
		prefix = keyPrefix
	}
	return scan(l.ctx, l.s, func(ctx context.Context, cursor uint64) ([]string, uint64, error) {
		return l.s.client.Scan(ctx, cursor, prefix+"*", int64(someKeys)).Result()
	}, func(keys []string) error {
		for _, c := range commands(keys) {
			if err := l.send(c); err != nil {
				return err
			}
		}
		return l.flush()
	})
}
