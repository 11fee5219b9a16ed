package commands

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"parley/storage"
)

// Alive returns nil when the committer has shown that it goes on, or an error at the end of ctx. Since the committer may be waiting for the store, ctx
// must allow for the store timeout. It may be called from any goroutine.
func (c *Chat) Alive(ctx context.Context) error {
	select {
	case c.committer.pulse <- struct{}{}:
		return nil
	case <-c.committer.done:
		return nil
	case <-ctx.Done():
		return errors.New("the committer does not answer")
	}
}

// StoreOutage returns nil when the last commit succeeded, and else why it did not and since when. It may be called from any goroutine.
func (c *Chat) StoreOutage() error { return c.committer.outage.now() }

// storeOutage is a time in which the store does not do what it is asked. A commit comes with each heartbeat, so it is known within a second.
type storeOutage struct {
	mu    sync.Mutex // guards what follows; nothing is called under it
	cause error      // nil: the last commit succeeded
	since time.Time
}

// note takes note of what has become of a commit, and of what the store says: it may still not write, although it could be read.
func (o *storeOutage) note(err error, b *storage.Batch, failing error) {
	for i := 0; err == nil && i < len(b.Verdicts); i++ {
		if isUnknown(b.Verdicts[i].Err) {
			err = b.Verdicts[i].Err
		}
	}
	if err == nil || errors.Is(err, storage.ErrBuried) { // then it works, and the sessions are told
		err = failing
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil && o.cause == nil {
		o.since = time.Now()
	}
	o.cause = err
}

func (o *storeOutage) now() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.cause == nil {
		return nil
	}
	return fmt.Errorf("the store fails since %s: %w", o.since.UTC().Format(time.RFC3339), o.cause)
}
