package storage_test

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/storage"
)

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for late := time.Now().Add(20 * time.Second); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%s: that is not so", what)
		}
	}
}

// sayOld has alice say something everywhere at a time: in the lobby, in a room with few messages, to bob, and to carol.
func (c chat) sayOld(at time.Time, text string) {
	c.t.Helper()
	for _, to := range []string{"#lobby", "#small", "bob", "carol"} {
		c.sayAt(at, "alice", to, text)
	}
}

// TestOldMessagesGoFromEveryThread: though nobody says anything any more, and no history is as long as it may be, what is too old goes from
// the store itself, in rooms, conversations, those of a removed account, and inboxes. What is not too old stays.
func TestOldMessagesGoFromEveryThread(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		limits := storage.Limits{Inbox: 99, Keep: generous.Keep, Room: 99, Conversation: 99, Rooms: 9, Members: 9}
		c := open(t, url, limits)
		c.register("Alice", "Bob", "Carol")
		c.mustAsk(storage.Ask{Kind: storage.Join, Account: c.id("alice"), Order: &storage.Order{Room: "#small", Name: "#small", Look: "#small", May: true}})
		c.sayOld(time.Now().Add(-3*time.Hour), "stale")
		c.remove("carol")
		c.Close()
		c = open(t, url, limits)
		for _, to := range []string{"#lobby", "bob"} {
			c.sayAt(time.Now(), "alice", to, "fresh")
		}
		c.Close()
		if n := strings.Count(keptTexts(t, url), "stale"); n < 4 {
			t.Fatalf("of the old messages there are %d", n)
		}
		limits.Keep = time.Hour
		c = openFor(t, url, limits)
		eventually(t, "what is too old goes", func() bool { return !strings.Contains(keptTexts(t, url), "stale") })
		lines, _ := c.lobbyHistory(0, 9)
		wantLines(t, lines, "Alice: fresh")
		lines, _ = c.conversation("alice", "bob", 0, 9)
		wantLines(t, lines, "Alice: fresh")
		page := c.enter("bob", 9).Page
		wantLines(t, said(page.Messages), "Alice: fresh")
		if page.Expired != 1 || page.Waiting != 1 {
			t.Fatalf("got %+v", page)
		}
	})
}

// keptTexts is everything that a store holds of what was said.
func keptTexts(t *testing.T, url string) string {
	t.Helper()
	if file, ok := storage.SQLiteFile(url); ok {
		var all sql.NullString
		readFile(t, file, "SELECT group_concat(text, char(10)) FROM events", &all)
		return all.String
	}
	client := clientOf(t, url)
	keys, err := client.Keys(context.Background(), "parley:[ti]*:*").Result() // threads and inboxes
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, key := range keys {
		for _, row := range client.LRange(context.Background(), key, 0, -1).Val() {
			all.WriteString(row + "\n")
		}
	}
	return all.String()
}

// readFile reads the only row of an answer from a SQLite file.
func readFile(t *testing.T, file, query string, into ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro&_pragma=busy_timeout(2000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(query).Scan(into...); err != nil {
		t.Fatal(err)
	}
}

// clientOf reaches the Redis of a URL.
func clientOf(t *testing.T, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { client.Close() })
	return client
}

// TestFileGetsShorter: the room that old messages took is given back to the file system while the server runs.
func TestFileGetsShorter(t *testing.T) {
	file := t.TempDir() + "/parley.db"
	limits := generous
	c := open(t, "sqlite:"+file, limits)
	c.register("Alice")
	text := strings.Repeat("x", 4000)
	for range 10 {
		b := storage.Batch{At: time.Now().Add(-2 * time.Hour)}
		for range 64 {
			b.Asks = append(b.Asks, c.say("alice", "#lobby", text))
		}
		c.commit(&b)
	}
	c.Close()
	if size := sizeOf(t, file); size < 640*4000 {
		t.Fatalf("the file has only %d bytes", size)
	}
	limits.Keep = time.Hour
	c = openFor(t, "sqlite:"+file, limits)
	eventually(t, "the file gets shorter", func() bool { return sizeOf(t, file) < 100*4096 })
	c.post("alice", "#lobby", "fresh")
	lines, _ := c.lobbyHistory(0, 9)
	wantLines(t, lines, "Alice: fresh")
}

func sizeOf(t *testing.T, file string) int64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
