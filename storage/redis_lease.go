package storage

import (
	"context"
	"time"
)

const (
	leaseTime  = 5 * time.Second
	leaseRenew = time.Second
	leasePoll  = 100 * time.Millisecond
)

// acquireLease takes the lease at start. If another server renews it, it returns errOtherServer at once. If the lease only runs down, its
// server was killed, and acquireLease waits for the end of it.
func (s *redisStore) acquireLease(ctx context.Context) error {
	var holder string
	left := time.Duration(-1)
	for {
		err := s.takeLease(ctx)
		if err == nil || err != errOtherServer {
			return err
		}
		pipe := s.leases.Pipeline()
		nowHolder, nowLeft := pipe.Get(ctx, leaseKey), pipe.PTTL(ctx, leaseKey)
		pipe.Exec(ctx)
		switch {
		case nowHolder.Err() != nil: // it has just ended
			continue
		case nowLeft.Val() < 0:
			return errEndless
		case holder != "" && (nowHolder.Val() != holder || nowLeft.Val() > left):
			return errOtherServer
		}
		holder, left = nowHolder.Val(), nowLeft.Val()
		select {
		case <-time.After(leasePoll):
		case <-ctx.Done():
			return errOtherServer
		}
	}
}

// takeLease renews the lease or takes it if it is free.
func (s *redisStore) takeLease(ctx context.Context) error {
	if s.shared {
		return nil
	}
	answer, err := leaseScript.Run(ctx, s.leases, []string{leaseKey}, s.server, leaseTime.Milliseconds()).Text()
	if err == nil && answer == "held" {
		return errOtherServer
	}
	return err
}

// serveLease renews the lease. By this it also notices that Redis is gone.
func (s *redisStore) serveLease() {
	defer s.done.Done()
	ticker := time.NewTicker(leaseRenew)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			ctx, cancel := context.WithTimeout(context.Background(), leaseTime)
			if err := s.takeLease(ctx); err != nil {
				s.broke(err, nil)
			}
			cancel()
		case <-s.stop:
			return
		}
	}
}

// releaseLease lets another server start at once. If it fails, that server has to wait until the lease ends.
func (s *redisStore) releaseLease() {
	if s.shared {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	releaseScript.Run(ctx, s.leases, []string{leaseKey}, s.server)
}
