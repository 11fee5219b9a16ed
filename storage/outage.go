package storage

import (
	"sync"
	"time"

	"go.uber.org/zap"
)

// outage logs the beginning and the end of a time in which the store fails, and nothing in between.
type outage struct {
	log   *zap.Logger
	mu    sync.Mutex
	since time.Time // zero: all is well
}

func (o *outage) begin(cause error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since.IsZero() {
		o.since = time.Now()
		o.log.Error("the store fails", zap.Error(cause))
	}
}

func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.since.IsZero() {
		o.log.Info("the store works again", zap.Duration("outage", time.Since(o.since)))
		o.since = time.Time{}
	}
}
