package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"parley/server/internal/testenv"
)

const operations = "../../../docs/operations.md"

// TestSystemdUnits: systemd understands the units of the manual, and finds them hardened.
func TestSystemdUnits(t *testing.T) {
	need(t, "systemd-analyze")
	page, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	for fence, name := range map[string]string{"```ini\n": "parley.service", "```ini parley@.service\n": "parley@8881.service"} {
		t.Run(name, func(t *testing.T) { testUnit(t, string(page), fence, name) })
	}
}

func testUnit(t *testing.T, page, fence, name string) {
	_, text, _ := strings.Cut(page, fence)
	text, _, found := strings.Cut(text, "```\n")
	const installed = "/usr/local/bin/parley"
	if !found || !strings.Contains(text, "ExecStart="+installed+" ") {
		t.Fatalf("%s has no unit that runs %s", operations, installed)
	}
	file := filepath.Join(t.TempDir(), name)
	text = strings.ReplaceAll(text, installed, os.Args[0]) // systemd wants to see the program
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", "--man=no", file).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd says: %v\n%s", err, out)
	}
	// The exposure in tenths of a point, of 100. With more than 20, some protection has been lost.
	out, err := exec.Command("systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=20", file).CombinedOutput()
	if strings.Contains(string(out), "unrecognized option") {
		testenv.Skip(t, "this systemd-analyze is too old to judge a file")
	}
	if err != nil {
		t.Errorf("too much is exposed: %v\n%s", err, out)
	}
}
