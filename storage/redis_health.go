package storage

import (
	"context"
	"errors"
	"strings"
	"time"
)

const (
	recoverEach = 100 * time.Millisecond
	checkTime   = 2 * time.Second // for one attempt to recover
)

var errStopped = errors.New("the store is being closed")

// broke stops the use of the store until the recovery has succeeded. The recovery calls back, if it is not nil, to take something back.
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
		return errStopped
	}
}

// serveRecovery makes the store usable again whenever it broke.
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

// recovered tries once to make the store usable again, and reports whether it is.
func (s *redisStore) recovered() bool {
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	run, err := s.checkServer(ctx)
	if err != nil || s.takeLease(ctx) != nil || s.takeBack(ctx) != nil || s.prepare(ctx, run, false) != nil {
		return false
	}
	s.forget.Store(true)
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

// checkServer checks that Redis answers, stands alone and does not evict keys. It returns its run_id, which changes when Redis is
// started anew.
func (s *redisStore) checkServer(ctx context.Context) (run string, err error) {
	memory, err := s.client.Info(ctx, "memory").Result()
	if err != nil {
		return "", err
	}
	if policy := infoField(memory, "maxmemory_policy"); policy != "" && policy != "noeviction" {
		return "", evictsError{policy}
	}
	server, err := s.client.Info(ctx, "server").Result()
	if err != nil {
		return "", err
	}
	if mode := infoField(server, "redis_mode"); mode != "" && mode != "standalone" {
		return "", modeError{mode}
	}
	return infoField(server, "run_id"), nil
}

// infoField returns a field of what INFO says; empty if it is not there.
func infoField(info, name string) string {
	_, rest, _ := strings.Cut("\r\n"+info, "\r\n"+name+":")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}
