package storage

import (
	"fmt"
	"os"
	"slices"
	"sort"
)

// sqliteCheck is one thing that can be wrong with a file. Find says where it is; mend mends all of it, and is nil if nobody can.
type sqliteCheck struct {
	name string
	says string
	find func(d *sqliteDoctor) (where []string, err error)
	mend func(d *sqliteDoctor) error
	hint string // what to do if it can't be mended
}

func (c *sqliteCheck) advice() string {
	if c.mend == nil {
		return c.hint
	}
	return mendable
}

// selects finds by a query of one text.
func selects(query string) func(d *sqliteDoctor) ([]string, error) {
	return func(d *sqliteDoctor) (where []string, err error) {
		err = d.db.each(query, nil, func(scan func(...any) error) error {
			var one string
			err := scan(&one)
			where = append(where, one)
			return err
		})
		return where, err
	}
}

// does mends by statements.
func does(statements ...string) func(d *sqliteDoctor) error {
	return func(d *sqliteDoctor) error {
		for _, statement := range statements {
			if _, err := d.db.exec(statement); err != nil {
				return err
			}
		}
		return nil
	}
}

// orphans checks the rows of a table that belong to an account or a room that does not exist. Each has the column, the words of what it names, and
// what else must be so.
func orphans(name, table, column, of, also string) sqliteCheck {
	where := fmt.Sprintf("FROM %s WHERE %s NOT IN (SELECT id FROM %ss) %s", table, column, of, also)
	return sqliteCheck{
		name: name, says: fmt.Sprintf("%s of %s that does not exist", table, map[string]string{"account": "an account", "room": "a room"}[of]),
		find: selects(fmt.Sprintf("SELECT DISTINCT '%s ' || %s %s", of, column, where)),
		mend: does("DELETE " + where),
	}
}

// lastOf is the highest number that any table names.
const lastOf = `(SELECT max(
  (SELECT coalesce(max(number), 0) FROM events), (SELECT coalesce(max(id), 0) FROM accounts), (SELECT coalesce(max(id), 0) FROM rooms),
  (SELECT coalesce(max(number), 0) FROM feed), (SELECT coalesce(max(number), 0) FROM onces), (SELECT coalesce(max(number), 0) FROM invites),
  (SELECT coalesce(max(since), 0) FROM members)))`

// brokenThreads are those whose messages do not name the one before. What is private and by somebody unknown is in no thread.
const brokenThreads = `
SELECT DISTINCT a, b FROM (
  SELECT thread_a a, thread_b b, thread_count n, thread_previous p, coalesce(lag(number) OVER w, 0) before, coalesce(lag(thread_count) OVER w, 0) counted
  FROM events WHERE kind = 1 AND thread_a > 0 WINDOW w AS (PARTITION BY thread_a, thread_b ORDER BY number))
WHERE NOT (p = before AND (n = counted + 1 OR before = 0 AND n > 0)
  OR p > before AND n > counted + 1 AND NOT EXISTS (SELECT 1 FROM events WHERE number = p))`

const relinkThreads = `
UPDATE events SET thread_previous = x.before, thread_count = x.n FROM (
  SELECT number, coalesce(lag(number) OVER up, 0) before,
    max(max(thread_count) OVER every, count(*) OVER every) + 1 - row_number() OVER down n
  FROM events WHERE kind = 1 AND (thread_a, thread_b) IN (` + brokenThreads + `)
  WINDOW every AS (PARTITION BY thread_a, thread_b), up AS (PARTITION BY thread_a, thread_b ORDER BY number),
    down AS (PARTITION BY thread_a, thread_b ORDER BY number DESC)) x
WHERE x.number = events.number`

// waitingLinks are the messages that wait in inboxes, with the one before.
const waitingLinks = `
SELECT number, recipient, inbox_previous p, acked, lag(number) OVER (PARTITION BY recipient ORDER BY number) before
FROM events JOIN inboxes ON account = recipient WHERE kind = 1 AND recipient > 0 AND number > acked`

