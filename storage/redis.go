package storage

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"
)

// redisStore keeps everything in one Redis. Each change is one script, so it happens whole or not at all.
type redisStore struct {
	client *redis.Client
	leases *redis.Client // a connection of its own, so that no slow answer delays the lease
	server string        // our name in the lease, new at each start; names of operations begin with it, in a shared store too
	limits Limits
	shared bool
	log    *zap.Logger
	outage outage

	operations atomic.Int64 // how many there were, to name the next one
	confirmed  atomic.Int64 // the newest message that is known to be kept; readers see none after it

	mu      sync.Mutex
	seen    seen
	healthy chan struct{} // closed while the store can be used
	undos   []undo        // what must be taken back before it can be used again

	rules   rules // these are for the goroutine of Commit
	records *redisRecords
	version string // of what the rules remember
	changes string // of what the rules of a shared store have read
	lasting lasting
	forget  atomic.Bool // what the rules and lasting remember may be out of date

	kick chan struct{} // wakes the recovery
	stop chan struct{}
	done sync.WaitGroup
}

// undo takes back an operation that was given up. It may be called again if its result is not known.
type undo func(ctx context.Context) error

// markTime is how long Redis keeps the mark of an operation that was given up, and what an operation put aside. No request takes that
// long to arrive.
const markTime = time.Hour

func openRedis(ctx context.Context, url string, limits Limits, log *zap.Logger, shared bool) (Store, error) {
	options, err := redisOptions(url)
	if err != nil {
		return nil, err
	}
	leaseOptions := *options
	leaseOptions.PoolSize = 1
	log = log.With(zap.String("store", "redis"), zap.String("address", options.Addr))
	s := &redisStore{
		client: redis.NewClient(options), leases: redis.NewClient(&leaseOptions),
		server: rand.Text(), limits: limits, shared: shared, log: log, outage: outage{log: log},
		version: "0", lasting: lasting{limits.Keep, map[Thread]time.Time{}},
		healthy: make(chan struct{}), kick: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	s.records = &redisRecords{store: s}
	s.rules.keeper = s.records
	s.rules.forget()
	if err := s.start(ctx); err != nil {
		s.client.Close()
		s.leases.Close()
		return nil, describeRedis(options.Addr, err)
	}
	return s, nil
}

func (s *redisStore) start(ctx context.Context) error {
	run, err := s.checkServer(ctx)
	if err != nil {
		return err
	}
	if !s.shared {
		if err := s.acquireLease(ctx); err != nil {
			return err
		}
	}
	if err := s.prepare(ctx, run, true); err != nil {
		s.releaseLease()
		return err
	}
	s.confirmed.Store(s.seen.last)
	close(s.healthy)
	s.done.Add(1)
	go s.serveRecovery()
	if !s.shared {
		s.done.Add(1)
		go s.serveLease()
	}
	return nil
}

func (s *redisStore) Close() error {
	close(s.stop)
	s.done.Wait()
	s.mu.Lock()
	pending := len(s.undos) > 0
	s.mu.Unlock()
	if pending {
		s.recovered() // the last chance to take it back
	}
	s.releaseLease()
	s.leases.Close()
	return s.client.Close()
}

// operation names an operation, so that it can be recognised when it must be taken back.
func (s *redisStore) operation() string {
	return fmt.Sprintf("%s-%d", s.server, s.operations.Add(1))
}

// holder is our name in the lease. A shared store has no lease.
func (s *redisStore) holder() string {
	if s.shared {
		return ""
	}
	return s.server
}
