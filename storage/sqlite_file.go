package storage

import (
	_ "embed"
	"fmt"
	"os"
	"time"
)

const (
	sqliteApplication = 0x7061726c // "parl", so that file(1) and we know the file for ours
	sqliteVersion     = 5
)

//go:embed sqlite_schema.sql
var sqliteSchema string

var fileHeading = []byte("SQLite format 3\x00")

// prepareFile makes the tables of a new file, checks whether an old one can be used, and converts one of an earlier format. It converts
// only if alone, which says that we hold the lock. It returns the format that it has found, 0 for a new file.
func prepareFile(db *sqliteConn, path string, alone bool) (found int64, err error) {
	if _, err := db.conn.ExecContext(always, "BEGIN IMMEDIATE"); err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			db.conn.ExecContext(always, "ROLLBACK")
		}
	}()
	application, version, tables, err := formatOf(db)
	if err != nil {
		return 0, err
	}
	switch {
	case application == 0 && tables == 0:
		err = makeTables(db)
	case application != sqliteApplication:
		err = errNotOurs
	case version > sqliteVersion:
		err = errNewer
	default:
		err = usable(db, path, version, alone)
	}
	if err != nil {
		return 0, err
	}
	_, err = db.conn.ExecContext(always, "COMMIT")
	return version, err
}

// formatOf says whose file it is, in which format, and how many tables it has. A new one has none, and is nobody's.
func formatOf(db *sqliteConn) (application, version, tables int64, err error) {
	query := "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id, pragma_user_version"
	err = db.conn.QueryRowContext(always, query).Scan(&application, &version, &tables)
	return application, version, tables, err
}

// makeTables makes a new store, with the lobby.
func makeTables(db *sqliteConn) error {
	marks := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", sqliteApplication, sqliteVersion)
	if _, err := db.conn.ExecContext(always, sqliteSchema+marks); err != nil {
		return err
	}
	return insertLobby(db, 1)
}

func insertLobby(db *sqliteConn, id int64) error {
	_, err := db.exec("INSERT INTO rooms (id, key, name, created, look) VALUES (?1, ?2, ?2, ?3, ?2)", id, LobbyName, time.Now().UnixMilli())
	return err
}

// usable checks that a store is whole, and converts it to the current format.
func usable(db *sqliteConn, path string, version int64, alone bool) error {
	if err := checkWhole(db, path, version); err != nil {
		return err
	}
	if version == sqliteVersion && alone {
		_, err := db.exec("CREATE INDEX IF NOT EXISTS threads_b ON threads (b)") // not all of this format have it
		return err
	}
	if version == sqliteVersion {
		return nil
	}
	if !alone {
		return errOlder
	}
	return conversions[version].run(db, version)
}

// formatTables are the tables of each format.
var formatTables = [...][]string{
	1: {"accounts", "inboxes", "messages", "chains", "progress"},
	2: {"accounts", "rooms", "members", "inboxes", "events", "threads", "progress"},
	3: {"accounts", "rooms", "members", "sanctions", "invites", "blocks", "feed", "inboxes", "events", "threads", "progress"},
	4: {"accounts", "rooms", "members", "sanctions", "invites", "blocks", "tokens", "onces", "feed", "inboxes", "events", "threads", "progress"},
	5: {"accounts", "rooms", "members", "sanctions", "invites", "blocks", "tokens", "onces", "feed", "inboxes", "events", "threads", "progress"},
}

// checkWhole finds the common kinds of damage without reading the whole file: it was cut short, or a table can't be read where it
// begins or ends.
func checkWhole(db *sqliteConn, path string, version int64) error {
	var pages, size int64
	if err := db.row("SELECT page_count, page_size FROM pragma_page_count, pragma_page_size", nil, &pages, &size); err != nil {
		return err
	}
	file, err := os.Stat(path)
	if err != nil {
		return err
	}
	log, err := os.Stat(path + "-wal")
	if (err != nil || log.Size() == 0) && file.Size() < pages*size {
		return errDamaged
	}
	for _, table := range formatTables[version] {
		for _, order := range []string{"ASC", "DESC"} {
			query := "SELECT count(*) FROM (SELECT * FROM " + table + " ORDER BY 1 " + order + " LIMIT 1)"
			var rows int
			if err := db.row(query, nil, &rows); err != nil {
				return err
			}
		}
	}
	return nil
}
