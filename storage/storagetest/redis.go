// Package storagetest starts real Redis servers for tests, and makes them hang, die and come back.
package storagetest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis is a redis-server that belongs to one test, on a unix socket in a directory of its own. It writes to disk only when it is told to
// (SAVE), so Kill loses everything since then. Its methods are for the goroutine of the test.
type Redis struct {
	Client *redis.Client // for the test to look into the server; it has no time limit of its own

	tb      testing.TB
	port    string // empty: it has only the socket
	dir     string
	args    []string
	command *exec.Cmd
}

// Skip skips the test, or the benchmark, for a reason that lies in the machine. Where the environment has CI=true, as under .ci/run,
// everything must be tested, so there the test fails. Skip does not return, and is to be called from the goroutine of the test.
func Skip(tb testing.TB, why string) {
	tb.Helper()
	if os.Getenv("CI") == "true" {
		tb.Fatal("CI=true, so this must be tested: ", why)
	}
	tb.Skip(why)
}

// StartRedis starts a redis-server with further arguments, such as "--maxmemory", "10mb". It ends with the test. A machine without
// redis-server skips the test.
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

// StartRedisTCP is StartRedis on a port of loopback as well.
func StartRedisTCP(tb testing.TB, args ...string) *Redis {
	tb.Helper()
	port := freePort(tb)
	r := StartRedis(tb, append([]string{"--bind", "127.0.0.1", "--port", port}, args...)...)
	r.port = port
	return r
}

// StartRedisTLS is StartRedis on a port of loopback where it speaks TLS, with a certificate and its key.
func StartRedisTLS(tb testing.TB, certFile, keyFile string) *Redis {
	tb.Helper()
	port := freePort(tb)
	r := StartRedis(tb, "--bind", "127.0.0.1", "--tls-port", port, "--tls-cert-file", certFile, "--tls-key-file", keyFile,
		"--tls-ca-cert-file", certFile, "--tls-auth-clients", "no")
	r.port = port
	return r
}

// freePort finds a port of loopback that nobody listens on.
func freePort(tb testing.TB) string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

func startWith(tb testing.TB, dump []byte, args []string) *Redis {
	tb.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		Skip(tb, "redis-server is not installed; .ci/install does it")
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
	r.Client = redis.NewClient(&redis.Options{
		Network: "unix", Addr: r.Socket(), Password: argument(args, "--requirepass"), MaxRetries: -1, DisableIdentity: true, Protocol: 2,
	})
	r.start()
	tb.Cleanup(func() {
		r.Client.Close()
		r.Cont()
		r.Kill()
		os.RemoveAll(dir)
	})
	return r
}

// argument returns what follows an argument; empty if it is not there.
func argument(args []string, name string) string {
	if i := slices.Index(args, name); i >= 0 {
		return args[i+1]
	}
	return ""
}

// Socket returns the path of the unix socket.
func (r *Redis) Socket() string { return filepath.Join(r.dir, "redis.sock") }

// Addr returns where it listens on loopback, if it does.
func (r *Redis) Addr() string { return net.JoinHostPort("127.0.0.1", r.port) }

// URL returns what storage.Open takes.
func (r *Redis) URL() string { return "unix://" + r.Socket() + "?db=0" }

// Stop makes it hang: the kernel still accepts connections, but nothing is answered.
func (r *Redis) Stop() { r.signal(syscall.SIGSTOP) }

// Cont lets it go on after Stop. It then works through everything that was sent meanwhile.
func (r *Redis) Cont() { r.signal(syscall.SIGCONT) }

// Kill ends it at once, like kill -9.
func (r *Redis) Kill() {
	r.signal(syscall.SIGKILL)
	r.command.Wait()
}

// Restart starts it again after Kill, with what it had saved, and returns when it answers.
func (r *Redis) Restart() {
	r.tb.Helper()
	r.start()
}

// Configure starts it again with further arguments.
func (r *Redis) Configure(args ...string) {
	r.tb.Helper()
	r.args = append(r.args, args...)
	r.Kill()
	r.Restart()
}

// signal ignores the only possible error: that the process has ended.
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
