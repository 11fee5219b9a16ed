package storage

import (
	"sync"
	"time"

	"go.uber.org/zap"
)

// outage logs the beginning and the end of a time in which the store fails, and nothing in between. It counts the errors.
type outage struct {
	log   *zap.Logger
	mu    sync.Mutex
	cause error // of the first error; nil: all is well
	since time.Time
	count int64 // of errors
}

func (o *outage) begin(cause error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count++
	if o.cause == nil {
		o.cause, o.since = cause, time.Now()
		o.log.Error("the store fails", zap.Error(cause))
	}
}

func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.cause != nil {
		o.log.Info("the store works again", zap.Duration("outage", time.Since(o.since)))
		o.cause = nil
	}
}

// now returns why the store fails, nil if it does not.
func (o *outage) now() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cause
}

// status is what a store says of itself.
func (o *outage) status(nodes, behind int64) Status {
	o.mu.Lock()
	defer o.mu.Unlock()
	return Status{Failing: o.cause, Errors: o.count, Nodes: int(nodes), Behind: int(behind)}
}
