package storage_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/storage"
)

// wantHealthy wants nothing to be found in a store.
func wantHealthy(t *testing.T, url string) {
	t.Helper()
	if list := examine(t, url, false); len(list) > 0 {
		t.Errorf("%s: the doctor finds %+v", url, list)
	}
}

func examine(t *testing.T, url string, mend bool) []storage.Finding {
	t.Helper()
	list, err := storage.Examine(soon(t), url, storage.Checkup{Mend: mend, Look: look}, nop)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// look is as much of what the chat takes for a look as the names in these tests need.
func look(name string) string { return strings.ReplaceAll(strings.ToLower(name), "m", "rn") }

// TestConvertedStoresAreHealthy: stores of all earlier versions.
func TestConvertedStoresAreHealthy(t *testing.T) {
	files, err := filepath.Glob("testdata/*.sqlite")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "parley.db")
			if err := os.WriteFile(path, []byte(fileContent(t, file)), 0o600); err != nil {
				t.Fatal(err)
			}
			openFor(t, "sqlite:"+path, forOldData())
			wantHealthy(t, "sqlite:"+path)
		})
	}
}

// TestHealthyStores: after anything that can be asked for, nothing is found, beside a server and after it has stopped.
func TestHealthyStores(t *testing.T) {
	for name, limits := range modelSizes {
		t.Run(name, func(t *testing.T) {
			urls := []string{kinds[0].url(t), kinds[1].url(t)}
			t.Run("model", func(t *testing.T) {
				m := newModel(t, 5, limits, urls...)
				for range 200 {
					m.step(m.batch())
				}
				for _, url := range urls {
					wantHealthy(t, url)
				}
			})
			for _, url := range urls {
				wantHealthy(t, url)
			}
		})
	}
}

// ward is a store with something of everything, in which alice, bob and carol are; carol has left it without a server.
func ward(t *testing.T, url string) {
	t.Helper()
	limits := storage.Limits{Inbox: 99, Keep: generous.Keep, Room: 99, Conversation: 99, Rooms: 9, Members: 9, Bans: 9, Blocks: 9, Invites: 9, Tokens: 9, Onces: 9, Guests: 9}
	c := open(t, url, limits)
	defer c.Close()
	c.register("Alice", "Bob", "Carol")
	c.mustAsk(storage.Ask{Kind: storage.Join, Account: c.id("alice"), Order: &storage.Order{Room: "#den", Name: "#den", Look: "#den", May: true}})
	c.mustAsk(storage.Ask{Kind: storage.Invite, Account: c.id("alice"), To: "bob", Order: &storage.Order{Room: "#den"}})
	c.mustAsk(storage.Ask{Kind: storage.Block, Account: c.id("carol"), To: "alice", Order: &storage.Order{}})
	c.mustAsk(storage.Ask{Kind: storage.MakeToken, To: "carol", Hash: storage.TokenHash("s"), Text: []byte("note"),
		Order: &storage.Order{Until: farOff}})
	c.mustAsk(storage.Ask{Kind: storage.Ban, To: "carol", Order: &storage.Order{Until: farOff}})
	c.mustAsk(storage.Ask{Kind: storage.Ban, To: "carol", Account: c.id("alice"), Order: &storage.Order{Room: "#den", Until: farOff}})
	for range 3 {
		for _, to := range []string{"#lobby", "#den", "bob"} {
			c.post("alice", to, "hi")
		}
		c.post("bob", "alice", "ho")
	}
	c.mustAsk(c.sayOnce("bob", "alice", "once", "key"))
}

// TestDoctorOfSQLite damages a store in each way that is checked. The doctor names it, mends it, and then it is healthy and works.
func TestDoctorOfSQLite(t *testing.T) {
	const nobody = "777"
	for check, damage := range map[string]string{
		"progress":          "INSERT INTO progress SELECT * FROM progress",
		"last-number":       "UPDATE members SET since = 99999 WHERE account = (SELECT id FROM accounts WHERE key = 'alice')",
		"lobby":             "DELETE FROM rooms WHERE key = '#lobby'",
		"members-account":   "INSERT INTO members (account, room, since) SELECT " + nobody + ", id, 1 FROM rooms WHERE key = '#den'",
		"members-room":      "INSERT INTO members (account, room, since) SELECT id, " + nobody + ", 1 FROM accounts",
		"inboxes-account":   "INSERT INTO inboxes (account, acked) VALUES (" + nobody + ", 0)",
		"invites-account":   "UPDATE invites SET account = " + nobody,
		"invites-room":      "UPDATE invites SET room = " + nobody,
		"blocks-account":    "UPDATE blocks SET account = " + nobody,
		"tokens-account":    "UPDATE tokens SET account = " + nobody,
		"sanctions-room":    "UPDATE sanctions SET room = " + nobody + " WHERE room > 0",
		"sanctions-account": "UPDATE sanctions SET account = " + nobody + " WHERE room = 0",
		"inbox":             "DELETE FROM inboxes WHERE account = (SELECT id FROM accounts WHERE key = 'bob')",
		"role":              "UPDATE members SET role = 9",
		"look":              "UPDATE rooms SET look = '' WHERE key = '#den'",
		"guest":             "UPDATE accounts SET guest = 1 WHERE key = 'carol'",
		"chain":             "UPDATE events SET thread_previous = 0 WHERE number = (SELECT max(number) FROM events WHERE recipient < 0)",
		"head":              "DELETE FROM threads WHERE a > 0 AND b = 0",
		"inbox-chain":       "UPDATE events SET inbox_previous = 0 WHERE recipient > 0",
		"inbox-head":        "UPDATE threads SET head = 1 WHERE a = 0",
		"read-count":        "UPDATE members SET read_count = 50, read = (SELECT max(number) FROM events)",
	} {
		t.Run(check, func(t *testing.T) {
			url := kinds[0].url(t)
			ward(t, url)
			wantHealthy(t, url)
			harm(t, url, damage)
			wantMended(t, url, check)
			wantWorks(t, url)
		})
	}
}