const brokenInboxes = `SELECT number, recipient, coalesce(before, 0) before FROM (` + waitingLinks + `)
WHERE p <> coalesce(before, p) OR before IS NULL AND p > acked`

// wrongHeads are the threads whose head in the table is not that of the messages, and what it should be.
const wrongHeads = `
SELECT e.a, e.b, e.newest, e.n FROM (
  SELECT thread_a a, thread_b b, max(number) newest, thread_count n, max(number) FILTER (WHERE number <= (SELECT threaded FROM progress)) known
  FROM events WHERE kind = 1 AND (thread_a > 0 AND thread_b > 0 OR thread_a IN (SELECT id FROM rooms)) GROUP BY thread_a, thread_b) e
LEFT JOIN threads t ON t.a = e.a AND t.b = e.b LEFT JOIN events h ON h.number = t.head AND h.thread_a = e.a AND h.thread_b = e.b
WHERE e.known NOT NULL AND (t.head IS NULL OR t.head < e.known OR h.number IS NULL OR t.count <> h.thread_count)`

const wrongInboxHeads = `
SELECT 0, e.recipient, e.newest, 0 FROM (
  SELECT recipient, max(number) newest, max(number) FILTER (WHERE number <= (SELECT threaded FROM progress)) known
  FROM events JOIN inboxes ON account = recipient WHERE kind = 1 AND recipient > 0 AND number > acked GROUP BY recipient) e
LEFT JOIN threads t ON t.a = 0 AND t.b = e.recipient LEFT JOIN events h ON h.number = t.head AND h.recipient = e.recipient
WHERE e.known NOT NULL AND (t.head IS NULL OR t.head < e.known OR h.number IS NULL)`

const replaceHeads = "INSERT OR REPLACE INTO threads (a, b, head, count) "

