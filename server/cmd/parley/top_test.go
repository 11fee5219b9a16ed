package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/server/internal/ops/history"
	"parley/server/internal/ops/history/historytest"
)

// fakeOps is an operators' port that shows a history.
type fakeOps struct {
	*httptest.Server
	shown atomic.Pointer[history.History]
}

func startFakeOps(t *testing.T, h history.History) *fakeOps {
	t.Helper()
	f := &fakeOps{}
	f.shown.Store(&h)
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fakeOps) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/history.json" {
		_ = json.NewEncoder(w).Encode(f.shown.Load())
	}
}

func (f *fakeOps) address() string { return f.Listener.Addr().String() }

// openTop watches a server in a terminal, and tells at its end how it has left the terminal.
func openTop(t *testing.T, address string, env ...string) *terminal {
	t.Helper()
	return openTerminal(t, "'"+os.Args[0]+"' top --ops "+address+" && stty -a | grep -o ' -*icanon'", append(env, asProgram+"=1")...)
}

func TestTopInATerminal(t *testing.T) {
	ordinary := historytest.Hour(time.Now())
	server := startFakeOps(t, ordinary)
	term := openTop(t, server.address())
	for _, text := range []string{"parley 1.0", "The store works", "Messages                  84.4 /s", "Memory                    123 MiB", "█", "q leaves"} {
		term.shows(text)
	}

	term.run("resize-window", "-x", "80", "-y", "24")
	if !comesTrue(func() bool { return strings.Contains(term.screen(), "The lines are the last 2m5s") }) {
		t.Errorf("80 columns are not used:\n%s", term.screen())
	}
	for line := range strings.Lines(term.screen()) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	for _, text := range []string{"parley 1.0", "max 85.6", "Goroutines", "max 64", "q leaves"} {
		term.shows(text)
	}

	failing := historytest.Hour(time.Now())
	historytest.Fail(failing, 24)
	server.shown.Store(&failing)
	term.shows("The store has failed since ")

	term.types("x") // it is no key
	term.types("q")
	term.shows("exit=0")
	term.shows(" icanon")
	term.neverShowed("-icanon")
	term.neverShowed("Messages")
}

func TestTopGoesOnTrying(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	term := openTop(t, address)
	term.shows("No server answers at " + address + " (connect: connection refused)")
	if listener, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	h := historytest.Hour(time.Now())
	server := &fakeOps{}
	server.shown.Store(&h)
	running := http.Server{Handler: server}
	go func() { _ = running.Serve(listener) }()
	t.Cleanup(func() { running.Close() })
	term.shows("The store works")
	running.Close()
	term.shows("No server answers")
	term.shows("84.4 /s")
	term.presses("C-c")
	term.shows("exit=0")
}

func TestTopWithoutUTF8(t *testing.T) {
	server := startFakeOps(t, historytest.Hour(time.Now()))
	term := openTop(t, server.address(), "LC_ALL=C")
	term.shows("%#%%**")
	term.neverShowed("█")
}

// TestTopPrints: into a pipe it writes once.
func TestTopPrints(t *testing.T) {
	h := historytest.Started(time.Now())
	h.Version += "\x1b[2J" // a terminal would obey it
	server := startFakeOps(t, h)
	out, ok := operateOn(t, "", "", "top", "--ops", server.address())
	if !ok || !strings.Contains(out, "No values yet") || strings.Contains(out, "\x1b") || strings.Count(out, "\n") != 14 {
		t.Error(out)
	}
	none := httptest.NewServer(http.NotFoundHandler())
	defer none.Close()
	if out, ok := operateOn(t, "", "", "top", "--ops", none.Listener.Addr().String()); ok || !strings.Contains(out, "it is not the --ops address") {
		t.Error(out)
	}
	if out, ok := operateOn(t, "", "", "top", "--ops", "a b"); ok || !strings.Contains(out, "is no address") {
		t.Error(out)
	}
}

// TestTopOfAServer: of a server that runs, which shows its page at the same address.
func TestTopOfAServer(t *testing.T) {
	_, log := startLogged(t, "--ops", "127.0.0.1:0")
	address := log.told(t, "listening for operators")
	openTop(t, address).shows("The store works")
	answer, err := http.Get("http://" + address + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Security-Policy") == "" {
		t.Error(answer.Status, answer.Header)
	}
}
