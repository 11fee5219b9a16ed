package storage

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"modernc.org/sqlite" // also the driver called sqlite
)

// sqliteConn is one connection with the statements that it has prepared. It is for one goroutine at a time.
type sqliteConn struct {
	db         *sql.DB
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

// always is the context of the statements. A context with a deadline would cost a goroutine for each statement, and could not
// interrupt a disk that hangs. So whoever waits for the writer or a reader watches the deadline instead.
var always = context.Background()

// busyWait is how long a statement waits for other processes, which hold the file locked for a moment.
const busyWait = 2 * time.Second

// connectSQLite opens the file of that absolute path.
func connectSQLite(path string, sync syncMode) (*sqliteConn, error) {
	pragmas := []string{
		fmt.Sprintf("busy_timeout(%d)", busyWait.Milliseconds()),
		"journal_mode(wal)",
		"synchronous(" + string(sync) + ")",
		fmt.Sprintf("wal_autocheckpoint(%d)", checkpointEach),
		"journal_size_limit(67108864)",
		"cache_size(-32000)",
	}
	if info, err := os.Stat(path); err == nil && info.Size() == 0 {
		pragmas = append([]string{"auto_vacuum(incremental)"}, pragmas...) // before the first page is written
	}
	name := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": pragmas}.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(always)
	if err != nil {
		db.Close()
		return nil, err
	}
	return &sqliteConn{db: db, conn: conn, statements: map[string]*sql.Stmt{}}, nil
}

func (c *sqliteConn) close() {
	for _, statement := range c.statements {
		statement.Close()
	}
	c.conn.Close()
	c.db.Close()
}

// dataVersion changes with each commit over this connection, and with the beginning of a transaction if another connection has written since the one before.
// Unlike PRAGMA data_version it does not begin one itself.
func (c *sqliteConn) dataVersion() (version int64, err error) {
	err = c.conn.Raw(func(conn any) error {
		now, err := conn.(sqlite.FileControl).FileControlDataVersion("main")
		version = int64(now)
		return err
	})
	return version, err
}

// written returns how many pages the connection has written to the log since it was last asked. SQLite's counter would begin anew after some terabytes.
func (c *sqliteConn) written() (pages int, err error) {
	err = c.conn.Raw(func(conn any) (err error) {
		pages, _, err = conn.(sqlite.DBStatus).Status(sqlite.DBStatusCacheWrite, true)
		return err
	})
	return pages, err
}

// prepare returns the statement of that text, prepared once.
func (c *sqliteConn) prepare(query string) (*sql.Stmt, error) {
	if statement := c.statements[query]; statement != nil {
		return statement, nil
	}
	statement, err := c.conn.PrepareContext(always, query)
	if err != nil {
		return nil, err
	}
	c.statements[query] = statement
	return statement, nil
}

// exec returns how many rows it changed.
func (c *sqliteConn) exec(query string, args ...any) (int64, error) {
	statement, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	result, err := statement.ExecContext(always, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// row reads the only row of an answer, or returns sql.ErrNoRows.
func (c *sqliteConn) row(query string, args []any, into ...any) error {
	statement, err := c.prepare(query)
	if err != nil {
		return err
	}
	return statement.QueryRowContext(always, args...).Scan(into...)
}

// each calls read for every row of an answer.
func (c *sqliteConn) each(query string, args []any, read func(scan func(into ...any) error) error) error {
	statement, err := c.prepare(query)
	if err != nil {
		return err
	}
	rows, err := statement.QueryContext(always, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// run does a statement and drops its answer. Some do their work row by row.
func (c *sqliteConn) run(query string) error {
	return c.each(query, nil, func(func(...any) error) error { return nil })
}

// insert adds many rows to a table with few statements, since a call of SQLite costs more than a row. Values holds the rows one after the
// other.
func (c *sqliteConn) insert(table insertInto, values []any) error {
	for i, rows := range insertSizes {
		for n := rows * table.columns; len(values) >= n; values = values[n:] {
			if _, err := c.exec(table.queries[i], values[:n]...); err != nil {
				return err
			}
		}
	}
	return nil
}

// insertSizes are how many rows a statement inserts.
var insertSizes = [...]int{64, 8, 1}

// insertInto has the statements of a table, one for each size.
type insertInto struct {
	columns int
	queries [len(insertSizes)]string
}

// insertRows takes the beginning of the statement, as "INSERT INTO table".
func insertRows(beginning string, columns ...string) insertInto {
	into := insertInto{columns: len(columns)}
	row := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
	for i, rows := range insertSizes {
		into.queries[i] = beginning + " (" + strings.Join(columns, ", ") + ") VALUES " + row + strings.Repeat(", "+row, rows-1)
	}
	return into
}

// eventColumns are those that are not computed.
var eventColumns = []string{"number", "at", "kind", "sender", "sender_name", "recipient", "thread_count", "thread_previous", "inbox_previous", "text"}

var (
	intoEvents  = insertRows("INSERT INTO events", eventColumns...)
	intoAside   = insertRows("INSERT INTO temp.aside", eventColumns...) // of sqliteLoad
	intoInboxes = insertRows("INSERT OR REPLACE INTO inboxes", "account", "acked", "expired")
	intoMembers = insertRows("INSERT INTO members", "account", "room", "since", "role", "read", "read_count")
	intoThreads = insertRows("INSERT OR REPLACE INTO threads", "a", "b", "head", "count")
)
