package torture

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// run is everything that takes part in one run.
type run struct {
	history *history
	network *network
	nodes   []*process
	store   *redisStore // nil with another store
	users   []*user
	backups backups
}

// prepare makes the network, the store and the users, and starts the nodes. What was made is there to be closed after an error too.
func (r *run) prepare(ctx context.Context, o Options, dir string) (err error) {
	if r.network, err = newNetwork(min(8, (o.Clients+1)/2), o.Nodes); err != nil {
		return err
	}
	cert, key, trust, err := makeCertificate(dir)
	if err != nil {
		return err
	}
	r.network.trust = trust
	if o.Store != onSQLite {
		if r.store, err = startRedis(ctx, dir, r.network.home, o.Nodes, o.Store == withSentinel); err != nil {
			return err
		}
		r.history.shared = true
	}
	for i := range o.Nodes {
		n := &process{number: i, binary: o.Binary, dir: dir, store: "sqlite:" + filepath.Join(dir, "parley.db"),
			flags: append(r.network.serverFlags(i, cert, key), "--shards", strconv.Itoa(o.Shards)), home: r.network.home, address: at(loopback, r.network.portOf(i)), history: r.history}
		if r.store != nil {
			n.store = r.store.url(i)
		}
		r.nodes = append(r.nodes, n)
	}
	r.backups = backups{binary: o.Binary, dir: dir, store: r.nodes[0].store, home: r.network.home, history: r.history}
	r.users = newUsers(r, o.Clients, o.Seed)
	return r.start(ctx)
}

// start starts all nodes.
func (r *run) start(ctx context.Context) error {
	return together(r.nodes, func(n *process) error { return n.start(ctx) })
}

// stop stops all nodes.
func (r *run) stop() {
	_ = together(r.nodes, func(n *process) error {
		if n.command != nil {
			n.stop()
		}
		return nil
	})
}

func (r *run) close() {
	r.stop()
	if r.store != nil {
		r.store.close()
	}
	if r.network != nil {
		r.network.close()
	}
}

// everything is all that a history needs to be checked: trouble for so long, and what comes after it.
func (r *run) everything(ctx context.Context, events []event, length time.Duration) error {
	err := r.talk(ctx, func() error { return errors.Join(r.trouble(ctx, events, length), r.lastBackup(ctx)) })
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := r.crowd(ctx); err != nil {
		return err
	}
	if err := r.bereave(ctx); err != nil {
		return err
	}
	if err := r.conclude(ctx); err != nil {
		return err
	}
	return r.backups.restoreLast(ctx)
}

// talk lets users register and talk while something happens that must be over when it returns. The nodes must be running. An error means that
// nothing can be proven.
func (r *run) talk(ctx context.Context, happens func() error) error {
	if err := r.owners(func(u *user) error { return u.register() }); err != nil {
		return err
	}
	if err := r.denOwner().makeDen(); err != nil {
		return err
	}
	talking, stop := context.WithCancel(ctx)
	defer stop()
	var users, there sync.WaitGroup
	for _, u := range r.users {
		there.Add(1)
		users.Go(func() { u.live(talking, there.Done) })
	}
	_ = withinAMinute(there.Wait) // a server that lets nobody in is found out later
	err := happens()
	stop()
	if !withinAMinute(users.Wait) {
		err = errors.Join(err, errors.New("a client has waited for the end of its connection for a minute"))
	}
	return err
}

// conclude lets everybody say something once more and read all that waits and the whole history. The nodes must be well, or become so.
func (r *run) conclude(ctx context.Context) error {
	if err := r.calm(ctx); err != nil {
		return err
	}
	return r.owners(func(u *user) error {
		return u.drain(ctx, func(s *session) error { return u.lastLook(ctx, s) })
	})
}

func withinAMinute(wait func()) bool {
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

// each does something with all users at once.
func (r *run) each(f func(*user) error) error { return together(r.users, f) }

// together does something with all of a list at once.
func together[T any](all []T, f func(T) error) error {
	errs := make([]error, len(all))
	var done sync.WaitGroup
	for i, one := range all {
		done.Go(func() { errs[i] = f(one) })
	}
	done.Wait()
	return errors.Join(errs...)
}
