package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// brokenScripts are servers whose scripts in Redis are wrong: nodes that break the contract together, though each does what it should.
var brokenScripts = []struct {
	name, script string
	from, to     string // what stands in the script, and what the broken one has in its place
	want         []Kind // one of these must be named
}{
	{"no breach", "commit.lua", "local self", "local self", nil},
	{"an event pushed to one node only", "commit.lua", "local length = tell(node, entry)", "local length = node == recipients[1] and tell(node, entry) or 0", []Kind{Skipped}},
	{"a feed cut too early", "commit.lua", "call('RENAME', feed, told)", "call('RENAME', feed, told) call('LPOP', told)", []Kind{Skipped}},
	{"a number given twice", "commit.lua", "last, changed = last + numbers,", "last, changed = last + (seq % 20 == 0 and math.max(0, numbers - 1) or numbers),", []Kind{Twice}},
	{"a dead node's presence kept", "presence.lua",
		"for i = 1, #all, 2 do lines[#lines + 1] = presence.go(node, all[i], all[i + 1], '') end\n    call('DEL', feedPrefix .. node, readPrefix .. node, online, ",
		"call('DEL', feedPrefix .. node, readPrefix .. node, ", []Kind{Presence, Who}},
	{"nothing copied while there is a backup", "commit.lua", "call = preserving", "local _ = preserving", []Kind{Backup}},
	{"a moment after what was copied", "dump.lua", "tonumber(state[2] or 0), ", "tonumber(state[2] or 0) - 3, ", []Kind{Backup}},
}

// manyBackups are one after the other.
func manyBackups(length time.Duration) (events []event) {
	for at := time.Duration(0); at < length; at += 150 * time.Millisecond {
		events = append(events, event{at: at, fault: takeBackup})
	}
	return events
}

// TestBrokenNodes builds such servers, and lets three of each serve one Redis. The checker must name what they break.
func TestBrokenNodes(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes many seconds")
	}
	needRedis(t)
	for _, b := range brokenScripts {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			binary, err := parleyWith(dir, b.script, b.from, b.to)
			if err != nil {
				t.Fatal(err)
			}
			r := &run{history: newHistory(inboxSize, io.Discard)}
			t.Cleanup(r.close)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			if err := r.prepare(ctx, Options{Binary: binary, Store: plainRedis, Nodes: 3, Shards: 1, Clients: 6, Seed: 1}, dir); err != nil {
				t.Fatal(err)
			}
			if err := r.everything(ctx, manyBackups(3*time.Second), 3*time.Second); err != nil && len(b.want) == 0 {
				t.Fatal(err)
			}
			breaches := r.history.check()
			if len(b.want) == 0 && len(breaches) > 0 {
				t.Fatalf("nothing was broken, and the checker names %q", breaches)
			}
			if len(b.want) > 0 && !slices.ContainsFunc(b.want, func(k Kind) bool { return names(breaches, k, "") }) {
				t.Fatalf("the checker names %q, want one of %q", breaches, b.want)
			}
		})
	}
}

// parleyWith builds a parley in which a script reads otherwise.
func parleyWith(dir, script, from, to string) (binary string, err error) {
	original, err := filepath.Abs(filepath.Join("../../../../../storage/scripts", script))
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	if strings.Count(string(text), from) != 1 {
		return "", fmt.Errorf("%s does not have once: %s", script, from)
	}
	broken, overlay, binary := filepath.Join(dir, script), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "parley")
	if err := os.WriteFile(broken, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		return "", err
	}
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {original: broken}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		return "", err
	}
	return binary, build(binary, "-overlay", overlay)
}
