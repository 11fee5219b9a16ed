package storage

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"
)

// TestConversionThatIsKilledBeginsAnew opens what is on the disk when a conversion has written everything but its end.
func TestConversionThatIsKilledBeginsAnew(t *testing.T) {
	path, killed := filepath.Join(t.TempDir(), "parley.db"), filepath.Join(t.TempDir(), "parley.db")
	copyStore(t, "testdata/format1.sqlite", path)
	db, err := connectSQLite(path, syncNormal)
	if err != nil {
		t.Fatal(err)
	}
	defer db.close()
	for _, statement := range []string{"PRAGMA cache_size = 1", "PRAGMA cache_spill = 1", "BEGIN IMMEDIATE"} {
		if _, err := db.conn.ExecContext(always, statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := conversions[1].run(db, 1); err != nil {
		t.Fatal(err)
	}
	copyStore(t, path, killed)
	if copyStore(t, path+"-wal", killed+"-wal") < 10*4096 {
		t.Fatal("the conversion has written nothing yet")
	}
	store, err := Open(t.Context(), "sqlite:"+killed, Limits{Inbox: math.MaxInt, Keep: math.MaxInt64, Room: 10, Conversation: 10}, Self{}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	eve, err := store.Account(t.Context(), "eve")
	if err != nil {
		t.Fatal(err)
	}
	b := &Batch{At: time.Now(), Asks: []Ask{{Kind: Enter, Account: eve.ID, Hash: eve.Hash, Limit: 9}}}
	if err := store.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if page := b.Verdicts[0].Page; page.Expired != 2 || page.Waiting != 1 || string(page.Messages[0].Text) != "waiting for eve" {
		t.Fatalf("eve gets %+v", page)
	}
}

// copyStore copies a file and returns its size.
func copyStore(t *testing.T, from, to string) int {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return len(content)
}
