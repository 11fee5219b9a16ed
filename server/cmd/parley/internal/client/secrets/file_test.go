package secrets

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"parley/internal/language"
)

const (
	work = "chat.example.org:8888"
	home = "localhost:8888"
)

var errNoRing = errors.New("there is none")

// withFile is a store that has no keyring, in a directory that is not there yet.
func withFile(t *testing.T) (s *Store, name string) {
	dir := filepath.Join(t.TempDir(), "config", "parley")
	name = filepath.Join(dir, "tokens.toml")
	return &Store{lang: language.English, file: file{lang: language.English, name: name}, why: errNoRing}, name
}

func (s *Store) keeps(t *testing.T, server, account, token string) {
	t.Helper()
	if err := s.Keep(server, account, token); err != nil {
		t.Fatal(err)
	}
}

func (s *Store) has(t *testing.T, server, account, wantName, wantToken string) {
	t.Helper()
	if name, token, err := s.Get(server, account); name != wantName || token != wantToken || err != nil {
		t.Errorf("of %q on %s it has %q, %q, %v; want %q, %q", account, server, name, token, err, wantName, wantToken)
	}
}

func TestFile(t *testing.T) {
	s, name := withFile(t)
	s.has(t, work, "", "", "")
	s.keeps(t, work, "alice", "parley_A")
	s.keeps(t, work, "bob", "parley_B")
	s.keeps(t, home, "王小明", "parley_C")
	s.has(t, work, "alice", "alice", "parley_A")
	s.has(t, work, "ALICE", "alice", "parley_A")
	s.has(t, work, "", "bob", "parley_B")
	s.has(t, home, "", "王小明", "parley_C")
	s.has(t, home, "alice", "", "")
	s.keeps(t, home, "Ａｎｎａ", "parley_E") // neither case nor width counts
	s.has(t, home, "anna", "Ａｎｎａ", "parley_E")
	if err := s.Forget(home, "anna"); err != nil {
		t.Error(err)
	}
	s.has(t, home, "", "王小明", "parley_C")
	s.keeps(t, work, "Alice", "parley_D")
	s.has(t, work, "", "Alice", "parley_D")
	if err := s.Forget(work, "alice"); err != nil {
		t.Error(err)
	}
	s.has(t, work, "", "bob", "parley_B")
	if err := s.Forget(work, "nobody"); err != nil {
		t.Error(err)
	}
	if text := contents(t, name); strings.Contains(text, "parley_A") || strings.Contains(text, "parley_D") {
		t.Errorf("what was forgotten is still there:\n%s", text)
	}
	if where := s.Where(); where != name+" (only you can read it)" {
		t.Error(where)
	}
}

func contents(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Nobody else may read it, nor see that it is there, and nothing but the file is left behind.
func TestFileIsPrivate(t *testing.T) {
	s, name := withFile(t)
	s.keeps(t, work, "alice", "parley_A")
	s.keeps(t, work, "bob", "parley_B")
	for path, want := range map[string]os.FileMode{name: 0o600, filepath.Dir(name): 0o700 | os.ModeDir} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if list, err := os.ReadDir(filepath.Dir(name)); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
}

// A file that others may read is neither read nor written, until that is mended.
func TestFileOfEverybody(t *testing.T) {
	s, name := withFile(t)
	s.keeps(t, work, "alice", "parley_A")
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
		s.refuses(t, name, "Others may read or write "+name+", so it is not used: chmod 600 "+name)
	}
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	s.has(t, work, "", "alice", "parley_A")
	if os.Getuid() == 0 {
		if err := os.Chown(name, 1, -1); err != nil {
			t.Fatal(err)
		}
		s.refuses(t, name, "belongs to somebody else")
	}
}

// refuses expects that a store neither reads nor changes its file, and says why.
func (s *Store) refuses(t *testing.T, name, want string) {
	t.Helper()
	before := contents(t, name)
	_, token, err := s.Get(work, "")
	for _, err := range []error{err, s.Keep(work, "bob", "parley_B"), s.Forget(work, "alice")} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "parley_") {
			t.Errorf("it says %v, want %q", err, want)
		}
	}
	if token != "" || contents(t, name) != before {
		t.Error("it is used all the same")
	}
}

// What can't be understood may be mended: it is not written over, and what is secret in it is not shown.
func TestFileIsDamaged(t *testing.T) {
	s, name := withFile(t)
	s.keeps(t, work, "alice", "parley_A")
	if err := os.WriteFile(name, []byte("\n[[token]]\nsecret = parley_A\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.refuses(t, name, "Line 3 of "+name+" can't be understood.")
}

func TestFileIsNone(t *testing.T) {
	s, name := withFile(t)
	if err := os.MkdirAll(name, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Get(work, ""); err == nil || !strings.Contains(err.Error(), "is no file") {
		t.Error(err)
	}
	s.file.name = "/dev/null/tokens.toml"
	for _, err := range []error{s.Keep(work, "bob", "parley_B"), s.Forget(work, "bob")} {
		if err == nil || err.Error() != "/dev/null/tokens.toml can't be used: not a directory" {
			t.Error(err)
		}
	}
}

// A link to where somebody keeps such files stays one.
func TestFileBehindALink(t *testing.T) {
	s, name := withFile(t)
	target := filepath.Join(t.TempDir(), "mine.toml")
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
	s.has(t, work, "", "", "")
	if err := s.Keep(work, "alice", "parley_A"); err == nil || !strings.Contains(err.Error(), "is a link to a file that is not there") {
		t.Error(err)
	}
	if err := os.WriteFile(target, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.keeps(t, work, "alice", "parley_A")
	s.has(t, work, "", "alice", "parley_A")
	if at, err := os.Readlink(name); err != nil || at != target || !strings.Contains(contents(t, target), "parley_A") {
		t.Errorf("the link is %q, %v", at, err)
	}
}

// Many programs that write at once lose nothing of each other.
func TestFileOfManyPrograms(t *testing.T) {
	s, name := withFile(t)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			mine := &Store{lang: language.English, file: file{lang: language.English, name: name}, why: errNoRing}
			if err := mine.Keep(work, fmt.Sprint("user", i), fmt.Sprint("parley_", i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := range 20 {
		s.has(t, work, fmt.Sprint("user", i), fmt.Sprint("user", i), fmt.Sprint("parley_", i))
	}
}

func TestNote(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if note := Note(); note != "parley connect on "+host {
		t.Error(note)
	}
}
