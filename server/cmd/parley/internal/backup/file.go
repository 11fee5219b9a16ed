package backup

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// File is a backup that is being written. Until it is finished it is called PATH.part, and PATH is as it was.
type File struct {
	*Writer
	path   string
	part   *os.File
	buffer *bufio.Writer
}

// Create begins the backup of a path. There must be no file of that name, unless it may be replaced.
func Create(path, by string, replace bool) (*File, error) {
	if err := mayWrite(path, replace); err != nil {
		return nil, err
	}
	part, err := os.OpenFile(path+".part", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the backup can't be written: %w", err)
	}
	f := &File{path: path, part: part, buffer: bufio.NewWriterSize(part, 256<<10)}
	if err := f.begin(by); err != nil {
		part.Close()
		return nil, err
	}
	return f, nil
}

// begin takes over what an earlier backup that was killed has left.
func (f *File) begin(by string) (err error) {
	if unix.Flock(int(f.part.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		return fmt.Errorf("another backup is being written to %s: wait for it, or name another file", f.part.Name())
	}
	if !f.isThere() { // the other one has ended between our opening the file and locking it
		return fmt.Errorf("another backup has been written to %s just now: name another file, or begin again", f.path)
	}
	if err := errors.Join(f.part.Chmod(0o600), f.part.Truncate(0)); err != nil {
		return err
	}
	f.Writer, err = NewWriter(f.buffer, by)
	return err
}

// isThere reports whether the name of the part still leads to the file that was opened.
func (f *File) isThere() bool {
	opened, err := f.part.Stat()
	named, gone := os.Lstat(f.part.Name())
	return errors.Join(err, gone) == nil && os.SameFile(opened, named)
}

func mayWrite(path string, replace bool) error {
	if _, err := os.Lstat(path); replace || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("there is a file %s already: name another one, or add --force to replace it", path)
}

// Finish writes the end, reads everything back, and gives the file its name. Then it is on the disk. It returns the size.
func (f *File) Finish(replace bool) (end End, size int64, err error) {
	if end, err = f.Close(); err != nil {
		return end, 0, err
	}
	if err = errors.Join(f.buffer.Flush(), f.part.Sync()); err != nil {
		return end, 0, err
	}
	if size, err = f.part.Seek(0, io.SeekEnd); err != nil {
		return end, size, err
	}
	if err = f.readBack(end); err != nil {
		return end, size, fmt.Errorf("what was written is not what is read back: %w", err)
	}
	if err = mayWrite(f.path, replace); err != nil {
		return end, size, err
	}
	if err = os.Rename(f.part.Name(), f.path); err != nil {
		return end, size, err
	}
	return end, size, errors.Join(syncFolder(filepath.Dir(f.path)), f.part.Close())
}

func (f *File) readBack(end End) error {
	if _, err := f.part.Seek(0, io.SeekStart); err != nil {
		return err
	}
	found, err := Check(f.part)
	if err == nil && found.End.SHA256 != end.SHA256 {
		err = ErrDamaged
	}
	return err
}

// Discard removes what was written so far.
func (f *File) Discard() {
	os.Remove(f.part.Name())
	f.part.Close()
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
