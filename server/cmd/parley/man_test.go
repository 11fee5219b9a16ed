package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"parley/server/cmd/parley/internal/cli"
)

// TestManualPage: the manual page is one that man shows without a complaint, and it has every command, flag and variable.
func TestManualPage(t *testing.T) {
	need(t, "mandoc", "groff", "man")
	file := filepath.Join(t.TempDir(), "parley.1")
	parley := exec.Command(os.Args[0], "man")
	parley.Env = append(os.Environ(), asProgram+"=1")
	page, err := parley.Output()
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, string(page))
	for _, check := range [][]string{{"mandoc", "-T", "lint", "-W", "warning", file}, {"groff", "-man", "-ww", "-z", "-Tutf8", file}} {
		if out, err := exec.Command(check[0], check[1:]...).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%q: %v\n%s", check, err, out)
		}
	}
	man := exec.Command("man", "-l", "--no-justification", "--no-hyphenation", file)
	man.Env = append(clientEnv(t.TempDir()), "MANWIDTH=1000")
	shown, err := man.Output()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(shown)), " ")
	wanted := append(manParts(anyMachine().Commands), "DESCRIPTION", "COMMANDS", "SIGNALS", "EXIT STATUS", "FILES", "EXAMPLES")
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
}

// manParts are what a page about commands must have.
func manParts(commands []*cli.Command) (parts []string) {
	for _, c := range commands {
		if c.Hidden {
			continue
		}
		parts = append(parts, c.Usage()+" "+c.Help)
		for _, f := range c.Flags {
			if f.Hidden {
				continue
			}
			part := "--" + f.Name
			if f.Type() != "bool" {
				part += " " + f.Type()
			}
			part += " " + f.Help
			if f.Env != "" {
				part += " Environment: " + f.Env + "."
			}
			parts = append(parts, part)
		}
		parts = append(parts, manParts(c.Commands)...)
	}
	return parts
}
