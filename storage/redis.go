package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"
)

// redisStore keeps everything in one Redis, which many nodes may use. Each change is one script, so it happens whole or not at all.
type redisStore struct {
	address *redisAddress
	client  *redis.Client // for reading, by anybody
	writer  *redis.Client // makes the links of Commit
	limits  atomic.Pointer[Limits]
	shared  bool // an operator's command: it is no node
	log     *zap.Logger
	outage  outage
	bell    bell

	confirmed atomic.Int64           // the newest number that was handed on; readers see none after it
	others    atomic.Int64           // how many other nodes there are
	behind    atomic.Int64           // how many entries of our feed the last run has read
	id        atomic.Pointer[string] // of the node that we are; empty: none yet

	// What follows is for whoever commits, which is one at a time.
	link    *link
	node    node
	doubt   *run     // one of which is not known whether it was done
	begun   *begun   // what CommitNow has left to Commit
	slow    slowness // of small runs
	clock   func() time.Time
	nowTime time.Duration // how long CommitNow waits for Redis
	pending []Event       // that no Commit has returned yet
	rules   rules
	records *redisRecords
	lasting lasting
	events  []Event // memory for those of a run

	stop context.CancelFunc
	done sync.WaitGroup
}

// SetLimits is Store's.
func (s *redisStore) SetLimits(limits Limits) { s.limits.Store(&limits) }

func openRedis(ctx context.Context, url string, limits Limits, self Self, log *zap.Logger, shared bool) (Store, error) {
	s, err := newRedisStore(url, limits, self, log, shared)
	if err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		s.close()
		return nil, describeRedis(s.address.Shown, err)
	}
	return s, nil
}

// newRedisStore connects to nothing yet.
func newRedisStore(url string, limits Limits, self Self, log *zap.Logger, shared bool) (*redisStore, error) {
	address, err := readRedisAddress(url)
	if err != nil {
		return nil, err
	}
	log = log.With(zap.String("store", "redis"), zap.String("address", address.Shown))
	name := rand.Text()[:10]
	s := &redisStore{
		address: address, client: address.client(10), writer: address.linkClient(),
		shared: shared, log: log, outage: outage{log: log}, bell: newBell(name),
		node: node{self: self, process: name}, lasting: lasting{begun: map[Thread]time.Time{}}, clock: time.Now, nowTime: nowTime,
	}
	s.limits.Store(&limits)
	s.id.Store(new(string))
	s.records = &redisRecords{store: s}
	s.rules.keeper, s.rules.shared = s.records, shared
	s.rules.forget()
	return s, nil
}

func (s *redisStore) start(ctx context.Context) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	if err := checkRights(ctx, s.client, s.address.Replicas); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.join(ctx); err != nil {
		return err
	}
	background, stop := context.WithCancel(context.Background())
	s.stop = stop
	if !s.shared {
		s.done.Go(func() { s.bell.listen(background, s.client) })
		s.done.Go(func() { s.expireLasting(background) })
	}
	return nil
}

// Close leaves the other nodes in order, if Redis answers.
func (s *redisStore) Close() error {
	s.stop()
	s.done.Wait()
	s.leave()
	return s.close()
}

func (s *redisStore) close() error {
	s.unlink()
	return errors.Join(s.writer.Close(), s.client.Close())
}
