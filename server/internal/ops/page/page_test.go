package page

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/server/internal/ops/history"
	"parley/server/internal/ops/history/historytest"
)

// host is a server with the page, whose history has come on since the page was made.
type host struct {
	*httptest.Server
	mu    sync.Mutex
	asked map[string]int
}

func startHost(t *testing.T, page, later history.History) *host {
	t.Helper()
	h := &host{asked: map[string]int{}}
	mux := http.NewServeMux()
	mux.Handle("/", Handler(func() history.History { return page }))
	if later.Series != nil {
		mux.HandleFunc("/history.json", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(later) })
	}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked[r.URL.Path]++
		h.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *host) count(path string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked[path]
}

// TestPageDraws: the page has no values of its own, so all that it shows it has asked for.
func TestPageDraws(t *testing.T) {
	now := time.Now()
	host := startHost(t, historytest.Started(now), historytest.Hour(now))
	chromium := browser{t, true}
	dom, console := chromium.look(host.URL)
	if n := strings.Count(dom, "<canvas"); n != len(history.Plots) {
		t.Errorf("%d plots, want %d", n, len(history.Plots))
	}
	shows(t, dom, "The store works", "Up for an hour or more", "<b>1,200</b>", "<b>123</b> MiB", `role="alert" hidden=""`)
	// A request to another server, a script or a style that the policy does not allow, and any mistake in the script are told on the console.
	if strings.Contains(console, "CONSOLE") {
		t.Error(console)
	}
	if n := host.count("/history.json"); n < 3 {
		t.Errorf("the page has asked %d times", n)
	}
	if n := chromium.pixels(host.URL, 0x1f, 0x6f, 0xd1); n < 1000 {
		t.Errorf("the first lines of all plots have %d pixels", n)
	}
}

func TestPageOfAServerThatHasJustStarted(t *testing.T) {
	now := time.Now()
	host := startHost(t, historytest.Started(now), historytest.Started(now))
	dom, console := browser{t, true}.look(host.URL)
	shows(t, dom, "No values yet", "Started just now", "<b>–</b>")
	if strings.Contains(console, "CONSOLE") {
		t.Error(console)
	}
}

func TestPageTellsOfAnOutage(t *testing.T) {
	now := time.Now()
	failing := historytest.Hour(now)
	historytest.Fail(failing, 24)
	host := startHost(t, historytest.Hour(now), failing)
	dom, _ := browser{t, true}.look(host.URL)
	shows(t, dom, "The store fails", `role="alert">The store has failed since `)
}

func TestPageTellsThatTheServerIsAway(t *testing.T) {
	host := startHost(t, historytest.Hour(time.Now()), history.History{})
	dom, _ := browser{t, true}.look(host.URL)
	shows(t, dom, `role="alert">The server does not answer`)
}

// TestPolicyIsToldOnTheConsole: the other tests would see it there if the page asked somebody else.
func TestPolicyIsToldOnTheConsole(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s", r.URL) }))
	t.Cleanup(other.Close)
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		_, _ = w.Write([]byte(`<!doctype html><link rel="icon" href="data:,"><img src="` + other.URL + `/picture">`))
	}))
	t.Cleanup(bad.Close)
	_, console := browser{t, true}.look(bad.URL)
	shows(t, console, "CONSOLE")
}

func TestPageWithoutScripts(t *testing.T) {
	now := time.Now()
	failing := historytest.Hour(now)
	historytest.Fail(failing, 24)
	host := startHost(t, failing, failing)
	dom, _ := browser{t, false}.look(host.URL)
	shows(t, dom, "The store fails", `role="alert">The store has failed since `, "<td>1,200</td>", "<td>–</td>", `<td class="bad">fails</td>`,
		`<meta http-equiv="refresh"`)
	if n := strings.Count(dom, "<tr><th>"); n < 60 || n > 63 {
		t.Errorf("%d rows for an hour and two heads", n)
	}
	if strings.Contains(dom, "<canvas") || host.count("/history.json") != 0 {
		t.Error("a script has run")
	}
}

func TestPageIsStrict(t *testing.T) {
	host := startHost(t, historytest.Hour(time.Now()), history.History{})
	for path, status := range map[string]int{
		"/": 200, "/app.js": 200, "/style.css": 200, "/icon.svg": 200, "/uplot/uPlot.iife.min.js": 200, "/uplot/LICENSE": 200, "/page.go": 404, "/other": 404,
	} {
		answer, err := http.Get(host.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != status || !strings.HasPrefix(answer.Header.Get("Content-Security-Policy"), "default-src 'self';") {
			t.Errorf("%s: %s %v", path, answer.Status, answer.Header)
		}
	}
}

func shows(t *testing.T, dom string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(dom, text) {
			t.Errorf("%q is not shown:\n%s", text, dom)
		}
	}
}
