package storage

import (
	"fmt"
	"strings"
)

// syncMode says when the disk has what was committed, as SQLite's synchronous does.
type syncMode string

const (
	// syncNormal leaves it to the system when the log gets to the disk, so a power cut may take the last messages. A crash of parley takes none.
	syncNormal syncMode = "normal"
	// syncFull waits for the disk with each commit: what was answered is there after a power cut, too.
	syncFull syncMode = "full"
)

// readSQLiteAddress reads what stands behind "sqlite:": FILE, or FILE?sync=MODE. The name of a file can't have a question mark.
func readSQLiteAddress(address string) (file string, sync syncMode, err error) {
	file, option, found := strings.Cut(address, "?")
	if !found {
		return file, syncNormal, nil
	}
	name, mode, _ := strings.Cut(option, "=")
	sync = syncMode(mode)
	if name != "sync" || sync != syncNormal && sync != syncFull {
		return "", "", fmt.Errorf("the store sqlite:%s can't be opened: behind the file's name only ?sync=full or ?sync=normal may stand, "+
			"and a name with a question mark needs a symbolic link without one", address)
	}
	return file, sync, nil
}

// SQLiteFile returns the file that a URL names; ok is false if it names another kind of store, or can't be read.
func SQLiteFile(url string) (file string, ok bool) {
	address, ok := strings.CutPrefix(url, "sqlite:")
	if !ok {
		return "", false
	}
	file, _, err := readSQLiteAddress(address)
	return file, err == nil
}
