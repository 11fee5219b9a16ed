package storage

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// link is the connection of Commit. It leads to one Redis and never to another: after a fault it is thrown away.
type link struct {
	conn *redis.Conn
	run  string // the run_id of that Redis, which changes when it is started anew
}

// connect makes a link, if there is none.
func (s *redisStore) connect(ctx context.Context) error {
	if s.link != nil {
		return nil
	}
	conn := s.writer.Conn()
	run, err := checkServer(ctx, conn)
	if err != nil {
		conn.Close()
		return err
	}
	s.link = &link{conn, run}
	return nil
}

// unlink throws the link away.
func (s *redisStore) unlink() {
	if s.link != nil {
		s.link.conn.Close()
		s.link = nil
	}
}

// checkServer checks that Redis answers, stands alone and does not evict keys. It returns its run_id.
func checkServer(ctx context.Context, conn redis.Cmdable) (run string, err error) {
	memory, err := conn.Info(ctx, "memory").Result()
	if err != nil {
		return "", err
	}
	if policy := infoField(memory, "maxmemory_policy"); policy != "" && policy != "noeviction" {
		return "", evictsError{policy}
	}
	server, err := conn.Info(ctx, "server").Result()
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

// errReplicas says that Redis has done it, but too few replicas have it.
var errReplicas = errors.New("too few replicas have answered")

// runScript runs a script that changes something, and waits until so many replicas have that as the address asks for.
func (s *redisStore) runScript(ctx context.Context, script *redis.Script, args ...any) ([]any, error) {
	reply, err := s.runForAny(ctx, script, args)
	if err != nil {
		return nil, err
	}
	list, ok := reply.([]any)
	if !ok {
		return nil, errReply
	}
	return list, nil
}

// runForAny is runScript for one whose reply may be something else than a list.
func (s *redisStore) runForAny(ctx context.Context, script *redis.Script, args []any) (any, error) {
	if s.address.Replicas == 0 {
		return script.Run(ctx, s.link.conn, nil, args...).Result()
	}
	reply, err := s.runAndWait(ctx, script.EvalSha, args)
	if isRefusal(err, "NOSCRIPT") {
		reply, err = s.runAndWait(ctx, script.Eval, args)
	}
	return reply, err
}

// runAndWait sends the script and WAIT together. WAIT counts the replicas that have what was written on its own connection.
func (s *redisStore) runAndWait(ctx context.Context, eval func(context.Context, redis.Scripter, []string, ...any) *redis.Cmd, args []any) (any, error) {
	pipe := s.link.conn.Pipeline()
	reply := eval(ctx, pipe, nil, args...)
	waited := redis.NewIntCmd(ctx, "WAIT", s.address.Replicas, waitTime(ctx).Milliseconds())
	pipe.Process(ctx, waited)
	pipe.Exec(ctx)
	value, err := reply.Result()
	if err != nil {
		return nil, err
	}
	if err := waited.Err(); err != nil {
		return nil, err
	}
	if waited.Val() < int64(s.address.Replicas) {
		return nil, errReplicas
	}
	return value, nil
}

// waitTime is how long Redis may wait for replicas, so that it answers by the deadline.
func waitTime(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return time.Second
	}
	return max(time.Millisecond, time.Until(deadline)*9/10)
}

// isRefusal reports whether Redis itself answered with an error that begins with one of these codes.
func isRefusal(err error, codes ...string) bool {
	var refusal redis.Error
	return errors.As(err, &refusal) && !errors.Is(err, redis.Nil) && hasCode(refusal.Error(), codes...)
}
