package torture

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// trouble lets the events of a schedule happen: what concerns each node, the store and the clients side by side. When it returns
// everything is running again.
func (r *run) trouble(ctx context.Context, events []event, length time.Duration) error {
	start := time.Now()
	tracks := map[string][]event{}
	for _, e := range events {
		tracks[e.subject()] = append(tracks[e.subject()], e)
	}
	errs := make(chan error, len(tracks))
	for _, track := range tracks {
		go func() { errs <- follow(ctx, track, start, length, r.hurt) }()
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

// subject names what an event happens to. What happens to one subject happens one after the other.
func (e event) subject() string {
	switch e.fault {
	case killNode, stopNode, pauseNode, buryNode, muteNode, severNode, cutNode:
		return fmt.Sprint("node ", e.node)
	case killAll:
		return "all nodes"
	case stallRedis, longStall, killRedis, stopRedis, holdReplies, cutRedis, killPrimary, stallPrimary, killReplica:
		return "redis"
	case takeBackup, killBackup:
		return "backup"
	}
	return "client"
}

func (r *run) hurt(ctx context.Context, e event) error {
	if e.subject() == "client" {
		return r.hurtClient(e)
	}
	how := e.lasts.Round(time.Millisecond).String()
	if e.subject() == "backup" {
		return r.hurtBackup(ctx, e)
	}
	if r.store == nil || e.subject() != "redis" {
		how = fmt.Sprintf("node %d, %s", e.node, how)
	}
	r.history.count(e.fault, how)
	switch e.subject() {
	case "all nodes":
		return r.killAll(ctx, e.lasts)
	case "redis":
		return r.hurtRedis(ctx, e)
	}
	return r.hurtNode(ctx, r.nodes[e.node], e)
}

func (r *run) hurtNode(ctx context.Context, n *process, e event) error {
	n.busy.Lock()
	defer n.busy.Unlock()
	switch e.fault {
	case killNode, stopNode:
		if e.fault == killNode {
			n.kill()
		} else {
			n.stop()
		}
		pause(ctx, e.lasts)
		return n.start(ctx)
	case pauseNode, buryNode:
		defer n.pause()()
	case muteNode, severNode:
		defer r.history.disturb(n.epoch(), false)()
		defer r.store.drop(n.number)()
	case cutNode:
		defer r.history.disturb(n.epoch(), false)()
		defer r.store.cut(n.number)()
		e.lasts /= 10
	}
	pause(ctx, e.lasts)
	return nil
}

// killAll ends all nodes at once, and starts them again side by side.
func (r *run) killAll(ctx context.Context, lasts time.Duration) error {
	for _, n := range r.nodes {
		n.busy.Lock()
		defer n.busy.Unlock()
	}
	var all sync.WaitGroup
	for _, n := range r.nodes {
		all.Go(n.kill)
	}
	all.Wait()
	pause(ctx, lasts)
	return r.start(ctx)
}

func (r *run) hurtRedis(ctx context.Context, e event) error {
	s := r.store
	stands := e.fault == stallRedis || e.fault == longStall || e.fault == holdReplies
	defer r.history.disturb(0, stands && !s.isWatched())()
	victim, err := s.primary(ctx)
	if err != nil {
		return err
	}
	switch e.fault {
	case stallRedis, longStall, stallPrimary:
		victim.stall()
		pause(ctx, e.lasts)
		victim.resume()
	case holdReplies:
		release := s.hold(s.allRelays())
		pause(ctx, e.lasts)
		release()
	case cutRedis:
		sever := s.cutOff(s.allRelays())
		pause(ctx, e.lasts/10)
		sever()
	case killRedis, stopRedis, killPrimary, killReplica:
		if e.fault == killReplica {
			victim = s.other(victim)
		}
		if e.fault == stopRedis {
			victim.stop()
		} else {
			victim.kill()
		}
		pause(ctx, e.lasts)
		return s.restart(ctx, victim)
	}
	return s.settle(ctx)
}

// hurtClient does not wait for what it begins.
func (r *run) hurtClient(e event) error {
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
