package storage

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/zap/zaptest"
	"golang.org/x/sys/unix"
)

// TestRootMakesAStoreForAnother: the files that root makes belong to the owner of their directory, who can use them; those that are there stay whose
// they are.
func TestRootMakesAStoreForAnother(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make files for somebody else")
	}
	const somebody = 4321
	dir := t.TempDir()
	if err := os.Chown(dir, somebody, somebody); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "db")
	owners := func(want uint32) {
		t.Helper()
		store, err := Open(context.Background(), "sqlite:"+path, Limits{}, Self{}, zaptest.NewLogger(t))
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		for _, file := range []string{path, path + "-wal", path + "-shm", path + ".lock"} {
			var stat unix.Stat_t
			if err := unix.Stat(file, &stat); err != nil || stat.Uid != want || stat.Gid != want {
				t.Errorf("%s belongs to %d:%d, %v; want %d", filepath.Base(file), stat.Uid, stat.Gid, err, want)
			}
		}
	}
	owners(somebody)
	if err := os.Chown(dir, 0, 0); err != nil {
		t.Fatal(err)
	}
	owners(somebody)
}
