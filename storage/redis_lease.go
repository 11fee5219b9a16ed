package storage

import (
	"context"
	"errors"
	"time"
)

// dumpLease is for how long a dump or a restore lives without being renewed. If Redis does not answer for so long it is over.
const dumpLease = 20 * time.Second

// errLeaseLost says that a dump or a restore was over before its end: Redis has lost it, or could not be reached for too long.
var errLeaseLost = errors.New("it was over before its end, since Redis was away for too long or was started anew, or somebody else has begun the same: begin again")

// hold renews a lease until the function that it returns is called, which ends it if it can. That ctx has ended changes nothing: a restore may have come so
// far that it is not interrupted.
func (s *redisStore) hold(ctx context.Context, key, name string) (release func()) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		beat := time.NewTicker(dumpLease / 6)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				leaseScript.Run(ctx, s.client, nil, key, name, dumpLease.Milliseconds()) // whoever uses it finds out if it is over
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		stop()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		leaseScript.Run(ctx, s.client, nil, key, name, 0)
	}
}

// patiently asks Redis for something until it answers, but no longer than a lease lasts.
func patiently[T any](ctx context.Context, s *redisStore, ask func(ctx context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, dumpLease)
	defer cancel()
	found, err := reading(ctx, s, ask)
	if isRefusal(err, "LOST") {
		err = errLeaseLost
	}
	return found, err
}
