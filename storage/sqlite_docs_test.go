package storage_test

import (
	"context"
	"path/filepath"
	"regexp"
	"testing"

	"parley/storage"
)

// TestQueriesOfTheManualWork runs what docs/storage.md tells people to type.
func TestQueriesOfTheManualWork(t *testing.T) {
	manual := fileContent(t, "../docs/storage.md")
	queries := regexp.MustCompile(`(?m)^sqlite3 -readonly parley\.db "(.*)"$`).FindAllStringSubmatch(manual, -1)
	if len(queries) < 4 {
		t.Fatalf("the manual has %d queries", len(queries))
	}
	path := filepath.Join(t.TempDir(), "parley.db")
	c := openFor(t, "sqlite:"+path, generous)
	c.register("Alice", "Bob")
	for _, to := range []string{"#lobby", "bob"} {
		c.post("alice", to, "hello")
	}
	c.mustAsk(storage.Ask{Kind: storage.SetPassword, Account: c.id("alice"), NewHash: "new"})
	conn := openPlain(t, path)
	for _, query := range queries {
		var rows int
		if err := conn.QueryRowContext(context.Background(), "SELECT count(*) FROM ("+query[1]+")").Scan(&rows); err != nil {
			t.Fatalf("%s: %v", query[1], err)
		}
		if want := map[bool]int{true: 2, false: 1}[query[1] == queries[0][1]]; rows != want { // two accounts, else one message or inbox
			t.Errorf("%s gives %d rows, want %d", query[1], rows, want)
		}
	}
}
