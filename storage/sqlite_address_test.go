package storage_test

import (
	"path/filepath"
	"strings"
	"testing"

	"parley/storage"
)

// TestSQLiteAddresses: a store is opened whether or not the address says when the disk has what was committed; what else may stand there is refused.
func TestSQLiteAddresses(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "parley.db")
	for _, option := range []string{"", "?sync=full", "?sync=normal"} {
		c := open(t, url+option, generous)
		c.register("alice" + strings.TrimPrefix(option, "?sync="))
		c.Close()
		shared := openShared(t, url+option)
		if accounts, err := shared.Accounts(soon(t)); err != nil || len(accounts) == 0 {
			t.Errorf("%s: %v, %v", option, accounts, err)
		}
		shared.Close()
	}
	for _, option := range []string{"?", "?sync", "?sync=", "?sync=off", "?sync=full&sync=full", "?mode=ro", "?sync=full?", "%3F?x"} {
		wantOpenError(t, url+option, "?sync=full or ?sync=normal", option)
	}
	if file, ok := storage.SQLiteFile(url + "?sync=full"); !ok || "sqlite:"+file != url {
		t.Errorf("the file is %q", file)
	}
}