// sqliteChecks are in the order in which they mend: what others go by comes first.
var sqliteChecks = []sqliteCheck{
	{
		name: "progress", says: "the row that says how far the numbers have gone is missing, or there is more than one",
		find: selects("SELECT count(*) || ' rows' FROM progress HAVING count(*) <> 1"),
		mend: does("CREATE TEMP TABLE one AS SELECT coalesce(min(threaded), 0) threaded, coalesce(max(last), 0) last, coalesce(max(lockdown), 0) lockdown FROM progress",
			"DELETE FROM progress", "INSERT INTO progress (threaded, last, lockdown) SELECT threaded, last, lockdown FROM one", "DROP TABLE one"),
	},
	{
		name: "last-number", says: "a higher number is in use than the last one that was given",
		find: selects("SELECT 'number ' || " + lastOf + " FROM progress WHERE max(last, threaded, (SELECT coalesce(max(number), 0) FROM events)," +
			"(SELECT coalesce(max(id), 0) FROM accounts), (SELECT coalesce(max(id), 0) FROM rooms)) < " + lastOf),
		mend: does("UPDATE progress SET last = " + lastOf),
	},
	{
		name: "lobby", says: "there is no #lobby",
		find: selects("SELECT 'rooms' WHERE NOT EXISTS (SELECT 1 FROM rooms WHERE key = '#lobby')"),
		mend: does("UPDATE progress SET last = 1 + max(last, threaded, "+lastOf+")",
			"INSERT INTO rooms (id, key, name, created, look) SELECT last, '#lobby', '#lobby', 1000 * unixepoch(), '#lobby' FROM progress",
			"INSERT INTO members (account, room, since, read) SELECT id, last, last, last FROM accounts, progress"),
	},
	orphans("members-account", "members", "account", "account", ""),
	orphans("members-room", "members", "room", "room", ""),
	orphans("inboxes-account", "inboxes", "account", "account", ""),
	orphans("invites-account", "invites", "account", "account", ""),
	orphans("invites-room", "invites", "room", "room", ""),
	orphans("blocks-account", "blocks", "account", "account", ""),
	orphans("tokens-account", "tokens", "account", "account", ""),
	orphans("sanctions-room", "sanctions", "room", "room", "AND room <> 0"),
	orphans("sanctions-account", "sanctions", "account", "account", "AND room = 0 AND account <> 0"),
	{
		name: "inbox", says: "an account without an inbox", // all that is kept for it comes once more, since nothing may be lost
		find: selects("SELECT 'account ' || id FROM accounts WHERE id NOT IN (SELECT account FROM inboxes)"),
		mend: does("INSERT INTO inboxes (account, acked) SELECT id, 0 FROM accounts WHERE id NOT IN (SELECT account FROM inboxes)"),
	},
	{
		name: "role", says: "a role that there is not",
		find: selects("SELECT 'account ' || account || ' in room ' || room FROM members WHERE role NOT BETWEEN 0 AND 3"),
		mend: does("UPDATE members SET role = 0 WHERE role NOT BETWEEN 0 AND 3"),
	},
	{name: "look", says: "a room that is not known by what its name looks like", find: wrongLooks, mend: mendLooks},
	{
		name: "look-alike", says: "rooms that can be mistaken for each other", hint: "delete one: parley room delete",
		find: selects("SELECT 'rooms ' || group_concat(id, ', ') FROM rooms GROUP BY look HAVING count(*) > 1"),
	},
	{
		name: "guest", says: "a guest with a password",
		find: selects("SELECT 'account ' || id FROM accounts WHERE guest = 1 AND hash <> ''"),
		mend: does("UPDATE accounts SET hash = '' WHERE guest = 1"),
	},
	{
		name: "password", says: "an account without a password, which nobody can log in to", hint: "give it one: parley user passwd",
		find: selects("SELECT 'account ' || id FROM accounts WHERE guest = 0 AND hash = ''"),
	},
	{
		name: "chain", says: "messages of a thread that do not follow one another",
		find: selects("SELECT iif(b = 0, 'room ' || a, 'accounts ' || a || ' and ' || b) FROM (" + brokenThreads + ")"),
		mend: does(relinkThreads),
	},
	{
		name: "head", says: "a thread whose end is not that of its messages",
		find: selects("SELECT iif(b = 0, 'room ' || a, 'accounts ' || a || ' and ' || b) FROM (" + wrongHeads + ")"),
		mend: does(replaceHeads + wrongHeads),
	},
	{
		name: "inbox-chain", says: "messages of an inbox that do not follow one another",
		find: selects("SELECT DISTINCT 'account ' || recipient FROM (" + brokenInboxes + ")"),
		mend: does("UPDATE events SET inbox_previous = x.before FROM (" + brokenInboxes + ") x WHERE x.number = events.number"),
	},
	{
		name: "inbox-head", says: "an inbox whose end is not that of its messages",
		find: selects("SELECT 'account ' || recipient FROM (" + wrongInboxHeads + ")"),
		mend: does(replaceHeads + wrongInboxHeads),
	},
	{name: "read-count", says: "a member of whom it is not known how much it has read", find: wrongCounts, mend: mendCounts},
}

func (d *sqliteDoctor) rooms() (rooms []roomRecord, err error) {
	err = d.db.each(selectRoom, nil, func(scan func(...any) error) error {
		r, err := scanRoom(scan)
		rooms = append(rooms, r)
		return err
	})
	return slices.DeleteFunc(rooms, func(r roomRecord) bool { return r.Look == d.how.Look(r.Name) }), err
}

func wrongLooks(d *sqliteDoctor) (where []string, err error) {
	rooms, err := d.rooms()
	for i := range rooms {
		where = append(where, fmt.Sprintf("room %d", rooms[i].ID))
	}
	return where, err
}

func mendLooks(d *sqliteDoctor) error {
	rooms, err := d.rooms()
	for i := range rooms {
		if err == nil {
			_, err = d.db.exec("UPDATE rooms SET look = ? WHERE id = ?", d.how.Look(rooms[i].Name), int64(rooms[i].ID))
		}
	}
	return err
}

// countedRead is how many messages a room had up to what a member has read.
type countedRead struct {
	account, room ID
	count         int64
}

