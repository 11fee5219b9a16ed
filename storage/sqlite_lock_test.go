package storage_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"golang.org/x/sys/unix"

	"parley/storage"
)

// flockPlain locks a file as another program would, and returns what unlocks it.
func flockPlain(t *testing.T, path string) (unlock func()) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		t.Fatal(err)
	}
	return func() { file.Close() }
}

func TestLockIsOnTheFileThatIsWritten(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "parley.db"), filepath.Join(dir, "other.db")
	startHolder(t, "sqlite:"+path)
	if err := os.Link(path, other); err != nil {
		t.Fatal(err)
	}
	wantOpenError(t, "sqlite:"+other, "another parley server is using")
	if err := os.Remove(path + ".lock"); err != nil {
		t.Fatal(err)
	}
	wantOpenError(t, "sqlite:"+path, "another parley server is using")
}

// TestFirstVersionIsRefusedToo is about a server that looks at FILE.lock alone.
func TestFirstVersionIsRefusedToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	c := open(t, "sqlite:"+path, generous)
	file, err := os.OpenFile(path+".lock", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != unix.EWOULDBLOCK {
		t.Fatalf("it gets the lock: %v", err)
	}
	c.Close()
	unlock := flockPlain(t, path+".lock")
	wantOpenError(t, "sqlite:"+path, "another parley server is using")
	unlock()
}

// TestNothingIsAcknowledgedOnceTheFileIsReplaced replaces the file by a copy while the server runs.
func TestNothingIsAcknowledgedOnceTheFileIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	core, logged := observer.New(zap.ErrorLevel)
	store, err := storage.Open(t.Context(), "sqlite:"+path, generous, storage.Self{}, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	c := chat{store, t, new(storage.Thread)}
	defer c.Close()
	c.register("Alice")
	say := c.say("alice", "#lobby", "orphaned")
	copyFile(t, path, path+".copy")
	copied := fileContent(t, path+".copy")
	if err := os.Rename(path+".copy", path); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		b := storage.Batch{At: time.Now(), Asks: []storage.Ask{say}}
		wantError(t, c.Commit(soon(t), &b), storage.ErrUnavailable)
		wantError(t, c.Commit(soon(t), &storage.Batch{}), storage.ErrUnavailable)
	}
	if entries := logged.All(); len(entries) != 1 {
		t.Fatalf("logged %v", entries)
	}
	if fileContent(t, path) != copied {
		t.Fatal("the copy was written")
	}
}

func fileContent(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.WriteFile(to, []byte(fileContent(t, from)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestStoreBehindALinkStartsAfterAKill: what SQLite has not yet moved into the file lies beside the file itself.
func TestStoreBehindALinkStartsAfterAKill(t *testing.T) {
	dir, links := t.TempDir(), t.TempDir()
	link := filepath.Join(links, "link.db")
	for _, step := range [][2]string{{filepath.Join(dir, "parley.db"), filepath.Join(links, "second.db")}, {"second.db", link}} {
		if err := os.Symlink(step[0], step[1]); err != nil {
			t.Fatal(err)
		}
	}
	holder := startHolder(t, "sqlite:"+link) // the link leads to no file yet
	wantOpenError(t, "sqlite:"+filepath.Join(dir, "parley.db"), "another parley server is using")
	holder.Process.Kill()
	holder.Wait()
	if log := fileContent(t, filepath.Join(dir, "parley.db-wal")); len(log) == 0 {
		t.Fatal("the kill has left nothing to recover")
	}
	for _, name := range []string{link, filepath.Join(dir, "parley.db")} {
		c := open(t, "sqlite:"+name, generous)
		lines, _ := c.lobbyHistory(0, 9)
		wantLines(t, lines, "Holder: kept")
		c.Close()
	}
	if left, err := filepath.Glob(filepath.Join(links, "*")); err != nil || len(left) != 2 {
		t.Fatalf("beside the links lies %s", strings.Join(left, " "))
	}
}

// TestServerStartsBesideOperators: a command that finds no server holds the lock itself for a moment.
func TestServerStartsBesideOperators(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "parley.db")
	open(t, url, generous).Close()
	stop, commands := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(commands)
		for {
			select {
			case <-stop:
				return
			case commands <- struct{}{}:
			}
			if operator, err := storage.OpenShared(context.Background(), url, storage.Limits{}, zap.NewNop()); err != nil {
				t.Error(err)
			} else {
				operator.Close()
			}
		}
	}()
	for range 50 {
		<-commands // the next one is about to begin
		if store, err := storage.Open(t.Context(), url, generous, storage.Self{}, zap.NewNop()); err != nil {
			t.Error(err)
		} else {
			store.Close()
		}
	}
	close(stop)
	for range commands { // until the last one has ended
	}
}
