package torture

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// trouble lets the events of a schedule happen: what concerns the server, the store and the clients side by side. When it returns
// everything is running again.
func (r *run) trouble(ctx context.Context, events []event, length time.Duration) error {
	start := time.Now()
	tracks := map[string][]event{}
	for _, e := range events {
		tracks[e.fault.subject()] = append(tracks[e.fault.subject()], e)
	}
	do := map[string]func(context.Context, event) error{"server": r.hurtServer, "redis": r.hurtRedis, "client": r.hurtClient}
	errs := make(chan error, len(tracks))
	for subject, track := range tracks {
		go func() { errs <- follow(ctx, track, start, length, do[subject]) }()
	}
	pause(ctx, length)
	var all error
	for range tracks {
		all = errors.Join(all, <-errs)
	}
	return errors.Join(all, ctx.Err())
}

// follow lets the events of one track happen at their time. Those that would come too late are left out.
func follow(ctx context.Context, track []event, start time.Time, length time.Duration, do func(context.Context, event) error) error {
	for _, e := range track {
		pause(ctx, time.Until(start.Add(e.at)))
		if ctx.Err() != nil || time.Since(start) >= length {
			return nil
		}
		if err := do(ctx, e); err != nil {
			return fmt.Errorf("%s: %w", e.fault, err)
		}
	}
	return nil
}

func (f fault) subject() string {
	switch f {
	case killServer, stopServer:
		return "server"
	case stallRedis, killRedis, stopRedis, holdReplies, cutRedis:
		return "redis"
	}
	return "client"
}

func (r *run) hurtServer(ctx context.Context, e event) error {
	r.history.count(e.fault, e.lasts.Round(time.Millisecond).String())
	if e.fault == killServer {
		r.server.kill()
	} else {
		r.server.stop()
	}
	pause(ctx, e.lasts)
	return r.server.start(ctx)
}

func (r *run) hurtRedis(ctx context.Context, e event) error {
	r.history.count(e.fault, e.lasts.Round(time.Millisecond).String())
	redis := r.redis
	switch e.fault {
	case stallRedis:
		redis.stall()
		defer redis.resume()
	case holdReplies:
		redis.relay.back.close()
		defer redis.relay.back.open()
	case cutRedis:
		// The answers to what was done meanwhile are lost.
		redis.relay.back.close()
		defer redis.relay.back.open()
		defer redis.relay.cut()
		e.lasts /= 10
	case killRedis:
		redis.kill()
	case stopRedis:
		redis.stop()
	}
	pause(ctx, e.lasts)
	if e.fault == killRedis || e.fault == stopRedis {
		return redis.start(ctx)
	}
	return nil
}

// hurtClient does not wait for what it begins.
func (r *run) hurtClient(ctx context.Context, e event) error {
	switch e.fault {
	case dropPackets, stallClient:
		r.history.count(e.fault, r.users[e.client].label)
		if err := r.network.pull(e.client); err != nil {
			return err
		}
		time.AfterFunc(e.lasts, func() {
			if err := r.network.plug(e.client); err != nil {
				r.history.notice(Breach{Unproven, err.Error()})
			}
		})
		return nil
	}
	select {
	case r.users[e.client].faults <- e:
	default: // it has not come to the last one yet
	}
	return nil
}
