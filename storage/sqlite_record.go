package storage

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// sqliteRecord is the content of FILE.lock: which file this program has last written, how far its numbers have gone, and how it was
// left. At the next start it shows whether somebody has put back an older file. Only the holder of the lock writes it.
type sqliteRecord struct {
	file *os.File
	sqliteTraces
}

// sqliteTraces is what the record holds; zero if there is no record.
type sqliteTraces struct {
	highest int64 // the highest number ever given
	file    fileIdentity
	boot    string    // of the machine, while the file was in use; empty: not known
	left    fileState // of the file when it was closed in order; zero: it was not
}

// fileIdentity is what all the names of a file have in common.
type fileIdentity struct{ device, inode uint64 }

// fileState changes with everything that is written to a file. Times are nanoseconds.
type fileState struct{ changed, modified, size int64 }

// recordFormat has fixed widths, so that one write can replace the whole record, or the number alone.
const recordFormat = "highest %019d\nfile %020d %020d\nleft %019d %019d %019d\nboot %36s\n"

const recordScan = "highest %d\nfile %d %d\nleft %d %d %d\nboot %s\n"

const highestAt = int64(len("highest "))

// readRecord reads the record beside a store. A file that can't be understood counts as no record.
func readRecord(lock *sqliteLock) (*sqliteRecord, error) {
	r := &sqliteRecord{file: lock.side}
	text, err := io.ReadAll(io.NewSectionReader(lock.side, 0, 4096))
	if err != nil {
		return nil, fmt.Errorf("the record of the store %s can't be read: %w", lock.path, err)
	}
	t := &r.sqliteTraces
	_, err = fmt.Sscanf(string(text), recordScan,
		&t.highest, &t.file.device, &t.file.inode, &t.left.changed, &t.left.modified, &t.left.size, &t.boot)
	if err != nil {
		*t = sqliteTraces{}
	}
	if t.boot == "-" {
		t.boot = ""
	}
	return r, nil
}

// write replaces the record.
func (r *sqliteRecord) write(t sqliteTraces) error {
	boot := t.boot
	if boot == "" {
		boot = "-"
	}
	text := fmt.Sprintf(recordFormat, t.highest, t.file.device, t.file.inode, t.left.changed, t.left.modified, t.left.size, boot)
	if _, err := r.file.WriteAt([]byte(text), 0); err != nil {
		return err
	}
	r.sqliteTraces = t
	return r.file.Truncate(int64(len(text)))
}

// traces returns what the record should say about an open file, and the state of the file now.
func traces(file *os.File, highest int64) (t sqliteTraces, now fileState, err error) {
	var stat unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &stat); err != nil {
		return t, now, err
	}
	t = sqliteTraces{highest: highest, file: fileIdentity{uint64(stat.Dev), stat.Ino}, boot: bootID()}
	return t, fileState{stat.Ctim.Nano(), stat.Mtim.Nano(), stat.Size}, nil
}

// bootID names the current boot of the machine; it is empty if the system does not tell.
func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}

// noteGiven writes the highest number to the record before anybody is told of it: 19 bytes for every commit that gave one.
func (s *sqliteStore) noteGiven(number int64) error {
	if s.shared {
		return s.noteIfAlone(number)
	}
	if number <= s.record.highest {
		return nil
	}
	var digits [19]byte
	for i, rest := len(digits)-1, number; i >= 0; i, rest = i-1, rest/10 {
		digits[i] = '0' + byte(rest%10)
	}
	if _, err := s.record.file.WriteAt(digits[:], highestAt); err != nil {
		return err
	}
	s.record.highest = number
	return nil
}

// noteIfAlone is noteGiven for an operator's command, which writes the record only if no server is running; a running server sees the
// number with its next commit and notes it then.
func (s *sqliteStore) noteIfAlone(number int64) error {
	alone, err := s.lock.take()
	if err != nil || !alone {
		return err
	}
	defer s.lock.release()
	t, _, err := traces(s.lock.data, number)
	if err != nil {
		return err
	}
	return s.record.write(t)
}

// recordStop notes how the file was left, after SQLite has closed it. An operator's command, whose writes have changed the file, does so
// if no server is running. An error here is ignored: the numbers make a jump at the next start, and that is all.
func (s *sqliteStore) recordStop() {
	if s.shared {
		alone, err := s.lock.take()
		if err != nil || !alone {
			return
		}
		if s.record, err = readRecord(s.lock); err != nil {
			return
		}
	}
	if s.lock.inPlace() != nil {
		return
	}
	t, now, err := traces(s.lock.data, max(s.record.highest, s.writer.given))
	if err == nil {
		t.left = now
		_ = s.record.write(t)
	}
}
