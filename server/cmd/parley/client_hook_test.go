package main

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// hook is the receiver of the page, as it runs.
type hook struct {
	t       *testing.T
	address string
	home    string
	call    string // the line that calls it
	alert   string // what Alertmanager posts
}

// startHook starts it, on a port that was free a moment ago, for a chat server at that address.
func startHook(t *testing.T, address string) *hook {
	t.Helper()
	need(t, "python3", "curl")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hook{t: t, address: listener.Addr().String(), home: botHome(t, address)}
	listener.Close()
	_, port, _ := net.SplitHostPort(h.address)
	for _, e := range examples(t, botsPage, address) {
		text := strings.ReplaceAll(e.text, "9095", port)
		switch e.kind {
		case "hook.py":
			write(t, filepath.Join(h.home, e.kind), text)
		case "hook":
			h.call = text
		case "alert":
			h.alert = text
		case "":
			if !strings.Contains(text, "url: http://"+h.address+"/\n") {
				t.Errorf("Alertmanager would call something else: %s", text)
			}
		}
	}
	return h
}

// runs starts it, when its token is there.
func (h *hook) runs() {
	h.t.Helper()
	startAt(h.t, h.home, "python3", "hook.py")
	listens := func() bool {
		conn, err := net.Dial("tcp", h.address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}
	if !comesTrue(listens) {
		h.t.Fatal("hook.py does not listen")
	}
}

// post posts something, and returns the status.
func (h *hook) post(text string) int {
	h.t.Helper()
	resp, err := (&http.Client{Timeout: soon}).Post("http://"+h.address+"/", "application/json", strings.NewReader(text))
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// TestHook: what is posted is said once, however often it is posted.
func TestHook(t *testing.T) {
	k := startKillable(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db"))
	ann := dialAs(t, k.address, "ann")
	ci := dialAs(t, k.address, "ci")
	for _, p := range []*plain{ann, ci} {
		p.says("/join #builds")
		p.hears(`\+ join #builds .*`)
	}
	h := startHook(t, k.address)
	giveToken(t, k.address, h.home, "ci")
	h.runs()
	for range 2 {
		if out, err := startAt(t, h.home, "sh", "-c", h.call).end(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
	for range 2 {
		if status := h.post(h.alert); status != http.StatusOK {
			t.Errorf("Alertmanager gets %d", status)
		}
	}
	if status := h.post("two\nlines\n"); status != http.StatusOK {
		t.Errorf("two lines get %d", status)
	}
	longest := strings.Repeat("\U0001F600", 500) // 2000 bytes; as escapes of JSON they would be more than a line may have
	if status := h.post(longest); status != http.StatusOK {
		t.Errorf("the longest text gets %d", status)
	}
	ann.says("/history #builds")
	ann.hears(`\+ history .*`)
	_, told, _ := strings.Cut(ann.heard.String(), "= say #builds ")
	matches(t, "= say #builds "+told, `= say #builds ci \d+ at=.*: Build 12 is done\.`,
		`= say #builds ci \d+ at=.*: FIRING: HighLoad web1:9100 The load is 42\.`, `= say #builds ci \d+ at=.*: two lines`, `= say #builds ci \d+ at=.*: `+longest,
		`\+ history 4`)

	ci.says("/leave #builds")
	ci.hears(`\+ leave #builds`)
	if status := h.post("a failure that stays"); status != http.StatusBadRequest {
		t.Errorf("what can't be said gets %d", status)
	}
	k.kill()
	if status := h.post("while the server is away"); status != http.StatusServiceUnavailable {
		t.Errorf("while the server is away it answers %d", status)
	}
}
