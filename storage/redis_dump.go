package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"
)

// dumpTime is how long a dump may take: less than the copies are kept.
const dumpTime = 23 * time.Hour

// dumpRedis reads the store as it is when the first script has run. From there on all scripts copy what they change before they do; see guard.lua.
func dumpRedis(ctx context.Context, url string, log *zap.Logger, each func(*Record) error) error {
	s, err := newRedisStore(url, Limits{}, Self{}, log, true)
	if err != nil {
		return err
	}
	defer s.close()
	ctx, cancel := context.WithTimeout(ctx, dumpTime)
	defer cancel()
	var theirs error
	err = s.dump(ctx, func(r *Record) error {
		theirs = each(r)
		return theirs
	})
	return s.describeBackup(ctx, theirs, err)
}

// describeBackup is the error of a dump or a restore for its caller, to whom the first one belongs.
func (s *redisStore) describeBackup(ctx context.Context, theirs, err error) error {
	switch {
	case theirs != nil:
		return theirs
	case err != nil && errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.Is(err, errLeaseLost), errors.Is(err, errPartly), errors.As(err, new(backupError)):
		return fmt.Errorf("the Redis at %s: %w", s.address.Shown, err)
	case err != nil:
		return describeRedis(s.address.Shown, err)
	}
	return nil
}

// backupError says why a store can't be dumped or restored just now, and what to do.
type backupError string

func (e backupError) Error() string { return string(e) }

func (s *redisStore) dump(ctx context.Context, each func(*Record) error) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	if err := s.mayCopy(ctx); err != nil {
		return err
	}
	name := rand.Text()
	state, err := s.beginDump(ctx, name)
	if err != nil {
		return err
	}
	defer s.endDump(name)
	defer s.hold(ctx, dumpKey, name)()
	d := &snapshot{s: s, ctx: ctx, lease: dumpKey, name: name, state: *state, each: each}
	return d.records()
}

// beginDump marks the moment. What a dump has left that died is removed first.
func (s *redisStore) beginDump(ctx context.Context, name string) (*StateRecord, error) {
	for {
		reply, err := s.runScript(ctx, dumpScript, name, redisFormat, dumpLease.Milliseconds())
		if err != nil {
			return nil, err
		}
		switch {
		case len(reply) == 3 && reply[0] == "begun":
			last, _ := reply[1].(int64)
			return &StateRecord{Last: last, Lockdown: reply[2] == int64(1)}, nil
		case len(reply) == 1 && reply[0] == "left":
			if err := s.removeCopies(ctx, name); err != nil {
				return nil, err
			}
			continue
		case len(reply) == 1 && reply[0] == "busy":
			return nil, backupError("another backup of it is being made: wait until that is done; one that was killed is over after twenty seconds")
		case len(reply) == 1 && reply[0] == "restoring":
			return nil, errRestoring
		case len(reply) == 2 && reply[0] == "older":
			return nil, backupError(fmt.Sprintf("the server %v can't work while a backup is made: upgrade it, or let its Redis user run COPY, and start it again", reply[1]))
		case len(reply) == 2 && reply[0] == "format":
			return nil, backupError(fmt.Sprintf("what is there has the format %q of the store, not %d: start a server of this version on it first", reply[1], redisFormat))
		}
		return nil, errReply
	}
}

// removeCopies removes what was copied for a dump that is over, or that is over now. It takes many short scripts, since there may be much of it.
func (s *redisStore) removeCopies(ctx context.Context, name string) error {
	for {
		removed, err := patiently(ctx, s, func(ctx context.Context) (int, error) {
			return dumpEndScript.Run(ctx, s.client, nil, name, redisFormat).Int()
		})
		if err != nil || removed == 0 {
			return err
		}
	}
}

// endDump ends a dump also if ctx has. If Redis can't be reached, it ends by itself.
func (s *redisStore) endDump(name string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.removeCopies(ctx, name); err != nil {
		s.log.Warn("the copies that were made during a backup are still in Redis; the next backup removes them, or they go after a day", zap.Error(err))
	}
}
