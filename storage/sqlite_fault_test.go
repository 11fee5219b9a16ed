package storage_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parley/storage"
	"parley/storage/storagetest"
)

// smallDisk mounts a file system of its own of one megabyte.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := mountTmpfs(dir); err != nil {
		storagetest.Skip(t, "file systems can't be mounted here: "+err.Error())
	}
	t.Cleanup(func() { unix.Unmount(dir, 0) })
	return dir
}

func TestFullDiskIsUnavailableUntilThereIsRoom(t *testing.T) {
	dir := smallDisk(t)
	c := openFor(t, "sqlite:"+filepath.Join(dir, "parley.db"), generous)
	c.register("Alice", "Bob")
	first := c.post("alice", "bob", "before")
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 512<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	b := storage.Batch{At: time.Now()}
	big := c.say("alice", "bob", strings.Repeat("x", 1000))
	for range 100 {
		b.Asks = append(b.Asks, big)
	}
	kept := 0
	for {
		err := c.Commit(soon(t), &b)
		if err != nil {
			wantError(t, err, storage.ErrUnavailable)
			break
		}
		if kept += len(b.Asks); kept > 2000 {
			t.Fatal("the disk never gets full")
		}
	}
	lines, _ := c.conversation("alice", "bob", 0, 9999)
	if len(lines) != kept+1 {
		t.Fatalf("%d messages, %d were confirmed", len(lines), kept+1)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	last := c.post("alice", "bob", "after")
	if last <= first {
		t.Fatalf("number %d after %d", last, first)
	}
	if page := c.enter("bob", 1).Page; page.Waiting != kept+2 {
		t.Fatalf("%d waiting, want %d", page.Waiting, kept+2)
	}
}

func TestFileTakenAwayIsUnavailableUntilItIsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	c := openFor(t, "sqlite:"+path, generous)
	c.register("Alice")
	c.post("alice", "#lobby", "before")
	move := func(from, to string) {
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Rename(from+end, to+end); err != nil {
				t.Fatal(err)
			}
		}
	}
	move(path, path+".away")
	waitFor(t, "the loss to be noticed", func() bool {
		b := storage.Batch{At: time.Now()}
		return c.Commit(soon(t), &b) != nil
	})
	move(path+".away", path)
	c.post("alice", "#lobby", "after")
	lines, _ := c.lobbyHistory(0, 9)
	wantLines(t, lines, "Alice: before", "Alice: after")
}

func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain for " + what)
		}
	}
}

func TestRefusedWhileTheFileIsHeldNeverHappens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	c := openFor(t, "sqlite:"+path, generous)
	c.register("Alice", "Bob")
	holder := openPlain(t, path)
	refusals := c.refusals()
	execPlain(t, holder, "BEGIN IMMEDIATE")
	c.wantAllRefused(refusals)
	execPlain(t, holder, "ROLLBACK")
	c.wantNothingDone()
	c.post("alice", "bob", "works again")
}

