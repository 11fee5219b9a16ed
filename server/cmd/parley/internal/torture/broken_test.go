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

// breaking is a way to break a real server on the wire, and what the checker must name.
type breaking struct {
	name    string
	want    Kind
	request func(t *tamper, w *wire, l wireLine) []string
	answer  func(t *tamper, w *wire, l wireLine) []string
	all     bool // each that was broken must be named; otherwise one, since not all can be proven
	late    bool // only when the talking is over
	talking bool // only while users talk: afterwards they wait for each answer
}

// sometimes is true for every so many calls.
func (t *tamper) sometimes(each int) bool {
	t.count++
	return t.count%each == 0
}

// nameOfText is the part of a text that no other has.
func nameOfText(text string) string {
	_, name, _ := strings.Cut(text, "~")
	name, _, _ = strings.Cut(name, "~")
	return "~" + name + "~"
}

// said is the text of a request.
func said(l wireLine) string { return nameOfText(l.line) }

var breakings = []breaking{
	{name: "no breach"},
	{name: "acknowledged and not kept", want: Lost, all: true,
		request: func(t *tamper, w *wire, l wireLine) []string {
			if !l.is("/msg") || !t.sometimes(7) {
				return []string{l.line}
			}
			t.breaks(said(l))
			w.reply("%s + msg %s %d stored", l.tag, l.words[1], 1<<40+len(t.broken))
			return nil
		}},
	{name: "every tenth lobby event dropped", want: Skipped,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "all") && t.sometimes(10) {
				t.breaks(nameOfText(l.text))
				return nil
			}
			return []string{l.line}
		}},
	{name: "the lobby never shown live", want: Skipped,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "all") {
				t.breaks(nameOfText(l.text))
				return nil
			}
			return []string{l.line}
		}},
	{name: "the first lobby event of each session dropped", want: Skipped,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "all") && w.loggedIn {
				if w.count++; w.count == 1 {
					t.breaks(nameOfText(l.text))
					return nil
				}
			}
			return []string{l.line}
		}},
	{name: "no lobby event any more after some", want: Skipped,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "all") {
				if w.count++; w.count > 4 {
					t.breaks(nameOfText(l.text))
					return nil
				}
			}
			return []string{l.line}
		}},
	{name: "lobby events in another order", want: Disorder, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if !l.is("*", "all") {
				return []string{l.line}
			}
			w.held = append(w.held, l.line)
			if len(w.held) < 2 {
				return nil
			}
			t.breaks(nameOfText(w.held[0]))
			out := []string{w.held[1], w.held[0]}
			w.held = nil
			return out
		}},
	{name: "a private message twice", want: Repeated, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "msg") && t.sometimes(5) {
				t.breaks(nameOfText(l.text))
				return []string{l.line, l.line}
			}
			return []string{l.line}
		}},
	{name: "private messages never delivered live, and at the next login", want: NotLive,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "msg") && !strings.Contains(l.line, " at=") && !strings.Contains(l.line, " to=") {
				t.breaks(nameOfText(l.text))
				t.kept[w.account] = append(t.kept[w.account], strings.Replace(l.line, ": ", " at="+time.Now().UTC().Format(time.RFC3339)+": ", 1))
				return nil
			}
			return t.late(w, l)
		}},
	{name: "a private message held back to the next login", want: Disorder,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "msg") && !strings.Contains(l.line, " at=") && !strings.Contains(l.line, " to=") && t.sometimes(5) {
				t.breaks(nameOfText(l.text))
				t.kept[w.account] = append(t.kept[w.account], strings.Replace(l.line, ": ", " at="+time.Now().UTC().Format(time.RFC3339)+": ", 1))
				return nil
			}
			return t.late(w, l)
		}},
	{name: "an answer swallowed", want: Unanswered, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if (l.is("+", "msg") || l.is("+", "all")) && t.sometimes(9) {
				t.breaks(said(w.requests[l.tag]))
				return nil
			}
			return []string{l.line}
		}, talking: true},
	{name: "the last answer swallowed", want: Unanswered,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "quit") {
				t.breaks("/quit")
				return nil
			}
			return []string{l.line}
		}},
	{name: "refused and kept", want: Refused, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "msg") && t.sometimes(9) {
				t.breaks(said(w.requests[l.tag]))
				return []string{l.tag + " - msg unavailable retry=1: Not now."}
			}
			return []string{l.line}
		}},
	{name: "an inbox said to be full", want: Groundless,
		request: func(t *tamper, w *wire, l wireLine) []string {
			if !l.is("/msg") || !t.sometimes(9) {
				return []string{l.line}
			}
			t.breaks(said(l))
			w.reply("%s - msg inbox-full %s: Full.", l.tag, l.words[1])
			return nil
		}},
	{name: "stored, though the recipient is there", want: Presence,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "msg") && strings.HasPrefix(l.words[4], "sent=") {
				t.breaks(said(w.requests[l.tag]))
				return []string{strings.Replace(l.line, l.words[4], "stored", 1)}
			}
			return []string{l.line}
		}},
	{name: "sent to more than there are", want: Presence, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "msg") {
				t.breaks(said(w.requests[l.tag]))
				return []string{strings.Replace(l.line, l.words[4], "sent=9", 1)}
			}
			return []string{l.line}
		}},
	{name: "the time of delivery instead of the time said", want: WrongTime, all: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "msg") && strings.HasPrefix(l.words[len(l.words)-1], "at=") {
				t.breaks(nameOfText(l.text))
				return []string{strings.Replace(l.line, l.words[len(l.words)-1], "at="+time.Now().Add(time.Hour).UTC().Format(time.RFC3339), 1)}
			}
			return []string{l.line}
		}},
	{name: "no time for what has waited", want: WrongTime,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("*", "msg") && strings.HasPrefix(l.words[len(l.words)-1], "at=") {
				t.breaks(nameOfText(l.text))
				return []string{strings.Replace(l.line, " "+l.words[len(l.words)-1], "", 1)}
			}
			return []string{l.line}
		}},
	{name: "more said to wait than comes", want: Waiting,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("+", "login") && !l.is("+", "login", w.account, "waiting=0") {
				t.breaks(w.account)
				return []string{l.line[:strings.Index(l.line, "waiting=")] + "waiting=20"}
			}
			return []string{l.line}
		}},
	{name: "history without some lines", want: Missing, late: true,
		answer: func(t *tamper, w *wire, l wireLine) []string {
			if l.is("=") && t.sometimes(9) {
				t.breaks(nameOfText(l.text))
				return nil
			}
			return []string{l.line}
		}},
	{name: "one author's messages kept in another order", want: Disorder,
		request: exchangeRequests, answer: exchangeAnswers, talking: true},
}

