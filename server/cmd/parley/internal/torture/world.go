package torture

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// world is everything that takes part in a run.
type world struct {
	ledger  *ledger
	network *network
	host    host
	redis   *redis // nil with another store
	people  []*person
}

// torment lets the plan befall people who talk.
func (w *world) torment(ctx context.Context, events []event, length time.Duration) error {
	return w.talk(ctx, func() error { return w.befall(ctx, events, length) })
}

// talk lets people talk while something happens that must have healed when it returns, and then lets everybody read what they
// had not. The server must be running. An error means that nothing can be proven.
func (w *world) talk(ctx context.Context, happens func() error) error {
	if err := w.each(func(p *person) error { return p.register() }); err != nil {
		return err
	}
	talking, stop := context.WithCancel(ctx)
	defer stop()
	var people sync.WaitGroup
	for _, p := range w.people {
		people.Go(func() { p.live(talking) })
	}
	err := happens()
	stop()
	if !within60s(people.Wait) {
		err = errors.Join(err, errors.New("a client waits for the end of its connection for a minute"))
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	return w.each(func(p *person) error { return p.conclude(ctx) })
}

func within60s(wait func()) bool {
	done := make(chan struct{})
	go func() {
		wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(time.Minute):
		return false
	}
}

// each does something with all people at once.
func (w *world) each(f func(*person) error) error {
	errs := make([]error, len(w.people))
	var all sync.WaitGroup
	for i, p := range w.people {
		all.Go(func() { errs[i] = f(p) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// befall lets the plan happen: what concerns the server, the store and the clients side by side. When it returns all is
// made good.
func (w *world) befall(ctx context.Context, events []event, length time.Duration) error {
	start := time.Now()
	lanes := map[string][]event{}
	for _, e := range events {
		lanes[e.fault.subject()] = append(lanes[e.fault.subject()], e)
	}
	do := map[string]func(context.Context, event) error{"server": w.hurtServer, "redis": w.hurtRedis, "client": w.hurtClient}
	errs := make(chan error, len(lanes))
	for subject, lane := range lanes {
		go func() { errs <- follow(ctx, lane, start, length, do[subject]) }()
	}
	pause(ctx, length)
	var all error
	for range lanes {
		all = errors.Join(all, <-errs)
	}
	return errors.Join(all, ctx.Err())
}

// follow lets the events of one lane happen when their time has come. Those that come too late are left out.
func follow(ctx context.Context, lane []event, start time.Time, length time.Duration, do func(context.Context, event) error) error {
	for _, e := range lane {
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

func (w *world) hurtServer(ctx context.Context, e event) error {
	w.ledger.count(e.fault, e.lasts.Round(time.Millisecond).String())
	if e.fault == killServer {
		w.host.kill()
	} else {
		w.host.stop()
	}
	pause(ctx, e.lasts)
	return w.host.start(ctx)
}

func (w *world) hurtRedis(ctx context.Context, e event) error {
	w.ledger.count(e.fault, e.lasts.Round(time.Millisecond).String())
	r := w.redis
	switch e.fault {
	case stallRedis:
		r.stall()
		defer r.resume()
	case holdReplies:
		r.relay.back.close()
		defer r.relay.back.open()
	case cutRedis:
		// What was done meanwhile is not answered any more.
		r.relay.back.close()
		defer r.relay.back.open()
		defer r.relay.cut()
		e.lasts /= 10
	case killRedis:
		r.kill()
	case stopRedis:
		r.stop()
	}
	pause(ctx, e.lasts)
	if e.fault == killRedis || e.fault == stopRedis {
		return r.start(ctx)
	}
	return nil
}

// hurtClient does not wait for what it begins.
func (w *world) hurtClient(ctx context.Context, e event) error {
	switch e.fault {
	case dropPackets, stallClient:
		w.ledger.count(e.fault, w.people[e.client].name)
		if err := w.network.pull(e.client); err != nil {
			return err
		}
		time.AfterFunc(e.lasts, func() {
			if err := w.network.plug(e.client); err != nil {
				w.ledger.note(Breach{Unproven, err.Error()})
			}
		})
		return nil
	}
	select {
	case w.people[e.client].faults <- e:
	default: // it is not there to be hurt
	}
	return nil
}
