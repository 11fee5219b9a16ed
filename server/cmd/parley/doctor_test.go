package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// TestDoctor: beside a server that people use nothing is found. A store that was damaged is mended when the server has stopped, and then served again.
func TestDoctor(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		t.Run("healthy", func(t *testing.T) {
			address := startApp(t, "--store", store)
			alice, bob := dialAs(t, address, "alice"), dialAs(t, address, "bob")
			alice.says("/join #den")
			alice.hears(`\+ join #den .*`)
			alice.says("/msg bob hi")
			alice.hears(`\+ msg bob .*`)
			bob.says("/history alice")
			bob.hears(`\+ history 1`)
			operates(t, store, "the store is healthy\n", "doctor")
			if out, ok := operateOn(t, store, "", "doctor", "--mend"); ok || !strings.Contains(out, "stop") {
				t.Errorf("mended beside a server: %s", out)
			}
		})
		operates(t, store, "the store is healthy\n", "doctor", "--mend")
	})
}

// TestDoctorMends: something is wrong; the exit status and the lines say so, without names.
func TestDoctorMends(t *testing.T) {
	file := filepath.Join(t.TempDir(), "parley.db")
	store := "sqlite:" + file
	t.Run("before", func(t *testing.T) { register(t, startApp(t, "--store", store), "alice") })
	sqlite3(t, file, "DELETE FROM inboxes")
	const finding = "inbox: an account without an inbox: account "
	out, ok := operateOn(t, store, "", "doctor")
	if ok || !strings.HasPrefix(out, finding) || !strings.Contains(out, "(parley doctor --mend mends it)\nparley: the store is not healthy; not mended: 1") ||
		strings.Contains(out, "alice") {
		t.Fatalf("the doctor says %s", out)
	}
	operates(t, store, "(mended)\nthe store is healthy now; mended: 1", "doctor", "--mend")
	operates(t, store, "the store is healthy\n", "doctor")
	p := dial(t, startApp(t, "--store", store))
	p.says("/login alice %s", aPassword)
	p.hears(`\+ login alice waiting=0 .*`)
	if out, ok := operateOn(t, store+"x", "", "doctor"); ok || !strings.Contains(out, "there is no store") {
		t.Errorf("a store that is not there: %s", out)
	}
}

// TestDoctorOfMessages: what was said is not lost to histories when accounts are deleted with their messages.
func TestDoctorOfMessages(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		address := startApp(t, "--store", store)
		alice, bob := dialAs(t, address, "alice"), dialAs(t, address, "bob")
		for range 3 {
			alice.says("/msg bob hi")
			alice.hears(`\+ msg bob .*`)
			bob.says("/all ho")
			bob.hears(`\+ all \d+`)
			alice.says("/all hi")
			alice.hears(`\+ all \d+`)
		}
		operates(t, store, "alice is deleted", "user", "delete", "alice", "--messages")
		bob.asksUntil("/whois alice", "- whois no-such-user")
		operates(t, store, "the store is healthy\n", "doctor")
		bob.says("/all on")
		bob.hears(`\+ all \d+`)
		operates(t, store, "the store is healthy\n", "doctor")
	})
}

// sqlite3 runs a statement on a file that no server uses.
func sqlite3(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}
