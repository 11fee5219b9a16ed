package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources is where the whole project is.
const sources = "../../.."

// The time of the commit that tests build.
const committed = "2026-01-02T03:04:05Z"

// checkout is a repository with what is here, in a directory of its own, with the one commit that all of them have.
func checkout(t *testing.T) (dir string) {
	t.Helper()
	need(t, "git", "make")
	dir = filepath.Join(t.TempDir(), "a", "directory", "somewhere")
	if err := os.CopyFS(dir, os.DirFS(sources)); err != nil {
		t.Fatal(err)
	}
	for _, not := range []string{".git", "bin", "dist"} {
		if err := os.RemoveAll(filepath.Join(dir, not)); err != nil {
			t.Fatal(err)
		}
	}
	does(t, dir, "git", "init", "-q")
	does(t, dir, "git", "add", "-A")
	does(t, dir, "git", "commit", "-q", "-m", "all")
	return dir
}

// does runs a command in a directory, as whoever makes a release. It returns what it prints, without the last newline.
func does(t *testing.T, dir string, command ...string) (printed string) {
	t.Helper()
	run := exec.Command(command[0], command[1:]...)
	run.Dir = dir
	run.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a",
		"GIT_COMMITTER_EMAIL=a@example.org", "GIT_AUTHOR_DATE="+committed, "GIT_COMMITTER_DATE="+committed, "MAKEFLAGS=")
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", command, err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// release is what make build makes in a checkout.
func release(t *testing.T) (dir, binary string) {
	t.Helper()
	dir = checkout(t)
	does(t, dir, "make", "build")
	return dir, filepath.Join(dir, "bin", "parley")
}

// TestRelease: the program that make build makes is the same in every directory, below 28 MB, and says what it was made of.
func TestRelease(t *testing.T) {
	dir, first := release(t)
	_, second := release(t)
	binary, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	if other, err := os.ReadFile(second); err != nil || !bytes.Equal(binary, other) {
		t.Errorf("the program is another one in another directory: %v", err)
	}
	if mb := float64(len(binary)) / 1e6; mb >= 28 {
		t.Errorf("the program has %.1f MB; docs/packaging.md says how to find out why", mb)
	}
	commit := does(t, dir, "git", "rev-parse", "HEAD")
	want := regexp.MustCompile(`^parley +\d+\.\d+
protocol +\d+\.\d+
commit +` + commit + `
committed +` + committed + `
go +go\d\S*
platform +linux/(amd64|arm64)$`)
	if got := does(t, dir, first, "version"); !want.MatchString(got) {
		t.Errorf("parley version prints\n%s\nwant\n%s", got, want)
	}
	write(t, filepath.Join(dir, "README.md"), "something else\n")
	does(t, dir, "make", "build")
	if got := does(t, dir, first, "version"); !strings.Contains(got, commit+"+dirty\n") {
		t.Errorf("after a change parley version prints\n%s", got)
	}
}

// TestNothingIsFoundByName: nothing in the program finds methods by names that are only known when it runs. If anything does, the linker keeps all
// exported methods of all types, seven megabytes of them.
func TestNothingIsFoundByName(t *testing.T) {
	links := does(t, sources, "env", "CGO_ENABLED=0", "go", "build", "-trimpath", "-ldflags=-dumpdep", "-o", os.DevNull, "./server/cmd/parley")
	if !strings.Contains(links, "main.main -> ") {
		t.Fatal("the linker does not say what needs what")
	}
	for _, m := range regexp.MustCompile(`(?m)^(.*) -> .*<ReflectMethod>`).FindAllStringSubmatch(links, 10) {
		t.Errorf("%s leads to what finds methods by their names", m[1])
	}
}
