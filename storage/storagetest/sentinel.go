package storagetest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Sentinels are three of them on loopback, with the Redis servers that they watch: a primary and its replicas. They make a replica the primary
// about a second after the primary has died. Methods are for the goroutine of the test.
type Sentinels struct {
	Redis []*Redis

	tb      testing.TB
	primary *Redis
	ports   []string
	clients []*redis.SentinelClient
}

// sentinelMaster is what the Sentinels call the primary.
const sentinelMaster = "parley"

// StartSentinels starts everything; it ends with the test. Arguments are those of each Redis.
func StartSentinels(tb testing.TB, replicas int, args ...string) *Sentinels {
	tb.Helper()
	return StartSentinelsAs(tb, replicas, func(port, primary string) string {
		return strings.Join([]string{
			"bind 127.0.0.1", "port " + port,
			"sentinel monitor " + sentinelMaster + " 127.0.0.1 " + primary + " 2",
			"sentinel down-after-milliseconds " + sentinelMaster + " 1000",
			"sentinel failover-timeout " + sentinelMaster + " 1500",
		}, "\n")
	}, args...)
}

// StartSentinelsAs is StartSentinels with a configuration for the Sentinels. It is told the port of each, and that of the primary; the primary is
// called parley.
func StartSentinelsAs(tb testing.TB, replicas int, config func(port, primary string) string, args ...string) *Sentinels {
	tb.Helper()
	// Nothing is kept on disk. A replica gets everything at once, also what was there before it.
	args = append([]string{"--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"}, args...)
	s := &Sentinels{tb: tb}
	s.primary = StartRedisTCP(tb, args...)
	s.Redis = append(s.Redis, s.primary)
	for range replicas {
		r := StartRedisTCP(tb, args...)
		r.args = append(r.args, "--replicaof", "127.0.0.1 "+s.primary.port)
		r.Kill()
		r.Restart()
		s.Redis = append(s.Redis, r)
	}
	for range 3 {
		s.startSentinel(config)
	}
	s.await("all is connected", func() bool { return s.together() && s.know() })
	return s
}

func (s *Sentinels) startSentinel(config func(port, primary string) string) {
	s.tb.Helper()
	dir, port := s.tb.TempDir(), freePort(s.tb)
	file := filepath.Join(dir, "sentinel.conf") // it writes there what it knows
	if err := os.WriteFile(file, []byte("dir "+dir+"\n"+config(port, s.primary.port)+"\n"), 0o600); err != nil {
		s.tb.Fatal(err)
	}
	command := exec.Command("redis-server", file, "--sentinel")
	if err := command.Start(); err != nil {
		s.tb.Fatal(err)
	}
	client := redis.NewSentinelClient(&redis.Options{Addr: "127.0.0.1:" + port, DisableIdentity: true, Protocol: 2})
	s.tb.Cleanup(func() {
		client.Close()
		command.Process.Kill()
		command.Wait()
	})
	s.ports, s.clients = append(s.ports, port), append(s.clients, client)
}

// Addrs are where the Sentinels listen.
func (s *Sentinels) Addrs() (addrs []string) {
	for _, port := range s.ports {
		addrs = append(addrs, "127.0.0.1:"+port)
	}
	return addrs
}

// URL returns what storage.Open takes; options are written like "replicas=1".
func (s *Sentinels) URL(options ...string) string {
	return "redis+sentinel://" + strings.Join(s.Addrs(), ",") + "/" + sentinelMaster + "/0?" + strings.Join(options, "&")
}

// SetPassword has the Sentinels ask for a password from now on.
func (s *Sentinels) SetPassword(password string) {
	s.tb.Helper()
	for _, c := range s.clients {
		if err := c.Process(s.tb.Context(), redis.NewStatusCmd(s.tb.Context(), "ACL", "SETUSER", "default", "resetpass", ">"+password)); err != nil {
			s.tb.Fatal(err)
		}
	}
}

// Primary returns the Redis that is the primary.
func (s *Sentinels) Primary() *Redis { return s.primary }

// KillPrimary kills it like kill -9, and returns when the Sentinels have made a replica the primary.
func (s *Sentinels) KillPrimary() (killed *Redis) {
	s.tb.Helper()
	killed = s.primary
	killed.Kill()
	s.await("a replica is the primary", func() bool {
		name, err := s.clients[0].GetMasterAddrByName(s.tb.Context(), sentinelMaster).Result()
		if err != nil || name[1] == killed.port {
			return false
		}
		s.primary = s.Redis[slices.IndexFunc(s.Redis, func(r *Redis) bool { return r.port == name[1] })]
		return s.primary.replication("role") == "master" && s.know()
	})
	return killed
}

// Return starts a Redis again that was killed: empty, as a replica of the primary. It returns when it has everything.
func (s *Sentinels) Return(r *Redis) {
	s.tb.Helper()
	if at := slices.Index(r.args, "--replicaof"); at >= 0 {
		r.args = slices.Delete(r.args, at, at+2)
	}
	r.args = append(r.args, "--replicaof", "127.0.0.1 "+s.primary.port)
	r.Restart()
	s.await("the replica has everything", s.together)
}

// together reports whether every Redis follows the primary.
func (s *Sentinels) together() bool {
	return s.primary.replication("connected_slaves") == strconv.Itoa(len(s.Redis)-1) &&
		!slices.ContainsFunc(s.Redis, func(r *Redis) bool { return r != s.primary && r.replication("master_link_status") != "up" })
}

// know reports whether all Sentinels know the primary, its replicas and each other.
func (s *Sentinels) know() bool {
	return !slices.ContainsFunc(s.clients, func(c *redis.SentinelClient) bool {
		master, err := c.Master(s.tb.Context(), sentinelMaster).Result()
		return err != nil || master["port"] != s.primary.port || master["num-other-sentinels"] != "2" || master["num-slaves"] != fmt.Sprint(len(s.Redis)-1)
	})
}

// replication returns a field of what it says about replication.
func (r *Redis) replication(field string) string {
	info := r.Client.Info(r.tb.Context(), "replication").Val()
	_, rest, _ := strings.Cut("\r\n"+info, "\r\n"+field+":")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

func (s *Sentinels) await(what string, done func() bool) {
	s.tb.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.tb.Fatalf("the time is over before %s", what)
		}
	}
}
