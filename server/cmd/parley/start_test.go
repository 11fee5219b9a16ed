package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// soon is how long a test waits for something that must happen before it gives up. It is long, for a busy machine.
const soon = time.Minute

// comesTrue asks whether something holds until it does, and reports whether it did. It is for what another process does without telling us.
func comesTrue(condition func() bool) bool {
	for deadline := time.Now().Add(soon); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// asProgram makes the test binary the program itself, for scripts that call parley.
const asProgram = "PARLEY_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		os.Exit(0)
	}
	if config := os.Getenv(asBot); config != "" {
		runBot(config)
		os.Exit(0)
	}
	status := m.Run()
	if !checkRunLog() {
		status = 1
	}
	os.Exit(status)
}

// startApp runs the program in this process, as main does, with a store of its own and further flags. It returns the
// address. The program ends with the test, and must not have logged an error.
func startApp(t *testing.T, flags ...string) (address string) {
	t.Helper()
	core, errors := observer.New(zapcore.ErrorLevel)
	ctx, cancel := context.WithCancel(context.Background())
	a, err := newApp(ctx, parseFlags(t, flags), testLog(core))
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		for _, entry := range errors.All() {
			t.Errorf("the server logged an error: %s %v", entry.Message, entry.ContextMap())
		}
	})
	return a.Addr().String()
}

// Addr is the first address that it listens on.
func (a *app) Addr() net.Addr { return a.server.Addrs()[0] }

// parseFlags reads flags as main does, behind those of all tests.
func parseFlags(t *testing.T, flags []string) *serveCommand {
	t.Helper()
	o, err := parse(append(testFlags(t), flags...)[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// testFlags are what all tests serve with. A slow machine must not look like a store that does not answer.
func testFlags(t *testing.T) []string {
	return []string{"serve", "--listen", "127.0.0.1:0", "--store", "sqlite:" + filepath.Join(t.TempDir(), "parley.db"),
		"--store-timeout", soon.String(), "--login-time", "10m", "--drain-time", "0s"}
}
