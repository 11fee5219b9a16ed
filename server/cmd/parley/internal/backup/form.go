// Package backup writes and reads backups: what a store keeps, as a file that needs no store to be read.
//
// A backup is JSON lines, compressed by gzip: a header, then a line for each storage.Record, in the order of storage.Dump, and an end. The end has a
// digest of all that is in front of it, so a file that was cut or damaged is noticed before anything is done with it. docs/backup.md describes it.
package backup

import (
	"errors"
	"fmt"
	"time"
)

// Version is that of the form. A reader refuses another one.
const Version = 1

// Header is the first line.
type Header struct {
	Parley  string    `json:"parley"` // always "backup"
	Version int       `json:"version"`
	Made    time.Time `json:"made"` // when it was begun
	By      string    `json:"by"`   // the version of the program that has written it
}

// End is the last line.
type End struct {
	End     time.Time      `json:"end"` // when it was finished
	Records int            `json:"records"`
	Kinds   map[string]int `json:"kinds"`  // how many records of each kind
	SHA256  string         `json:"sha256"` // of all lines in front of this one, uncompressed, in hexadecimal
}

// What can be wrong with a file. Each is a part of a sentence.
var (
	ErrForeign = errors.New("it is no backup of parley")
	ErrNewer   = errors.New("it was made by a newer parley: use that one")
	ErrCut     = errors.New("it is cut short: its end is missing")
	ErrDamaged = errors.New("it is damaged")
)

// damaged says what of a file is damaged.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrDamaged, fmt.Errorf(format, args...))
}