// openPlain opens a connection that knows nothing of parley.
func openPlain(t *testing.T, path string) *sql.Conn {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func execPlain(t *testing.T, conn *sql.Conn, query string) {
	t.Helper()
	if _, err := conn.ExecContext(context.Background(), query); err != nil {
		t.Fatal(err)
	}
}

func TestSQLiteIsRefusedInOneSentence(t *testing.T) {
	file := func(name string, content []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := file("foreign.db", nil)
	execPlain(t, openPlain(t, foreign), "CREATE TABLE x (y)")
	newer := file("newer.db", filledStore(t))
	execPlain(t, openPlain(t, newer), "PRAGMA user_version = 99")
	whole := filledStore(t)
	torn := bytes.Clone(whole)
	for i := 4096; i < len(torn); i++ {
		torn[i] ^= 0x5a
	}
	for _, test := range []struct{ path, words string }{
		{"", "name one"},
		{filepath.Join(t.TempDir(), "missing", "parley.db"), "does not exist: create it"},
		{t.TempDir(), "can't be opened"},
		{file("letter.txt", []byte("Dear reader, this is no database at all.")), "not even an SQLite file"},
		{file("short", []byte("SQL")), "not even an SQLite file"},
		{foreign, "database of another program"},
		{newer, "newer parley"},
		{file("cut.db", whole[:len(whole)/2]), "is damaged"},
		{file("torn.db", torn), "is damaged"},
	} {
		wantOpenError(t, "sqlite:"+test.path, test.words)
	}
}

// filledStore returns the file of a store with something in it.
func filledStore(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "parley.db")
	c := open(t, "sqlite:"+path, generous)
	c.register("Alice", "Bob")
	for i := range 1000 {
		c.post("alice", "bob", fmt.Sprint("message ", i))
	}
	c.Close()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestCrashLosesNothing opens what a crash would leave in the file.
func TestCrashLosesNothing(t *testing.T) {
	path, crashed := filepath.Join(t.TempDir(), "parley.db"), filepath.Join(t.TempDir(), "parley.db")
	c := openFor(t, "sqlite:"+path, generous)
	c.register("Alice", "Bob")
	last := int64(0)
	b := storage.Batch{}
	toBob, toAll := c.say("alice", "bob", "to bob"), c.say("bob", "#lobby", "to all")
	for range 50 {
		b.Asks = append(b.Asks, toBob, toAll)
	}
	for range 51 { // more than the heads of the threads are saved at once
		c.commit(&b)
		last = b.Events[99].Number
	}
	for _, end := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(crashed+end, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c = openFor(t, "sqlite:"+crashed, generous)
	lobby, _ := c.lobbyHistory(0, 9999)
	talk, _ := c.conversation("alice", "bob", 0, 9999)
	page := c.enter("bob", 1).Page
	if len(lobby) != 2550 || len(talk) != 2550 || page.Waiting != 2550 {
		t.Fatalf("%d in the lobby, %d in the conversation, %d waiting", len(lobby), len(talk), page.Waiting)
	}
	if number := c.post("alice", "#lobby", "next"); number <= last {
		t.Fatalf("number %d after %d", number, last)
	}
}

func TestUnwritableDiskIsRefused(t *testing.T) {
	dir := smallDisk(t)
	path := filepath.Join(dir, "parley.db")
	open(t, "sqlite:"+path, generous).Close()
	if err := remountReadOnly(dir); err != nil {
		t.Fatal(err)
	}
	wantOpenError(t, "sqlite:"+path, "read-only")
}

func TestPathsMayHoldOddCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b=c#d%20é.db")
	c := open(t, "sqlite:"+path, generous)
	c.register("Alice")
	c.post("alice", "#lobby", "hi")
	c.Close()
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	conn := openPlain(t, "file:"+strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path))
	var text string
	if err := conn.QueryRowContext(context.Background(), "SELECT text FROM events").Scan(&text); err != nil || text != "hi" {
		t.Fatalf("got %q %v", text, err)
	}
}

// TestFullDiskFailsUntilItIsWritten: what was refused must be taken back first, so also an empty commit finds out whether there is room.
func TestFullDiskFailsUntilItIsWritten(t *testing.T) {
	dir := smallDisk(t)
	c := openFor(t, "sqlite:"+filepath.Join(dir, "parley.db"), generous)
	c.register("Alice")
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 2<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "#lobby", strings.Repeat("x", 100_000))}}
	wantError(t, c.Commit(soon(t), &b), storage.ErrUnavailable)
	wantError(t, c.Commit(soon(t), &storage.Batch{At: time.Now()}), storage.ErrUnavailable)
	if s := c.Status(); s.Failing == nil || s.Errors == 0 {
		t.Errorf("the store says that it works: %+v", s)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	wantError(t, c.Commit(soon(t), &storage.Batch{At: time.Now()}), nil)
	if s := c.Status(); s.Failing != nil {
		t.Errorf("the store still fails: %v", s.Failing)
	}
}

// TestExpiredAreCountedOnceWhenTheDiskIsFull: a COMMIT that told of them fails and is rolled back.
func TestExpiredAreCountedOnceWhenTheDiskIsFull(t *testing.T) {
	dir := smallDisk(t)
	limits := generous
	limits.Keep = time.Hour
	c := openFor(t, "sqlite:"+filepath.Join(dir, "parley.db"), limits)
	c.register("Alice", "Bob")
	c.commit(&storage.Batch{At: time.Now().Add(-2 * time.Hour), Asks: []storage.Ask{c.say("alice", "bob", "old"), c.say("alice", "bob", "old")}})
	big := c.say("alice", "#lobby", strings.Repeat("x", 100_000))
	enter := storage.Ask{Kind: storage.Enter, Account: c.id("bob"), Hash: "hash of Bob", Limit: 9}
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 2<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	for range 2 {
		b := storage.Batch{At: time.Now(), Asks: []storage.Ask{big, enter}}
		wantError(t, c.Commit(soon(t), &b), storage.ErrUnavailable)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if page := c.mustAsk(enter).Page; page.Expired != 2 || page.Waiting != 0 {
		t.Fatalf("got %+v", page)
	}
}
