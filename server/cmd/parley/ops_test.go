package main

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"parley/storage/storagetest"
)

// watched is a server with an operators' port.
type watched struct {
	*killable
	ops string // where the port is
}

// startWatched starts the program with an operators' port. Its store may fail.
func startWatched(t *testing.T, store string, flags ...string) *watched {
	t.Helper()
	k := startKillable(t, store, append([]string{"--ops", "127.0.0.1:0"}, flags...)...)
	k.outage = true
	return &watched{k, k.log.told(t, "listening for operators")}
}

// get asks the port for a page.
func (w *watched) get(path string) (status int, body string) {
	w.t.Helper()
	client := http.Client{Timeout: soon}
	r, err := client.Get("http://" + w.ops + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.StatusCode, string(text)
}

// says asks for a page until it has this status and begins with these words.
func (w *watched) says(path string, status int, words string) {
	w.t.Helper()
	var got int
	var text string
	if !comesTrue(func() bool {
		got, text = w.get(path)
		return got == status && strings.HasPrefix(text, words)
	}) {
		w.t.Fatalf("%s: %d %q, want %d %q", path, got, text, status, words)
	}
}

// figures are the samples of /metrics, by name and labels as they are written there.
func (w *watched) figures() map[string]float64 {
	w.t.Helper()
	_, text := w.get("/metrics")
	found := map[string]float64{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			figure, err := strconv.ParseFloat(value, 64)
			if err != nil {
				w.t.Fatalf("%q: %v", line, err)
			}
			found[name] = figure
		}
	}
	return found
}

// shows waits until a figure is at least so much.
func (w *watched) shows(name string, least float64) {
	w.t.Helper()
	if !comesTrue(func() bool { return w.figures()[name] >= least }) {
		figure, there := w.figures()[name]
		w.t.Errorf("%s is %v (there: %v), want %v or more", name, figure, there, least)
	}
}

// is waits until a figure is this.
func (w *watched) is(name string, wanted float64) {
	w.t.Helper()
	if !comesTrue(func() bool { return w.figures()[name] == wanted }) {
		w.t.Errorf("%s is %v, want %v", name, w.figures()[name], wanted)
	}
}

// TestMetricsFollowAConversation: what people do is counted, whichever format they speak.
func TestMetricsFollowAConversation(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		w := startWatched(t, store, "--inbox", "1")
		for name, figure := range w.figures() {
			if isCounter := strings.Contains(name, "_total"); isCounter && strings.HasPrefix(name, "parley_") && figure != 0 && !strings.Contains(name, "commits") {
				t.Errorf("%s begins with %v", name, figure)
			}
		}
		alice, bob := dialAs(t, w.address, "alice"), dialAs(t, w.address, "bob")
		w.is("parley_connections", 2)
		w.is("parley_connections_total", 2)
		w.is("parley_sessions", 2)
		w.is("parley_accounts_online", 2)
		w.is("parley_rooms_open", 1)
		w.is(`parley_logins_total{outcome="ok"}`, 2)
		w.is("parley_hash_seconds_count", 2)

		alice.says("hello")
		bob.hears(`\* all alice: hello`)
		w.is(`parley_messages_total{kind="room"}`, 1)
		w.shows(`parley_deliveries_total{kind="room"}`, 1)
		w.shows("parley_commit_seconds_count", 1)
		w.shows("parley_commit_asks_count", 3)
		w.shows("parley_message_seconds_count", 3)
		w.shows("parley_loop_delay_seconds_count", 3)
		w.shows(`parley_commits_total{outcome="ok"}`, 3)

		alice.says("/msg bob psst")
		bob.hears(`\* msg alice \d+: psst`)
		w.is(`parley_messages_total{kind="private"}`, 1)
		w.is(`parley_deliveries_total{kind="private"}`, 1)

		alice.says("/whoo")
		alice.hears(`- \* unknown-command.*`)
		w.is(`parley_requests_refused_total{code="unknown-command"}`, 1)
		stranger := dial(t, w.address)
		stranger.says("/login alice wrong password")
		stranger.hears(`- login bad-credentials.*`)
		w.is(`parley_logins_total{outcome="failed"}`, 1)
		w.is(`parley_requests_refused_total{code="bad-credentials"}`, 1)
		stranger.conn.Close()
		w.is(`parley_connections_closed_total{why="client"}`, 1)

		bob.says("/quit")
		w.is(`parley_connections_closed_total{why="bye"}`, 1)
		w.is("parley_connections", 1)
		w.is("parley_sessions", 1)
		alice.says("/msg bob one waits")
		alice.hears(`\+ msg bob.*`)
		alice.says("/msg bob the next does not")
		alice.hears(`- msg inbox-full.*`)
		w.is("parley_inbox_full_total", 1)

		carol := dial(t, w.address)
		carol.says("PASS :alice:%s", aPassword)
		carol.says("NICK alice\r\nUSER alice 0 * :Alice")
		carol.hears(`:irc.parley 376 alice .*`)
		w.is(`parley_logins_total{outcome="ok"}`, 3)
		carol.says("PRIVMSG #lobby :from afar")
		alice.hears(`\* all alice: from afar`)
		w.is(`parley_messages_total{kind="room"}`, 2)
		carol.says("PRIVMSG nobody :are you there")
		carol.hears(`:irc.parley 401 alice nobody .*`)
		w.is(`parley_requests_refused_total{code="no-such-user"}`, 1)
		carol.says("QUIT")
		w.is(`parley_connections_closed_total{why="bye"}`, 2)
	})
}

