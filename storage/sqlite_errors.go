package storage

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Why a file can't be used.
var (
	errNotOurs = errors.New("it is the database of another program")
	errNewer   = errors.New("it is from a newer parley")
	errOlder   = errors.New("it is from an older parley")
	errDamaged = errors.New("it is shorter than it should be")
)

func errUnwritable(path string) error {
	return fmt.Errorf("the store %s can't be written: give this user the right to write it and its directory", path)
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
	case errors.Is(err, errOlder):
		return fmt.Errorf("%s was written by an older parley and is in use: start the server of this version first", path)
	case errors.Is(err, errDamaged), code == sqlite3.SQLITE_CORRUPT, code == sqlite3.SQLITE_NOTADB, code == sqlite3.SQLITE_ERROR:
		return fmt.Errorf("the store %s is damaged (%w): move it away and use parley restore, or try sqlite3 %s .recover", path, err, path)
	case code == sqlite3.SQLITE_FULL:
		return fmt.Errorf("the disk of the store %s is full: make room", path)
	case code == sqlite3.SQLITE_READONLY, code == sqlite3.SQLITE_CANTOPEN, code == sqlite3.SQLITE_PERM:
		return errUnwritable(path)
	case code == sqlite3.SQLITE_BUSY, code == sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("the store %s is held by another program: end that one, then try again", path)
	}
	return fmt.Errorf("the store %s can't be opened: %w", path, err)
}