// late adds what was kept back to what waits at a login.
func (t *tamper) late(w *wire, l wireLine) []string {
	if !l.is("+", "login") {
		return []string{l.line}
	}
	out := []string{l.line}
	out = append(out, t.kept[w.account]...)
	delete(t.kept, w.account)
	return out
}

// exchangeRequests sends a message to somebody behind the next one to the same, if one comes; exchangeAnswers puts the answers back into the order of the
// requests.
func exchangeRequests(t *tamper, w *wire, l wireLine) []string {
	if len(w.behind) == 0 {
		if l.is("/msg") {
			w.behind = []string{l.line}
			return nil
		}
		return []string{l.line}
	}
	first := cutLine(w.behind[0])
	w.behind = nil
	if !l.is("/msg", first.words[1]) {
		return []string{first.line, l.line}
	}
	t.breaks(said(l))
	t.kept[l.tag+w.account] = []string{first.tag}
	return []string{l.line, first.line}
}

func exchangeAnswers(t *tamper, w *wire, l wireLine) []string {
	key := l.tag + w.account
	if l.tag != "" && (l.is("+", "msg") || l.is("-", "msg")) {
		if first := t.kept[key]; len(first) > 0 {
			delete(t.kept, key)
			t.kept[first[0]+w.account+" behind"] = []string{l.line}
			return nil
		}
		if behind := t.kept[key+" behind"]; len(behind) > 0 {
			delete(t.kept, key+" behind")
			return []string{l.line, behind[0]}
		}
	}
	return []string{l.line}
}

// TestBrokenServers has clients talk to a real server through a tamper. The checker must name what that breaks, and find nothing where it
// breaks nothing.
func TestBrokenServers(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes many seconds")
	}
	for _, b := range breakings {
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

// names reports whether there is a breach of this kind that mentions something.
func names(breaches []Breach, kind Kind, what string) bool {
	return slices.ContainsFunc(breaches, func(b Breach) bool { return b.Kind == kind && strings.Contains(b.Evidence, what) })
}

// talkThrough lets users talk to a server through a tamper, and returns what the checker finds.
func talkThrough(t *testing.T, tamper *tamper, b breaking) []Breach {
	t.Helper()
	r := runThrough(t, tamper)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	err := r.talk(ctx, func() error {
		for round := 0; round < 2 || b.want != "" && !b.late && tamper.done() < 3; round++ {
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
	breaches, _ := r.history.check()
	return breaches
}

// runThrough starts a server whose clients reach it through a tamper.
func runThrough(t *testing.T, tamper *tamper) *run {
	t.Helper()
	binary, err := parley()
	if err != nil {
		t.Fatal(err)
	}
	behind, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", at(loopback, 0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	dir := t.TempDir()
	r := &run{history: newHistory(inboxSize, io.Discard), network: &network{port: l.Addr().(*net.TCPAddr).Port, plain: true}}
	t.Cleanup(r.close)
	server := &process{binary: binary, dir: dir, store: "sqlite:" + filepath.Join(dir, "parley.db"), address: at(loopback, behind), history: r.history,
		flags: []string{"--listen", at(loopback, behind), "--log-level", "warn", "--message-rate", "unlimited", "--inbox", fmt.Sprint(inboxSize)}}
	if err := server.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.server = server
	go tamper.serve(l, server.address)
	r.users = newUsers(r, 3, 1)
	return r
}