func TestMetricsOfConnections(t *testing.T) {
	cert, key := certificate(t, "DNS:localhost")
	w := startWatched(t, "sqlite:"+t.TempDir()+"/parley.db", "--max-connections", "2", "--listen-tls", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key)
	dial(t, w.address)
	secure, err := tls.Dial("tcp", w.log.told(t, "listening for TLS"), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	w.is("parley_tls_connections", 1)
	w.is("parley_tls_certificate_ends_timestamp_seconds", float64(secure.ConnectionState().PeerCertificates[0].NotAfter.Unix()))
	w.is("parley_connections_total", 2)
	full := dial(t, w.address)
	full.hears("! full.*")
	w.is(`parley_connections_refused_total{why="full"}`, 1)
	full.rest()
	secure.Close()
	w.is("parley_tls_connections", 0)
	w.is(`parley_connections_closed_total{why="client"}`, 1)
	web := dial(t, w.address)
	web.sends("GET / HTTP/1.1\r\n")
	web.hears("! not-chat.*")
	web.rest()
	w.is(`parley_connections_closed_total{why="not-chat"}`, 1)
	w.is(`parley_connections_closed_total{why="full"}`, 0)
}

func TestMetricsOfABalancer(t *testing.T) {
	w := startWatched(t, "sqlite:"+t.TempDir()+"/parley.db", "--proxy-protocol", "127.0.0.0/8")
	p, err := net.Dial("tcp", w.address)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	_, _ = io.WriteString(p, "no header\r\n")
	w.is(`parley_connections_refused_total{why="proxy"}`, 1)
	w.is("parley_connections_total", 0)
}

func TestMetricsOfNodes(t *testing.T) {
	store := "unix://" + storagetest.StartRedis(t).Socket()
	one, two := startWatched(t, store, "--message-rate", "unlimited"), startWatched(t, store)
	one.is("parley_nodes", 2)
	two.is("parley_nodes", 2)
	alice, bob := dialAs(t, one.address, "alice"), dialAs(t, two.address, "bob")
	// What the one has done is on the feed of the other, until it reads that.
	if !comesTrue(func() bool {
		alice.says("hello")
		bob.hears(`\* all alice: hello`)
		return two.figures()["parley_feed_behind"] > 0
	}) {
		t.Error("parley_feed_behind is always 0")
	}
	// Each message is counted where it was said, so that the sum is right.
	said := one.figures()[`parley_messages_total{kind="room"}`]
	if there := two.figures()[`parley_messages_total{kind="room"}`]; said == 0 || there != 0 {
		t.Errorf("%v messages were said here and %v there", said, there)
	}
}

// TestReadyWhenTheFileIsReplaced: the file has another name for a while.
func TestReadyWhenTheFileIsReplaced(t *testing.T) {
	file := t.TempDir() + "/parley.db"
	w := startWatched(t, "sqlite:"+file)
	w.says("/readyz", 200, "ok\n")
	w.is("parley_store_up", 1)
	if err := os.Rename(file, file+".old"); err != nil {
		t.Fatal(err)
	}
	w.fails()
	if err := os.Rename(file+".old", file); err != nil {
		t.Fatal(err)
	}
	w.recovers()
}

// fails wants the store to fail, and nothing else.
func (w *watched) fails() {
	w.t.Helper()
	w.says("/readyz", 503, "the store fails since 2")
	w.says("/healthz", 200, "ok\n")
	w.is("parley_store_up", 0)
	w.shows("parley_store_errors_total", 1)
}

// recovers wants the store to work again.
func (w *watched) recovers() {
	w.t.Helper()
	w.says("/readyz", 200, "ok\n")
	w.is("parley_store_up", 1)
	dial(w.t, w.address).answers("/register dora "+aPassword, `\+ register dora`)
}

func TestReadyWhenRedisStops(t *testing.T) {
	redis := storagetest.StartRedis(t)
	w := startWatched(t, redis.URL(), "--store-timeout", "200ms")
	w.says("/readyz", 200, "ok\n")
	redis.Stop()
	w.fails()
	redis.Cont()
	w.recovers()
}

// TestReadyWhenRedisIsFull: heartbeats need no memory, so their success means nothing.
func TestReadyWhenRedisIsFull(t *testing.T) {
	redis := storagetest.StartRedis(t)
	w := startWatched(t, redis.URL())
	alice := dialAs(t, w.address, "alice")
	redis.Client.ConfigSet(t.Context(), "maxmemory", "1mb")
	alice.answers("hello", `- all unavailable.*`)
	w.fails()
	beats := w.figures()[`parley_commit_seconds_count`]
	w.shows("parley_commit_seconds_count", beats+3)
	w.fails()
	redis.Client.ConfigSet(t.Context(), "maxmemory", "0")
	w.recovers()
}

// TestReadyWhileDraining: a balancer is told at once, while the sessions go one after the other.
func TestReadyWhileDraining(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		w := startWatched(t, store, "--drain-time", "10m")
		dialAs(t, w.address, "alice")
		dialAs(t, w.address, "bob")
		w.says("/readyz", 200, "ok\n")
		w.is("parley_draining", 0)
		w.signal(syscall.SIGTERM)
		w.says("/readyz", 503, "draining\n")
		w.says("/healthz", 200, "ok\n")
		w.is("parley_draining", 1)
		w.is(`parley_connections_closed_total{why="draining"}`, 1)
		w.signal(syscall.SIGTERM) // no more time
		w.endsWell()
	})
}

