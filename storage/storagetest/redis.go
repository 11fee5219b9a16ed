// Package storagetest starts real Redis servers for tests, and does to them what befalls them in the world.
package storagetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis is a redis-server of one test, on a unix socket in a directory of its own. It writes to disk only when it is told to (SAVE), so a
// Kill loses what came after. Its methods are for the goroutine of the test.
type Redis struct {
	Client *redis.Client // for looking into it; without a time limit of its own

	tb      testing.TB
	dir     string
	args    []string
	command *exec.Cmd
}

// StartRedis starts a redis-server with further arguments, as "--maxmemory", "10mb". It ends with the test. A machine without redis-server
// skips the test.
func StartRedis(tb testing.TB, args ...string) *Redis {
	tb.Helper()
	return startWith(tb, nil, args)
}

// StartRedisFrom is StartRedis with the data of a dump (RDB).
func StartRedisFrom(tb testing.TB, dump string, args ...string) *Redis {
	tb.Helper()
	data, err := os.ReadFile(dump)
	if err != nil {
		tb.Fatal(err)
	}
	return startWith(tb, data, args)
}

func startWith(tb testing.TB, dump []byte, args []string) *Redis {
	tb.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		tb.Skip("there is no redis-server on this machine")
	}
	dir, err := os.MkdirTemp("", "redis") // tb.TempDir() can be too long for a socket
	if err != nil {
		tb.Fatal(err)
	}
	if dump != nil {
		if err := os.WriteFile(filepath.Join(dir, "dump.rdb"), dump, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	r := &Redis{tb: tb, dir: dir, args: args}
	r.Client = redis.NewClient(&redis.Options{Network: "unix", Addr: r.Socket(), MaxRetries: -1, DisableIdentity: true, Protocol: 2})
	r.start()
	tb.Cleanup(func() {
		r.Client.Close()
		r.Cont()
		r.Kill()
		os.RemoveAll(dir)
	})
	return r
}

// Socket returns the path of the unix socket.
func (r *Redis) Socket() string { return filepath.Join(r.dir, "redis.sock") }

// URL returns what storage.Open takes.
func (r *Redis) URL() string { return "unix://" + r.Socket() + "?db=0" }

// Stop makes it hang: connections are accepted by the kernel, nothing is answered.
func (r *Redis) Stop() { r.signal(syscall.SIGSTOP) }

// Cont lets it go on after Stop, with all that was sent to it.
func (r *Redis) Cont() { r.signal(syscall.SIGCONT) }

// Kill ends it at once, as kill -9 does.
func (r *Redis) Kill() {
	r.signal(syscall.SIGKILL)
	r.command.Wait()
}

// Restart starts it again after Kill, with what it saved, and returns when it answers.
func (r *Redis) Restart() {
	r.tb.Helper()
	r.start()
}

// signal fails only when the process has ended, which is as well.
func (r *Redis) signal(signal syscall.Signal) { _ = r.command.Process.Signal(signal) }

func (r *Redis) start() {
	r.tb.Helper()
	os.Remove(r.Socket())
	args := append([]string{"--port", "0", "--unixsocket", r.Socket(), "--dir", r.dir, "--save", "", "--daemonize", "no"}, r.args...)
	r.command = exec.Command("redis-server", args...)
	if err := r.command.Start(); err != nil {
		r.tb.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for r.Client.Ping(r.tb.Context()).Err() != nil {
		if time.Now().After(deadline) {
			r.tb.Fatal("redis-server does not answer")
		}
		time.Sleep(10 * time.Millisecond)
	}
}
