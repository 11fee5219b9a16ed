package torture

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// watched is the name by which the sentinels know the primary.
const watched = "parley"

// startWatched starts a primary, a replica and three sentinels, and waits until they know each other.
func (s *redisStore) startWatched(ctx context.Context, dir string, nodes int) error {
	const servers, sentinels = 2, 3
	first := 0
	err := inNetns(s.home, func() (err error) {
		first, err = freePorts((servers + sentinels) * (1 + nodes))
		return err
	})
	if err != nil {
		return err
	}
	port := func(i int) string { return strconv.Itoa(first + i) }
	for i := range servers {
		server := &instance{name: fmt.Sprint("redis-", i), home: s.home, network: "tcp", address: loopback + ":" + port(i)}
		server.dir = filepath.Join(dir, server.name)
		server.arguments = append([]string{"--port", port(i), "--bind", loopback}, lasting...)
		s.servers = append(s.servers, server)
		if err := server.start(ctx, follows(i, s.servers[0])...); err != nil {
			return err
		}
	}
	for i := range sentinels {
		if err := s.startSentinel(ctx, dir, port(servers+i), i); err != nil {
			return err
		}
	}
	for node := range nodes {
		if err := s.relaysOf(node, first, servers); err != nil {
			return err
		}
	}
	return within(ctx, 30*time.Second, func() error { return s.whole(ctx) })
}

// follows are the arguments of a replica; of a primary there are none.
func follows(i int, primary *instance) []string {
	if i == 0 {
		return nil
	}
	_, port, _ := net.SplitHostPort(primary.address)
	return []string{"--replicaof", loopback + " " + port}
}

func (s *redisStore) startSentinel(ctx context.Context, dir, port string, i int) error {
	sentinel := &instance{name: fmt.Sprint("sentinel-", i), home: s.home, network: "tcp", address: loopback + ":" + port}
	sentinel.dir = filepath.Join(dir, sentinel.name)
	file := filepath.Join(sentinel.dir, "sentinel.conf")
	_, primary, _ := net.SplitHostPort(s.servers[0].address)
	config := fmt.Sprintf(`port %[2]s
bind %[1]s
sentinel monitor %[4]s %[1]s %[3]s 2
sentinel down-after-milliseconds %[4]s 1000
sentinel failover-timeout %[4]s 3000
`, loopback, port, primary, watched)
	if err := os.MkdirAll(sentinel.dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return err
	}
	sentinel.arguments = []string{file, "--sentinel"}
	s.watchers = append(s.watchers, sentinel)
	return sentinel.start(ctx)
}

// relaysOf makes the relays of a node to all servers and sentinels. The sentinels tell it where the servers are, so those ports are changed into those of
// its relays on the way.
func (s *redisStore) relaysOf(node, first, servers int) error {
	all := append(append([]*instance{}, s.servers...), s.watchers...)
	ports := map[string]string{}
	for i := range all {
		ports[strconv.Itoa(first+i)] = strconv.Itoa(first + (1+node)*len(all) + i)
	}
	var relays []*relay
	var addresses []string
	for i, to := range all {
		address := loopback + ":" + ports[strconv.Itoa(first+i)]
		var l net.Listener
		err := inNetns(s.home, func() (err error) {
			l, err = net.Listen("tcp", address)
			return err
		})
		if err != nil {
			return err
		}
		dial := to.dial
		if i >= servers {
			addresses = append(addresses, address)
			dial = func() (net.Conn, error) {
				c, err := to.dial()
				return &renaming{Conn: c, lines: bufio.NewReader(c), ports: ports}, err
			}
		}
		relays = append(relays, newRelay(l, dial))
	}
	s.relays = append(s.relays, relays)
	s.urls = append(s.urls, fmt.Sprintf("redis+sentinel://%s/%s/0?replicas=1", strings.Join(addresses, ","), watched))
	return nil
}

// renaming is a connection to a sentinel. It reads other ports than the sentinel names. All have as many digits, so what it says keeps its form.
type renaming struct {
	net.Conn
	lines *bufio.Reader
	ports map[string]string
}

// Read returns a line of the protocol, or as much of it as fits.
func (r *renaming) Read(b []byte) (int, error) {
	line, err := r.lines.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		err = nil
	}
	words := strings.Split(strings.TrimSuffix(string(line), "\r\n"), " ")
	end := string(line[len(strings.Join(words, " ")):])
	for i, word := range words {
		if port, ok := r.ports[word]; ok {
			words[i] = port
		}
	}
	return copy(b, strings.Join(words, " ")+end), err
}

func (r *renaming) CloseWrite() error { return r.Conn.(halfCloser).CloseWrite() }

// elected is the server that most sentinels hold for the primary. It is nil if they do not agree.
func (s *redisStore) elected() *instance {
	votes := map[string]int{}
	for _, w := range s.watchers {
		c := redis.NewSentinelClient(w.options())
		if address, err := c.GetMasterAddrByName(context.Background(), watched).Result(); err == nil {
			votes[net.JoinHostPort(address[0], address[1])]++
		}
		c.Close()
	}
	for _, i := range s.servers {
		if 2*votes[i.address] > len(s.watchers) {
			return i
		}
	}
	return nil
}

// other is the server that is not this one.
func (s *redisStore) other(than *instance) *instance {
	if than == s.servers[0] {
		return s.servers[1]
	}
	return s.servers[0]
}

// rejoin starts a server that was killed as a replica, when the other one is the primary.
func (s *redisStore) rejoin(ctx context.Context, victim *instance) error {
	err := within(ctx, 30*time.Second, func() error {
		if primary := s.elected(); primary == nil || primary == victim {
			return errors.New("the sentinels have elected no other primary")
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := victim.start(ctx, follows(1, s.other(victim))...); err != nil {
		return err
	}
	return s.settle(ctx)
}

// settle waits until there is a primary and a replica that has all that it has, which would also be there after a kill.
func (s *redisStore) settle(ctx context.Context) error {
	if !s.isWatched() {
		return nil
	}
	return within(ctx, time.Minute, func() error { return s.whole(ctx) })
}

// whole is nil if the sentinels agree on a primary, and know each other and its replica, and that has all.
func (s *redisStore) whole(ctx context.Context) error {
	primary := s.elected()
	if primary == nil {
		return errors.New("the sentinels do not agree on a primary")
	}
	for _, w := range s.watchers {
		c := redis.NewSentinelClient(w.options())
		state, err := c.Master(ctx, watched).Result()
		c.Close()
		if err != nil || state["num-slaves"] != "1" || state["num-other-sentinels"] != "2" || state["flags"] != "master" {
			return fmt.Errorf("%s does not know all the others: %v %w", w.name, state, err)
		}
	}
	for _, i := range s.servers {
		want := []string{"role:slave", "master_link_status:up"}
		if i == primary {
			want = []string{"role:master", "connected_slaves:1"}
		}
		err := i.ask(func(c *redis.Client) error {
			info, err := c.Info(ctx).Result()
			for _, line := range append(want, "loading:0", "aof_enabled:1", "aof_rewrite_in_progress:0", "aof_rewrite_scheduled:0") {
				if err == nil && !strings.Contains(info, line+"\r\n") {
					err = fmt.Errorf("%s has not %s", i.name, line)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
