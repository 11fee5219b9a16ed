package storage

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// sqliteLock is a lock that only one server may hold. The kernel releases it when the process ends, however it ends.
//
// The database file itself is locked, so that a second server gets in neither by another name of the file nor when FILE.lock is
// lost. FILE.lock is locked as well, because the first version of parley looks at nothing else.
//
// The descriptor of the database file stays open until SQLite has closed the file: closing any descriptor of a file
// ends all the POSIX locks that the process has on it, SQLite's too.
type sqliteLock struct {
	path string
	data *os.File    // the database file
	side *os.File    // FILE.lock, which is also the record of what was last written
	ours unix.Stat_t // of the database file when it was opened
}

// openLock opens the files of a store, and makes them if they are missing.
func openLock(path string) (*sqliteLock, error) {
	data, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, errUnwritable(path)
	case err != nil:
		return nil, fmt.Errorf("the store %s can't be opened: %w; mend that, or name another file", path, errors.Unwrap(err))
	}
	heading := make([]byte, len(fileHeading))
	n, err := io.ReadFull(data, heading)
	if !errors.Is(err, io.EOF) && !bytes.Equal(heading[:n], fileHeading) { // an empty file is a new store
		data.Close()
		return nil, fmt.Errorf("%s is not a parley store, not even an SQLite file: name another file", path)
	}
	l := &sqliteLock{path: path, data: data}
	if err := unix.Fstat(int(data.Fd()), &l.ours); err != nil {
		data.Close()
		return nil, err
	}
	if n == 0 {
		l.giveToOwner()
	}
	return l, nil
}

// giveToOwner gives a file that root has made to whom its directory belongs: root may restore a backup for a server that runs as somebody else.
func (l *sqliteLock) giveToOwner() {
	var dir unix.Stat_t
	if os.Geteuid() == 0 && l.ours.Uid == 0 && unix.Stat(filepath.Dir(l.path), &dir) == nil {
		_ = l.data.Chown(int(dir.Uid), int(dir.Gid)) // a file system without owners needs none
	}
}

// take tries to take the lock, and reports whether it is ours now. In any case it opens FILE.lock.
func (l *sqliteLock) take() (bool, error) {
	free, err := l.takeData()
	if err == nil && l.side == nil {
		err = l.openSide()
	}
	if err != nil || !free {
		return false, err
	}
	free, err = l.flock(l.side)
	if err != nil || !free {
		l.release()
	}
	return free, err
}

// takeData locks the database file, but only on Linux: on other systems flock would conflict with SQLite's own locks.
func (l *sqliteLock) takeData() (bool, error) {
	if runtime.GOOS != "linux" {
		return true, nil
	}
	return l.flock(l.data)
}

func (l *sqliteLock) flock(file *os.File) (bool, error) {
	err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("the store %s can't be locked (%w): keep it on a local disk", l.path, err)
	}
	return true, nil
}

// openSide opens FILE.lock. It gets the owner of the database file, as SQLite's own files do: root may work on the store of a server
// that runs as somebody else.
func (l *sqliteLock) openSide() (err error) {
	l.side, err = os.OpenFile(l.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("the lock of the store, %s.lock, can't be written: give this user the right to write it and its directory", l.path)
	}
	var stat unix.Stat_t
	if os.Geteuid() == 0 && unix.Fstat(int(l.data.Fd()), &stat) == nil {
		_ = l.side.Chown(int(stat.Uid), int(stat.Gid)) // a file system without owners needs none
	}
	return nil
}

// release lets another process take the lock. The files stay, since removing them would let two processes hold it.
func (l *sqliteLock) release() {
	_ = unix.Flock(int(l.data.Fd()), unix.LOCK_UN)
	_ = unix.Flock(int(l.side.Fd()), unix.LOCK_UN)
}

func (l *sqliteLock) close() {
	l.data.Close()
	if l.side != nil {
		l.side.Close()
	}
}

// inPlace returns an error if the path no longer names our file. SQLite would go on writing to a file that nobody finds again.
func (l *sqliteLock) inPlace() error {
	var named unix.Stat_t
	if err := unix.Stat(l.path, &named); err != nil {
		return err
	}
	if named.Dev != l.ours.Dev || named.Ino != l.ours.Ino {
		return fmt.Errorf("%s is no longer the file that was opened: put that back, or restart the server", l.path)
	}
	return nil
}

func heldElsewhere(path string) error {
	return fmt.Errorf("another parley server is using the store %s: stop it first, or name another file", path)
}
