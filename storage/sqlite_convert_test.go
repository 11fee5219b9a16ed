package storage_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"parley/storage"
)

// oldStore copies the store that an earlier version has left, and returns the path of the copy.
func oldStore(t *testing.T, name, dir string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "parley.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFormat1IsConvertedWithAllItHad(t *testing.T) {
	path := oldStore(t, "format1.sqlite", t.TempDir())
	for range 2 { // the second time there is nothing to do
		c := open(t, "sqlite:"+path, generous)
		c.wantFormat1Accounts()
		c.wantFormat1Histories()
		c.Close()
	}
	c := openFor(t, "sqlite:"+path, generous)
	c.wantFormat1Inboxes()
	if number := c.post("alice", "bob", "goes on"); number <= 23 {
		t.Fatalf("the number %d comes again", number)
	}
	lines, _ := c.conversation("alice", "bob", 0, 2)
	wantLines(t, lines, "Alice: waiting 2", "Alice: goes on")
	lines, _ = c.lobbyHistory(0, 1)
	wantLines(t, lines, "CAROL: the second carol")
	c.post("carol", "#lobby", "still")
	lines, _ = c.lobbyHistory(0, 2)
	wantLines(t, lines, "CAROL: the second carol", "CAROL: still")
}

func (c chat) wantFormat1Accounts() {
	c.t.Helper()
	all, err := c.Accounts(soon(c.t))
	if err != nil {
		c.t.Fatal(err)
	}
	var got []string
	ids := map[storage.ID]bool{}
	for _, a := range all {
		ids[a.ID] = a.ID > 23 // no message has that number
		salt := strings.Split(a.Hash, "$")[4]
		got = append(got, fmt.Sprintf("%s %s %s %d", a.Key, a.Name, salt, a.Created.UnixMilli()))
	}
	wantLines(c.t, got,
		"alice Alice re/Rf2wscKFu8d4IpeVSEA 1795259644797",
		"bob Bob 70Ch2ibKyY1XUXdrdusxXg 1795259644875",
		"carol CAROL /XYAkmbvKTw/UGPEaqd+fw 1795259648270",
		"eve Eve LK85yDjC5Bz70RnWyQ2ADA 1795259653068",
		"zoë Zoë KyNCvJJxc6G1m5SoeMkVZA 1795259644916")
	if len(ids) != 5 || slices.Contains([]bool{ids[all[0].ID], ids[all[1].ID], ids[all[2].ID], ids[all[3].ID], ids[all[4].ID]}, false) {
		c.t.Fatalf("the IDs are %v", ids)
	}
}

func (c chat) wantFormat1Histories() {
	c.t.Helper()
	lines, more := c.lobbyHistory(0, 9)
	wantLines(c.t, lines, "Alice: good morning", "Bob: two  spaces ", "Zoë: héllo 😀 漢字", "Carol: the first carol", "Dave: dave was here", "CAROL: the second carol")
	for _, test := range []struct {
		a, b string
		want []string
	}{
		{"alice", "bob", []string{"Alice: read by bob", "Bob: read by alice", "Alice: waiting 1", "Alice: waiting 2"}},
		{"alice", "alice", []string{"Alice: milk"}},
		{"zoë", "alice", []string{"Alice: one"}},
		{"bob", "carol", []string{"CAROL: from the second carol", "Bob: for the second carol"}}, // nothing of the previous owner
		{"alice", "carol", []string{"Alice: waiting for carol"}},
		{"alice", "eve", []string{"Alice: expires 1", "Alice: expires 2", "Alice: waiting for eve"}},
		{"bob", "eve", nil},
	} {
		lines, also := c.conversation(test.a, test.b, 0, 9)
		wantLines(c.t, lines, test.want...)
		more = more || also
	}
	if more {
		c.t.Fatal("there is no more")
	}
	c.register("Dave")
	lines, _ = c.conversation("alice", "dave", 0, 9)
	wantLines(c.t, lines) // a new Dave was not there
	c.remove("dave")
}

