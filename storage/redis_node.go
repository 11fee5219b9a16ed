package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"
)

const (
	// leaseTime is how long a node may be silent before the others may bury it, and how long these must have run without a break before they do.
	// With a heartbeat each half second it is buried within five seconds.
	leaseTime = 4 * time.Second
	// renewTime is the time between two renewals: most runs need not pay for one.
	renewTime = 200 * time.Millisecond
	// buriedTime is how long Redis knows of a node that it is buried.
	buriedTime = time.Hour
)

// node is our part among the nodes of a Redis.
type node struct {
	self    Self
	process string // in front of the dot of all our ids
	joins   int    // how many ids we have had
	id      string // empty: none just now

	seq       int64 // of the last run
	confirmed int64 // of the last run that Redis has answered
	last      int64 // the last number that we know of
	step      int64 // the last one on our feed that we have read
	version   int64 // of what the rules remember
	session   int64 // the greatest ID of a session that we have seen
	cut       int   // how many entries of the feed we have read and not cut

	answered  time.Time // when Redis last did
	renewed   time.Time // when our lease was last renewed
	buried    bool      // the others have given us up
	forgotten bool      // Redis may have forgotten what we have told it
	restored  bool      // another store takes the place of ours
}

// said is what a node says of itself.
type said struct {
	Address   string
	Version   string
	Format    int
	Started   time.Time
	Preserves bool // its scripts copy what they change while there is a dump
}

// join makes us a node. A shared store is none, but has a name for its runs.
func (s *redisStore) join(ctx context.Context) error {
	n := &s.node
	n.joins++
	if s.shared {
		n.id = fmt.Sprintf("%s-%d", n.process, n.joins)
		return s.readState(ctx)
	}
	id := fmt.Sprintf("%s.%d", n.process, n.joins)
	preserves := s.mayCopy(ctx) == nil
	text, err := json.Marshal(said{n.self.Address, n.self.Version, redisFormat, time.Now().UTC().Truncate(time.Millisecond), preserves})
	if err != nil {
		return err
	}
	reply, err := s.runScript(ctx, joinScript, id, redisFormat, leaseTime.Milliseconds(), text, n.session)
	switch {
	case err != nil:
		return err
	case len(reply) == 4 && reply[0] == "joined":
		s.joined(id, reply)
		return nil
	case len(reply) == 2 && reply[0] == "format":
		return errLost
	case len(reply) == 1 && reply[0] == "restoring":
		return errRestoring
	}
	return errReply
}

// mayCopy asks whether Redis lets us copy a key, which takes Redis 6.2 and the right to. Scripts do that while there is a dump.
func (s *redisStore) mayCopy(ctx context.Context) error {
	return s.link.conn.Process(ctx, redis.NewIntCmd(ctx, "COPY", neverKey, neverKey+"-too"))
}

// joined begins our time as a node. What we remember may be out of date.
func (s *redisStore) joined(id string, reply []any) {
	n := &s.node
	n.id, n.seq, n.confirmed, n.cut = id, 0, 0, 0
	last, _ := reply[1].(int64)
	n.last = max(n.last, last)
	n.version, _ = reply[2].(int64)
	step, _ := reply[3].(int64)
	n.step = max(n.step, step)
	if n.joins == 1 {
		n.last, n.step = last, step
		s.confirmed.Store(last)
	}
	n.answered, n.renewed = time.Now(), time.Time{}
	n.forgotten, n.restored = n.forgotten || n.restored, false
	s.id.Store(&id)
	s.forgetAll()
}

// readState is what a shared store knows at first.
func (s *redisStore) readState(ctx context.Context) error {
	values, err := s.link.conn.HMGet(ctx, stateKey, "last", "version").Result()
	if err != nil {
		return err
	}
	s.node.last, s.node.version = numberOf(values[0]), numberOf(values[1])
	s.confirmed.Store(s.node.last)
	return nil
}

// leave tells the others that we go.
func (s *redisStore) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.shared || s.node.id == "" || s.connect(ctx) != nil {
		return
	}
	leaveScript.Run(ctx, s.link.conn, nil, s.node.id)
}

// renews reports whether it is time to renew our lease, and to look for those of others that have run out.
func (n *node) renews(now time.Time) int64 {
	return flag(now.Sub(n.renewed) >= renewTime)
}

// missed reports whether we were silent for so long that the others may have given us up.
func (n *node) missed(now time.Time) bool { return now.Sub(n.answered) > leaseTime }

// wasBuried is what follows when the others have given us up: we have missed what they did, and become another node.
func (s *redisStore) wasBuried() {
	s.log.Error("the other nodes have given this one up, since it was silent for too long; all its sessions end",
		zap.String("node", s.node.id), zap.Duration("silent", time.Since(s.node.answered)))
	s.node.buried = true
	s.expel()
}

// wasRestored is the same when another store has taken the place of the one that we know, or is about to. What is read of it before we are a node again
// may be a part of it.
func (s *redisStore) wasRestored() {
	s.log.Warn("a backup is put in the place of the store; all sessions end", zap.String("node", s.node.id))
	s.node.buried, s.node.restored = true, true
	s.expel()
}

// expel ends our time as a node, for whatever reason.
func (s *redisStore) expel() {
	s.node.id = ""
	s.id.Store(new(string))
	s.forgetAll()
}

// forgetAll drops what we remember of the store.
func (s *redisStore) forgetAll() {
	s.rules.forget()
	clear(s.lasting.begun)
}

var (
	// errLost says that Redis does not have the store that we know.
	errLost = errors.New("the store is not there")
	// errRestoring says that Redis does nothing because another store takes the place of this one.
	errRestoring = errors.New("a backup is being restored into the store; if nobody does that just now, it was interrupted: do it again by parley restore --replace")
	// errRestored says that we are no node any more because that has happened.
	errRestored = errors.New("a backup was restored into the store")
)
