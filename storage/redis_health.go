package storage

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	recoverEach = 100 * time.Millisecond
	checkTime   = 2 * time.Second // for one attempt to recover
	redisFormat = 1               // of the keys
)

// broke stops the service until the recovery has brought it back, and has taken back what must be.
func (s *redisStore) broke(cause error, back undo) {
	s.mu.Lock()
	if back != nil {
		s.undos = append(s.undos, back)
	}
	select {
	case <-s.healthy:
		s.healthy = make(chan struct{})
	default: // is broken already
	}
	s.mu.Unlock()
	s.outage.begin(cause)
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// waitHealthy waits until the store can be used.
func (s *redisStore) waitHealthy(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	healthy := s.healthy
	s.mu.Unlock()
	select {
	case <-healthy:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stop:
		return errClosed
	}
}

// serveRecovery brings the store back whenever it broke.
func (s *redisStore) serveRecovery() {
	defer s.done.Done()
	for {
		select {
		case <-s.kick:
		case <-s.stop:
			return
		}
		for !s.recovered() {
			select {
			case <-time.After(recoverEach):
			case <-s.stop:
				return
			}
		}
	}
}

// recovered tries once to bring the store back.
func (s *redisStore) recovered() bool {
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	if s.checkServer(ctx) != nil || s.takeLease(ctx) != nil || s.takeBack(ctx) != nil || s.readState(ctx) != nil {
		return false
	}
	s.forgetNames.Store(true)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.undos) > 0 {
		return false
	}
	select {
	case <-s.healthy:
	default:
		close(s.healthy)
		s.outage.end()
	}
	return true
}

// takeBack undoes what was given up, oldest first.
func (s *redisStore) takeBack(ctx context.Context) error {
	for {
		s.mu.Lock()
		if len(s.undos) == 0 {
			s.mu.Unlock()
			return nil
		}
		first := s.undos[0]
		s.mu.Unlock()
		if err := first(ctx); err != nil {
			return err
		}
		s.mu.Lock()
		s.undos = s.undos[1:]
		s.mu.Unlock()
	}
}

// checkServer looks whether there is a Redis that keeps what it is given.
func (s *redisStore) checkServer(ctx context.Context) error {
	info, err := s.client.Info(ctx, "memory").Result()
	if err != nil {
		return err
	}
	_, rest, found := strings.Cut(info, "maxmemory_policy:")
	policy, _, _ := strings.Cut(rest, "\r\n")
	if found && policy != "noeviction" {
		return evictsError{policy}
	}
	return nil
}

// readState learns which numbers are used, and refuses what a newer parley wrote.
func (s *redisStore) readState(ctx context.Context) error {
	if err := s.client.HSetNX(ctx, stateKey, "format", redisFormat).Err(); err != nil && !hasCode(err.Error(), "OOM") {
		return err
	}
	state, err := s.client.HMGet(ctx, stateKey, "format", "last").Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	format, _ := state[0].(string)
	if n, _ := strconv.Atoi(format); n > redisFormat {
		return errFormat
	}
	last, _ := state[1].(string)
	number, _ := strconv.ParseInt(last, 10, 64)
	s.mu.Lock()
	s.next = max(s.next, number+1)
	s.mu.Unlock()
	return nil
}
