package torture

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisStore is the Redis that the nodes serve. Each node has relays of its own to it, so that it can be cut off alone. Its methods are for one
// goroutine, but for those about a single node.
type redisStore struct {
	home     string // the network namespace that it runs in; empty for our own
	servers  []*instance
	watchers []*instance // the sentinels, if there are some
	relays   [][]*relay  // by node
	urls     []string    // by node
}

func startRedis(ctx context.Context, dir, home string, nodes int, sentinel bool) (*redisStore, error) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return nil, errors.New("--store redis needs redis-server, which is not on this machine")
	}
	s := &redisStore{home: home}
	begin := s.startAlone
	if sentinel {
		begin = s.startWatched
	}
	if err := begin(ctx, dir, nodes); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// startAlone starts one server on a unix socket.
func (s *redisStore) startAlone(ctx context.Context, dir string, nodes int) error {
	server := &instance{name: "redis", dir: dir, home: s.home, network: "unix", address: filepath.Join(dir, "redis.sock")}
	server.arguments = append([]string{"--port", "0", "--unixsocket", server.address}, lasting...)
	s.servers = append(s.servers, server)
	if err := server.start(ctx); err != nil {
		return err
	}
	for node := range nodes {
		socket := filepath.Join(dir, fmt.Sprintf("relay-%d.sock", node))
		l, err := net.Listen("unix", socket)
		if err != nil {
			return err
		}
		s.relays = append(s.relays, []*relay{newRelay(l, server.dial)})
		s.urls = append(s.urls, "unix://"+socket+"?db=0")
	}
	return nil
}

// url is what a node is given: it speaks through its relays.
func (s *redisStore) url(node int) string { return s.urls[node] }

// primary is the server that is written to.
func (s *redisStore) primary(ctx context.Context) (i *instance, err error) {
	if !s.isWatched() {
		return s.servers[0], nil
	}
	err = within(ctx, 20*time.Second, func() error {
		if i = s.elected(); i == nil {
			return errors.New("the sentinels do not agree on a primary")
		}
		return nil
	})
	return i, err
}

// isWatched reports whether there are sentinels.
func (s *redisStore) isWatched() bool { return len(s.watchers) > 0 }

// restart starts a server that was ended.
func (s *redisStore) restart(ctx context.Context, victim *instance) error {
	if !s.isWatched() {
		return victim.start(ctx)
	}
	return s.rejoin(ctx, victim)
}

func (s *redisStore) allRelays() (all []*relay) {
	for _, those := range s.relays {
		all = append(all, those...)
	}
	return all
}

// drop lets nothing pass between a node and Redis until restore is called.
func (s *redisStore) drop(node int) (restore func()) {
	for _, r := range s.relays[node] {
		r.forth.close()
		r.back.close()
	}
	return func() {
		for _, r := range s.relays[node] {
			r.forth.open()
			r.back.open()
		}
	}
}

// cut holds back what Redis says to a node until sever is called, which closes the connections: what was said is lost.
func (s *redisStore) cut(node int) (sever func()) { return s.cutOff(s.relays[node]) }

func (s *redisStore) cutOff(relays []*relay) (sever func()) {
	release := s.hold(relays)
	return func() {
		for _, r := range relays {
			r.cut()
		}
		release()
	}
}

// hold holds back what Redis says until release is called.
func (s *redisStore) hold(relays []*relay) (release func()) {
	for _, r := range relays {
		r.back.close()
	}
	return func() {
		for _, r := range relays {
			r.back.open()
		}
	}
}

func (s *redisStore) close() {
	for _, r := range s.allRelays() {
		r.close()
	}
	for _, i := range append(s.watchers, s.servers...) {
		if i.command != nil {
			i.resume()
			i.kill()
		}
	}
}

// lasting are the arguments of a server that keeps all that it has confirmed.
var lasting = []string{"--save", "", "--appendonly", "yes", "--appendfsync", "always", "--repl-diskless-sync-delay", "0"}

// instance is a redis-server in a process of its own: Redis or a sentinel.
type instance struct {
	name             string
	dir              string // for its data and its log
	home             string
	network, address string
	arguments        []string

	command *exec.Cmd
}

// start returns when it answers.
func (i *instance) start(ctx context.Context, more ...string) error {
	if err := os.MkdirAll(i.dir, 0o700); err != nil {
		return err
	}
	arguments := append(append([]string{}, i.arguments...), "--dir", i.dir, "--logfile", i.logFile())
	i.command = command("redis-server", append(arguments, more...)...)
	if err := inNetns(i.home, i.command.Start); err != nil {
		return err
	}
	return within(ctx, 20*time.Second, func() error {
		return i.ask(func(c *redis.Client) error { return c.Ping(ctx).Err() })
	})
}

func (i *instance) logFile() string { return filepath.Join(i.dir, i.name+".log") }

func (i *instance) dial() (c net.Conn, err error) {
	err = inNetns(i.home, func() error {
		c, err = net.DialTimeout(i.network, i.address, time.Second)
		return err
	})
	return c, err
}

func (i *instance) options() *redis.Options {
	return &redis.Options{Dialer: func(context.Context, string, string) (net.Conn, error) { return i.dial() }, MaxRetries: -1,
		ReadTimeout: time.Second, ContextTimeoutEnabled: true, DisableIdentity: true}
}

// ask asks it something.
func (i *instance) ask(f func(*redis.Client) error) error {
	c := redis.NewClient(i.options())
	defer c.Close()
	if err := f(c); err != nil {
		return fmt.Errorf("redis-server does not answer as it should; see %s: %w", i.logFile(), err)
	}
	return nil
}

// stall makes it hang until resume: what is sent to it is taken by the kernel, nothing is answered.
func (i *instance) stall()  { _ = i.command.Process.Signal(syscall.SIGSTOP) }
func (i *instance) resume() { _ = i.command.Process.Signal(syscall.SIGCONT) }

// kill ends it at once.
func (i *instance) kill() { i.end(syscall.SIGKILL) }

// stop ends it in order.
func (i *instance) stop() { i.end(syscall.SIGTERM) }

func (i *instance) end(signal syscall.Signal) {
	_ = i.command.Process.Signal(signal)
	_ = i.command.Wait()
	if i.network == "unix" {
		_ = os.Remove(i.address)
	}
}

// within tries something until it works, for so long.
func within(ctx context.Context, patience time.Duration, try func() error) error {
	for late := time.Now().Add(patience); ; {
		err := try()
		if err == nil || time.Now().After(late) || ctx.Err() != nil {
			return err
		}
		pause(ctx, 20*time.Millisecond)
	}
}