func (c chat) wantFormat1Inboxes() {
	c.t.Helper()
	for _, test := range []struct {
		key     string
		expired int
		waiting []string
	}{
		{"alice", 0, nil},
		{"bob", 0, []string{"18 waiting 1 1795259650773", "19 waiting 2 1795259650774"}},
		{"carol", 0, []string{"20 waiting for carol 1795259650774"}},
		{"eve", 2, []string{"23 waiting for eve 1795259655725"}},
		{"zoë", 0, []string{"17 one 1795259650773"}},
	} {
		v := c.enter(test.key, 9)
		var got []string
		for _, e := range v.Page.Messages {
			got = append(got, fmt.Sprintf("%d %s %d", e.Number, e.Text, e.At.UnixMilli()))
			if e.FromName != "Alice" || e.From != c.id("alice") {
				c.t.Errorf("%q is from %d, %s", e.Text, e.From, e.FromName)
			}
		}
		wantLines(c.t, got, test.waiting...)
		if v.Page.Expired != test.expired || v.Page.Waiting != len(test.waiting) || len(v.Rooms) != 1 {
			c.t.Errorf("%s gets %+v", test.key, v)
		}
	}
}

// wantFormat1Untouched wants the file as the first version has left it, as any program reads it.
func wantFormat1Untouched(t *testing.T, path string) {
	t.Helper()
	conn := openPlain(t, path)
	defer conn.Close()
	var version, messages, others int
	query := "SELECT user_version, (SELECT count(*) FROM messages), (SELECT count(*) FROM sqlite_schema WHERE name = 'events') FROM pragma_user_version"
	if err := conn.QueryRowContext(context.Background(), query).Scan(&version, &messages, &others); err != nil {
		t.Fatal(err)
	}
	if version != 1 || messages < 22 || others != 0 {
		t.Fatalf("format %d with %d messages", version, messages)
	}
}

// TestConversionThatFailsLeavesFormat1 lets the disk run full in the middle.
func TestConversionThatFailsLeavesFormat1(t *testing.T) {
	dir := smallDisk(t)
	path := oldStore(t, "format1.sqlite", dir)
	conn := openPlain(t, path)
	execPlain(t, conn, "WITH RECURSIVE n (i) AS (SELECT 24 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "+
		"INSERT INTO messages SELECT i, 1795259650774, 'Alice', '', '', 0, 0, 0, printf('%.100c', 'x') FROM n")
	conn.Close()
	wantOpenError(t, "sqlite:"+path, "disk", "full")
	wantFormat1Untouched(t, path)
	elsewhere := filepath.Join(t.TempDir(), "parley.db")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(elsewhere, content, 0o600); err != nil {
		t.Fatal(err)
	}
	c := openFor(t, "sqlite:"+elsewhere, generous)
	c.wantFormat1Accounts()
}

func TestOperatorConvertsFormat1OnlyWhileItIsFree(t *testing.T) {
	path := oldStore(t, "format1.sqlite", t.TempDir())
	unlock := flockPlain(t, path+".lock") // as a server of the first version does
	_, err := storage.OpenShared(t.Context(), "sqlite:"+path, storage.Limits{}, nop)
	if err == nil || !strings.Contains(err.Error(), "start the server of this version first") {
		t.Fatalf("got %v", err)
	}
	wantFormat1Untouched(t, path)
	unlock()
	operator := openShared(t, "sqlite:"+path)
	operator.wantFormat1Accounts()
	operator.register("Frank")
	operator.Close()
	c := openFor(t, "sqlite:"+path, generous)
	c.wantFormat1Histories()
	c.wantFormat1Inboxes()
	c.commit(&storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("frank", "alice", "hello")}})
}

// TestConversionIsLogged: once, when it happens.
func TestConversionIsLogged(t *testing.T) {
	path := oldStore(t, "format1.sqlite", t.TempDir())
	for _, want := range []int{1, 0} {
		core, logs := observer.New(zapcore.InfoLevel)
		store, err := storage.Open(t.Context(), "sqlite:"+path, generous, storage.Self{}, zap.New(core))
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		if n := logs.FilterMessage("the store was converted to a new format").Len(); n != want {
			t.Errorf("it is logged %d times, want %d", n, want)
		}
	}
}

// TestIndexOfThreadsIsMade in a file of this format that does not have it.
func TestIndexOfThreadsIsMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parley.db")
	open(t, "sqlite:"+path, generous).Close()
	db := openPlain(t, path)
	execPlain(t, db, "DROP INDEX threads_b")
	open(t, "sqlite:"+path, generous).Close()
	execPlain(t, db, "DROP INDEX threads_b") // it is there
}
