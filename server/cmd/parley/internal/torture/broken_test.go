package torture

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestBrokenServers has clients talk to a real server through a tamper. The checker must name what that breaks, and find nothing where it
// breaks nothing.
func TestBrokenServers(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes many seconds")
	}
	for _, b := range slices.Concat(breakings, roomBreakings, nodeBreakings) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			tamper := &tamper{kept: map[string][]string{}}
			if b.request != nil {
				tamper.request = func(w *wire, l wireLine) []string { return b.request(tamper, w, l) }
			}
			if b.answer != nil {
				tamper.answer = func(w *wire, l wireLine) []string { return b.answer(tamper, w, l) }
			}
			breaches := talkThrough(t, tamper, b)
			if b.want == "" {
				if len(breaches) > 0 {
					t.Fatalf("nothing was broken, and the checker names %q", breaches)
				}
				return
			}
			tamper.mu.Lock()
			defer tamper.mu.Unlock()
			named := 0
			for _, what := range tamper.broken {
				if names(breaches, b.want, what) {
					named++
				}
			}
			if named == 0 || b.all && named < len(tamper.broken) {
				t.Fatalf("the checker names %d of %q as %q; it names %q", named, tamper.broken, b.want, breaches)
			}
		})
	}
}

// TestEverythingRefused: a server that keeps nothing has not passed.
func TestEverythingRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	t.Parallel()
	tamper := &tamper{request: func(w *wire, l wireLine) []string {
		if l.is("/all") || l.is("/msg") {
			w.reply("%s - %s unavailable retry=1: Not now.", l.tag, l.words[0][1:])
			return nil
		}
		return []string{l.line}
	}}
	r := runThrough(t, tamper, 1)
	if err := r.talk(t.Context(), func() error { return r.trouble(t.Context(), nil, time.Second) }); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := r.conclude(ctx); err == nil {
		t.Error("all is said to be well")
	}
	if breaches := r.history.check(); !names(breaches, TooLittle, "") {
		t.Errorf("the checker names %q", breaches)
	}
}

// TestExpiredIsCounted: a server that does not tell the truth about what has expired.
func TestExpiredIsCounted(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	for name, lies := range map[string]bool{"the truth": false, "a lie": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runThrough(t, &tamper{answer: func(w *wire, l wireLine) []string {
				if i := strings.Index(l.line, " expired="); i > 0 && lies {
					return []string{l.line[:i]}
				}
				return []string{l.line}
			}}, 1)
			if err := r.owners(func(u *user) error { return u.register() }); err != nil {
				t.Fatal(err)
			}
			breaches, err := r.expire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if lies != names(breaches, Expiry, "") || !lies && len(breaches) > 0 {
				t.Fatalf("it names %q", breaches)
			}
		})
	}
}

// TestSlowReaderIsMissed: on loopback the kernel takes so much that the server finds nobody too slow.
func TestSlowReaderIsMissed(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	t.Parallel()
	r := runThrough(t, &tamper{}, 1)
	if err := r.owners(func(u *user) error { return u.register() }); err != nil {
		t.Fatal(err)
	}
	r.network.small = true
	if err := r.crowd(t.Context()); err != nil {
		t.Fatal(err)
	}
	if noticed := r.history.soFar(); !names(noticed, TooMuch, "was not told slow-reader") {
		t.Fatalf("it names %q", noticed)
	}
}

// names reports whether there is a breach of this kind that mentions something.
func names(breaches []Breach, kind Kind, what string) bool {
	return slices.ContainsFunc(breaches, func(b Breach) bool { return b.Kind == kind && strings.Contains(b.Evidence, what) })
}

// talkThrough lets users talk to a server through a tamper, and returns what the checker finds.
func talkThrough(t *testing.T, tamper *tamper, b breaking) []Breach {
	t.Helper()
	r := runThrough(t, tamper, max(1, b.nodes))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	enough := 3
	if b.rare {
		enough = 1
	}
	err := r.talk(ctx, func() error {
		for round := 0; round < 2 || b.want != "" && !b.late && tamper.done() < enough; round++ {
			var events []event
			for i := range 2 { // everybody leaves now and then, so that there are logins
				events = append(events, event{at: time.Duration(i) * 400 * time.Millisecond, client: (round + i) % len(r.users), fault: []fault{halfClose, quitClient}[i]})
			}
			if err := r.trouble(ctx, events, time.Second); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	tamper.mu.Lock()
	tamper.off = b.talking
	tamper.mu.Unlock()
	if err := r.conclude(ctx); err != nil {
		t.Fatal(err)
	}
	return r.history.check()
}

// runThrough starts a server whose clients reach it through a tamper, in one way or in several, each of which they take for a node.
func runThrough(t *testing.T, tamper *tamper, nodes int) *run {
	t.Helper()
	binary, err := parley()
	if err != nil {
		t.Fatal(err)
	}
	ports, err := freePorts(2*nodes + 1)
	if err != nil {
		t.Fatal(err)
	}
	behind := at(loopback, ports+2*nodes)
	dir := t.TempDir()
	r := &run{history: newHistory(inboxSize, io.Discard), network: &network{port: ports, nodes: nodes, plain: true}}
	r.history.shared = nodes > 1
	t.Cleanup(r.close)
	server := &process{binary: binary, dir: dir, store: "sqlite:" + filepath.Join(dir, "parley.db"), address: behind, history: r.history,
		flags: []string{"--listen", behind, "--log-level", "warn", "--message-rate", "unlimited", "--inbox", fmt.Sprint(inboxSize)}}
	server.flags = append(server.flags, unlimited...)
	if err := server.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.nodes = []*process{server}
	for node := 1; node < nodes; node++ {
		way := &process{number: node, wanted: true, current: r.history.launch(node)}
		r.history.up(way.current)
		r.nodes = append(r.nodes, way)
	}
	for node := range nodes {
		l, err := net.Listen("tcp", at(loopback, r.network.portOf(node)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go tamper.serve(l, node, server.address)
	}
	r.users = newUsers(r, 3, 1)
	return r
}
