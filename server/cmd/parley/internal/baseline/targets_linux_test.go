package baseline

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"go.uber.org/zap"

	"parley/commands"
	"parley/commands/ratelimit"
	"parley/server"
	"parley/storage"
	"parley/storage/storagetest"
)

// target is a server to be measured.
type target struct {
	name    string
	store   func(b testing.TB) (url string) // a new store for parley; nil: it is the baseline or another program, see serve
	answers bool                            // the baseline answers each message between two

	// Another program, for messages between two.
	serve       func(b testing.TB) process
	speech      func(clients int) speech
	connections int // of each client
}

var targets = []target{
	{name: "baseline"},
	{name: "sqlite", store: func(b testing.TB) string { return "sqlite:" + filepath.Join(b.TempDir(), "parley.db") }},
	{name: "redis", store: func(b testing.TB) string { return storagetest.StartRedis(b).URL() }},
}

// chat reports whether it is parley: there are accounts and commands.
func (t target) chat() bool { return t.store != nil }

// start starts the server, which ends with the benchmark.
func (t target) start(b testing.TB, g grouping) (address string) {
	if !t.chat() {
		return startBaseline(b, g)
	}
	address, _ = startParley(b, t.store(b))
	return address
}

// startParley starts the server in this process. It ends with the benchmark, or when it is stopped.
func startParley(b testing.TB, url string) (address string, stop func()) {
	b.Helper()
	store, s, err := openParley(url)
	if err != nil {
		b.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		s.Stop(context.Background())
		must(b, store.Close())
	})
	b.Cleanup(stop)
	return s.Addrs()[0].String(), stop
}

// openParley starts the server as parley serve does, without limits. The hash of passwords is a cheap one, for the sake of the logins
// before the measurement.
func openParley(url string) (storage.Store, *server.Server, error) {
	return openParleyTLS(url, server.TLS{})
}

// openParleyTLS is openParley with a port for TLS.
func openParleyTLS(url string, tls server.TLS) (storage.Store, *server.Server, error) {
	store, err := openStore(url)
	if err != nil {
		return nil, nil, err
	}
	off := ratelimit.Rate{Off: true}
	s, err := server.Start(store, server.Config{
		Listen: []string{"127.0.0.1:0"}, TLS: tls, Shards: 1, MaxConnections: 12_000, Descriptors: 15_000, MaxPerAddress: 2000, ConnectRate: off,
		Input: 64 << 10, Outbox: 256 << 10, LoginTime: time.Minute, StopTime: 5 * time.Second,
		Chat: commands.Config{
			MessageRate: off, LoginRate: off, RegisterRate: off, RegisterRateAll: off,
			ChangeRate: off, NewRoomRate: off, StoreTimeout: 10 * time.Second,
			Password: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16}, Log: zap.NewNop(),
		},
		Log: zap.NewNop(),
	})
	return store, s, err
}

func openStore(url string) (storage.Store, error) {
	return storage.Open(context.Background(), url, storage.Limits{
		Inbox: 500, Keep: 30 * 24 * time.Hour, Room: 1000, Conversation: 500, Rooms: math.MaxInt, Members: math.MaxInt, Tokens: math.MaxInt,
	}, storage.Self{}, zap.NewNop())
}

// servesStore makes the test binary a server on a store, until it is killed.
const servesStore = "PARLEY_BASELINE_SERVES"

// serve is the program that the test binary is then. It prints its address.
func serve(url string) {
	runtime.GOMAXPROCS(2*runtime.NumCPU() + 1)
	debug.SetGCPercent(200)
	_, s, err := openParley(url)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.Addrs()[0])
	select {}
}

// process is the server in a process of its own.
type process struct {
	address string
	pid     int
	kill    func()
}

// startProcess starts such a server: for more connections than one process can have the both ends of, or for more servers than one. It is killed
// with the benchmark, or before.
func startProcess(b testing.TB, url string) process {
	b.Helper()
	run := exec.Command(os.Args[0])
	run.Env, run.Stderr = append(os.Environ(), servesStore+"="+url), os.Stderr
	out, err := run.StdoutPipe()
	if err == nil {
		err = run.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	kill := sync.OnceFunc(func() {
		_ = run.Process.Kill()
		_ = run.Wait()
	})
	b.Cleanup(kill)
	address, err := bufio.NewReader(out).ReadString('\n')
	must(b, err)
	return process{strings.TrimSpace(address), run.Process.Pid, kill}
}
