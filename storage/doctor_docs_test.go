package storage

import (
	"os"
	"strings"
	"testing"
)

// TestDoctorsPageNamesEveryCheck: who reads the name of a finding can look it up.
func TestDoctorsPageNamesEveryCheck(t *testing.T) {
	text, err := os.ReadFile("../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	sqlite, redis, _ := strings.Cut(string(text), "| Redis |")
	names := map[string]string{"format": sqlite, "pages": sqlite}
	for _, c := range append(sqliteChecks, sqliteFileChecks...) {
		names[c.name] = sqlite
	}
	for name, page := range names {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("the page does not name the check %s of SQLite", name)
		}
	}
	for _, c := range redisChecks {
		if !strings.Contains(redis, "`"+c.name+"`") {
			t.Errorf("the page does not name the check %s of Redis", c.name)
		}
	}
}