// TestMetricNames: they are as Prometheus wants them, and nothing that people write gets into a label.
func TestMetricNames(t *testing.T) {
	w := startWatched(t, "sqlite:"+t.TempDir()+"/parley.db")
	before := names(w.figures())
	alice := dialAs(t, w.address, "alice_in_wonderland")
	alice.answers("/join #the-rabbit-hole", `\+ join.*`)
	for _, line := range []string{"/whoo", `/"}x{y="`, "/msg the_march_hare hi", "/join #nowhere!", "/login x y", "/topic"} {
		alice.says("%s", line)
		alice.hears("-.*")
	}
	bad := dial(t, w.address)
	bad.says("/login the_white_queen correct horse")
	bad.hears("- login.*")
	_, page := w.get("/metrics")
	if after := names(w.figures()); !slices.Equal(before, after) {
		t.Errorf("by a conversation the series became others:\n%q\n%q", before, after)
	}
	if found := regexp.MustCompile("(?i)alice|rabbit|hare|queen|whoo|wocky").FindString(page); found != "" {
		t.Errorf("/metrics names %q", found)
	}
	if n := len(before); n > 300 {
		t.Errorf("there are %d series", n)
	}
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// names are those of our own series.
func names(figures map[string]float64) (list []string) {
	for name := range figures {
		if strings.HasPrefix(name, "parley_") {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// TestOpsIsForThisMachine: an address that others can reach must be meant.
func TestOpsIsForThisMachine(t *testing.T) {
	run := exec.Command(os.Args[0], append(testFlags(t), "--ops", ":0")...)
	run.Env = append(clientEnv(t.TempDir()), asProgram+"=1")
	out, err := run.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "--ops :0: others could reach that") || !strings.Contains(string(out), "--ops-public") {
		t.Errorf("%v, it says\n%s", err, out)
	}
	w := &watched{killable: startKillable(t, "sqlite:"+t.TempDir()+"/parley.db", "--ops", ":0", "--ops-public")}
	_, port, _ := strings.Cut(w.log.told(t, "listening for operators"), "]:")
	w.ops = "127.0.0.1:" + port
	w.says("/readyz", 200, "ok\n")
}

// TestProfiles: go tool pprof finds what it asks for, and the command line, which may hold a password, is not shown.
func TestProfiles(t *testing.T) {
	w := startWatched(t, "sqlite:"+t.TempDir()+"/parley.db")
	if status, body := w.get("/debug/pprof/heap"); status != 200 || len(body) == 0 {
		t.Errorf("heap: %d", status)
	}
	if status, body := w.get("/debug/pprof/goroutine?debug=1"); status != 200 || !strings.Contains(body, "committer") {
		t.Errorf("goroutine: %d %s", status, body)
	}
	if status, _ := w.get("/debug/pprof/profile?seconds=1"); status != 200 {
		t.Errorf("profile: %d", status)
	}
	if status, body := w.get("/debug/pprof/cmdline"); status != 404 || strings.Contains(body, "sqlite") {
		t.Errorf("cmdline: %d %s", status, body)
	}
}