// harm runs a statement on a file that no server uses.
func harm(t *testing.T, url, statement string) {
	t.Helper()
	file, _ := storage.SQLiteFile(url)
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// wantMended wants a check to find something, nothing to change by that, and all to be mended.
func wantMended(t *testing.T, url, check string) {
	t.Helper()
	for range 2 {
		if list := examine(t, url, false); !names(list, check, false) {
			t.Fatalf("the doctor finds %+v", list)
		}
	}
	if list := examine(t, url, true); !names(list, check, true) {
		t.Fatalf("the doctor mends %+v", list)
	}
	wantHealthy(t, url)
}

// names reports whether a check is among the findings, mended or not, and all are so.
func names(list []storage.Finding, check string, mended bool) (found bool) {
	for _, f := range list {
		found = found || f.Check == check
		if f.Mended != mended || (f.Advice == "") != mended || f.Where == "" || f.Says == "" {
			return false
		}
	}
	return found
}

// wantWorks wants a store to be of use.
func wantWorks(t *testing.T, url string) {
	t.Helper()
	c := open(t, url, generous)
	defer c.Close()
	before, _ := c.lobbyHistory(0, 99)
	c.post("alice", "#lobby", "again")
	after, _ := c.lobbyHistory(0, 99)
	wantLines(t, after, append(before, "Alice: again")...)
	c.post("alice", "bob", "again")
	page := c.enter("bob", 99).Page
	if n := len(page.Messages); n == 0 || n != page.Waiting || string(page.Messages[n-1].Text) != "again" {
		t.Errorf("bob gets %+v", page)
	}
}

// TestDoctorFindsWhatNobodyMends: it is told what to do.
func TestDoctorFindsWhatNobodyMends(t *testing.T) {
	for check, damage := range map[string]string{
		"look-alike": "UPDATE rooms SET look = '#same'",
		"password":   "UPDATE accounts SET hash = ''",
		"format":     "PRAGMA user_version = 4",
	} {
		t.Run(check, func(t *testing.T) {
			url := kinds[0].url(t)
			ward(t, url)
			harm(t, url, damage)
			list := examine(t, url, false)
			for _, f := range list {
				if f.Check == check && f.Advice != "" && !strings.Contains(f.Advice, "--mend") {
					return
				}
			}
			t.Errorf("the doctor finds %+v", list)
		})
	}
}

// TestDoctorOfDamagedFiles: an index is made anew; a page that is gone is not, and it is said how to go on.
func TestDoctorOfDamagedFiles(t *testing.T) {
	url := kinds[0].url(t)
	ward(t, url)
	harm(t, url, "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = 'CREATE INDEX rooms_look ON rooms (created)' WHERE name = 'rooms_look'")
	wantMended(t, url, "pages")
	file, _ := storage.SQLiteFile(url)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[4096:], strings.Repeat("\xff", 3*4096))
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	list := examine(t, url, true)
	if len(list) == 0 || list[0].Check != "pages" || list[0].Mended || !strings.Contains(list[0].Advice, ".recover") {
		t.Errorf("the doctor finds %+v", list)
	}
}

// TestDoctorOfFiles is about what lies around the tables.
func TestDoctorOfFiles(t *testing.T) {
	url := kinds[0].url(t)
	ward(t, url)
	file, _ := storage.SQLiteFile(url)
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	wantMended(t, url, "permissions")
	harm(t, url, "PRAGMA journal_mode = delete; PRAGMA auto_vacuum = none; VACUUM; CREATE TABLE big (x); "+
		"INSERT INTO big SELECT zeroblob(4000) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i FROM n); DROP TABLE big")
	before := sizeOf(t, file)
	wantMended(t, url, "free-space")
	if after := sizeOf(t, file); after > before/4 {
		t.Errorf("of %d bytes %d are left", before, after)
	}
	wantWorks(t, url)
}

// TestDoctorLeavesServersAlone: nothing is mended while a server runs, and no store is made by looking for one.
func TestDoctorLeavesServersAlone(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		ward(t, url)
		c := openFor(t, url, generous)
		wantHealthy(t, url)
		list, err := storage.Examine(soon(t), url, storage.Checkup{Mend: true, Look: look}, nop)
		if err == nil || !strings.Contains(err.Error(), "stop") {
			t.Errorf("mended beside a server: %v, %v", list, err)
		}
		c.post("alice", "#lobby", "still here")
	})
	missing := "sqlite:" + filepath.Join(t.TempDir(), "none.db")
	if _, err := storage.Examine(soon(t), missing, storage.Checkup{}, nop); err == nil || !strings.Contains(err.Error(), "there is no store") {
		t.Errorf("got %v", err)
	}
}
