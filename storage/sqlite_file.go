package storage

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	sqliteApplication = 0x7061726c // "parl", so that file(1) and we know the file for ours
	sqliteVersion     = 1
)

//go:embed sqlite_schema.sql
var sqliteSchema string

var (
	errNotOurs  = errors.New("it is the database of another program")
	errNewer    = errors.New("it is from a newer parley")
	errDamaged  = errors.New("it is shorter than it should be")
	fileHeading = []byte("SQLite format 3\x00")
)

// checkPath finds what SQLite would only call "unable to open".
func checkPath(path string) error {
	if path == "" {
		return errors.New("the store has no file name: name one, as in sqlite:parley.db")
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("the directory %s for the store does not exist: create it, or name another file", folder)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the store %s can't be written: give this user the right to write it and its directory", path)
	case err != nil:
		return fmt.Errorf("the store %s can't be opened: %w; name another file or put this right", path, errors.Unwrap(err))
	}
	defer file.Close()
	heading := make([]byte, len(fileHeading))
	n, err := io.ReadFull(file, heading)
	if errors.Is(err, io.EOF) {
		return nil // an empty file is a new store
	}
	if !bytes.Equal(heading[:n], fileHeading) {
		return fmt.Errorf("%s is not a parley store, not even an SQLite file: name another file", path)
	}
	return nil
}

// prepareFile makes the tables of a new file, and looks whether an old one is one that we can use.
func prepareFile(db *sqliteConn, path string) (err error) {
	if _, err := db.conn.ExecContext(always, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			db.conn.ExecContext(always, "ROLLBACK")
		}
	}()
	var application, version, tables int64
	query := "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id, pragma_user_version"
	if err := db.conn.QueryRowContext(always, query).Scan(&application, &version, &tables); err != nil {
		return err
	}
	switch {
	case application == 0 && tables == 0:
		marks := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", sqliteApplication, sqliteVersion)
		if _, err := db.conn.ExecContext(always, sqliteSchema+marks); err != nil {
			return err
		}
	case application != sqliteApplication:
		return errNotOurs
	case version > sqliteVersion:
		return errNewer
	default:
		if err := checkWhole(db, path); err != nil {
			return err
		}
	}
	_, err = db.conn.ExecContext(always, "COMMIT")
	return err
}

// checkWhole finds the common kinds of damage without reading the whole file: it was cut short, or a table can't be read where it
// begins or ends.
func checkWhole(db *sqliteConn, path string) error {
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
	for _, table := range []string{"accounts", "inboxes", "messages", "chains", "progress"} {
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

// describeSQLite turns an error of opening the file into a sentence that says what to do.
func describeSQLite(path string, err error) error {
	var failure *sqlite.Error
	code := 0
	if errors.As(err, &failure) {
		code = failure.Code() & 0xff
	}
	switch {
	case errors.Is(err, errNotOurs):
		return fmt.Errorf("%s is the database of another program: name another file", path)
	case errors.Is(err, errNewer):
		return fmt.Errorf("%s was written by a newer parley: start that one, or name another file", path)
	case errors.Is(err, errDamaged), code == sqlite3.SQLITE_CORRUPT, code == sqlite3.SQLITE_NOTADB, code == sqlite3.SQLITE_ERROR:
		return fmt.Errorf("the store %s is damaged (%w): put back a copy, or try sqlite3 %s .recover", path, err, path)
	case code == sqlite3.SQLITE_FULL:
		return fmt.Errorf("the disk of the store %s is full: make room", path)
	case code == sqlite3.SQLITE_READONLY, code == sqlite3.SQLITE_CANTOPEN, code == sqlite3.SQLITE_PERM:
		return fmt.Errorf("the store %s can't be written: give this user the right to write it and its directory", path)
	case code == sqlite3.SQLITE_BUSY, code == sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("the store %s is held by another program: end that one, then try again", path)
	}
	return fmt.Errorf("the store %s can't be opened: %w", path, err)
}