// wrongReads are the members whose count is not that of the messages, with the right one. Of what is not kept any more nobody knows it.
func (d *sqliteDoctor) wrongReads() (wrong []countedRead, err error) {
	type said struct{ number, count int64 }
	rooms := map[ID][]said{}
	err = d.db.each("SELECT -recipient, number, thread_count FROM events WHERE kind = 1 AND recipient < 0 ORDER BY number", nil, func(scan func(...any) error) error {
		var room ID
		var m said
		err := scan(&room, &m.number, &m.count)
		rooms[room] = append(rooms[room], m)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = d.db.each("SELECT account, room, read, read_count FROM members", nil, func(scan func(...any) error) error {
		var c countedRead
		var read, counted int64
		err := scan(&c.account, &c.room, &read, &counted)
		all := rooms[c.room]
		if i := sort.Search(len(all), func(i int) bool { return all[i].number > read }); i > 0 && all[i-1].count != counted {
			c.count = all[i-1].count
			wrong = append(wrong, c)
		} else if i == 0 && len(all) > 0 && counted >= all[0].count {
			c.count = all[0].count - 1
			wrong = append(wrong, c)
		}
		return err
	})
	return wrong, err
}

func wrongCounts(d *sqliteDoctor) (where []string, err error) {
	wrong, err := d.wrongReads()
	for _, c := range wrong {
		where = append(where, fmt.Sprintf("account %d in room %d", c.account, c.room))
	}
	return where, err
}

func mendCounts(d *sqliteDoctor) error {
	wrong, err := d.wrongReads()
	for _, c := range wrong {
		if err == nil {
			_, err = d.db.exec("UPDATE members SET read_count = ? WHERE account = ? AND room = ?", c.count, int64(c.account), int64(c.room))
		}
	}
	return err
}

// mostLog is how long the log may get: a checkpoint cuts it to 64 MiB.
const mostLog = 128 << 20

// leastRoom is how much the disk should have left.
const leastRoom = 64 << 20

// sqliteFileChecks are about the file, and not what is in the tables.
var sqliteFileChecks = []sqliteCheck{
	{name: "permissions", says: "everybody on the machine can read the file", find: readableFiles, mend: hideFiles},
	{
		name: "log", says: "the log has grown large", // some other program reads the file and never ends
		find: func(d *sqliteDoctor) ([]string, error) {
			if info, err := os.Stat(d.path + "-wal"); err == nil && info.Size() > mostLog {
				return []string{fmt.Sprintf("%d MiB", info.Size()>>20)}, nil
			}
			return nil, nil
		},
		mend: func(d *sqliteDoctor) error { return d.db.run("PRAGMA wal_checkpoint(TRUNCATE)") },
	},
	{
		name: "free-space", says: "much of the file is free, and a store of an earlier version does not give it back by itself",
		find: selects(fmt.Sprintf("SELECT freelist_count * page_size / 1048576 || ' MiB' FROM pragma_freelist_count, pragma_page_count, pragma_page_size, pragma_auto_vacuum "+
			"WHERE auto_vacuum = 0 AND freelist_count > max(page_count / %d, %d)", spareShare, giveBackMost)),
		mend: func(d *sqliteDoctor) error {
			if err := d.db.run("PRAGMA auto_vacuum = incremental"); err != nil {
				return err
			}
			return d.db.run("VACUUM")
		},
	},
	{name: "disk", says: "the disk is nearly full", find: fullDisk, hint: "make room"},
}

// files are those that belong to the store.
func (d *sqliteDoctor) files() []string {
	return []string{d.path, d.path + "-wal", d.path + "-shm", d.path + ".lock"}
}

func readableFiles(d *sqliteDoctor) (where []string, err error) {
	for _, file := range d.files() {
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o007 != 0 {
			where = append(where, fmt.Sprintf("%s has %v", file, info.Mode().Perm()))
		}
	}
	return where, nil
}

func hideFiles(d *sqliteDoctor) error {
	for _, file := range d.files() {
		if info, err := os.Stat(file); err == nil {
			if err := os.Chmod(file, info.Mode().Perm()&^0o007); err != nil {
				return err
			}
		}
	}
	return nil
}
