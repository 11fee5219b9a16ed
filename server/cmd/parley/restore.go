package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"parley/server/cmd/parley/internal/backup"
)

// restoreCommand makes a store hold what a backup has. It works beside a running server, whose sessions end.
type restoreCommand struct {
	storeFlag

	Replace bool   `help:"Do it even if the store has accounts: all that it holds is removed."`
	File    string `arg:"" name:"FILE" help:"The backup; - is standard input."`
}

func (r *restoreCommand) Run() error {
	file, err := r.open()
	if err != nil {
		return err
	}
	defer file.Close()
	checked, err := backup.Check(file)
	if err != nil {
		return r.unusable(err)
	}
	m := startMoving() // not before: what is read from standard input may never end, and Ctrl-C ends that as it ends any program
	defer m.end()
	from, err := r.again(file)
	if err == nil {
		err = m.load(r.Store, r.Replace, m.ahead(from.Each))
	}
	if err != nil {
		return interrupted(err, "the store is as it was")
	}
	m.end()
	fmt.Fprintf(os.Stderr, "the store has the backup of %s now, %s: %s\n", stamp(checked.Header.Made), m, kindsText(checked.End.Kinds))
	return nil
}

// open opens the backup. Standard input is copied to a file without a name, since a backup is read twice: it must be whole before anything is
// changed.
func (r *restoreCommand) open() (*os.File, error) {
	if r.File != "-" {
		file, err := os.Open(r.File)
		if err != nil {
			err = fmt.Errorf("the backup can't be read: %w", err)
		}
		return file, err
	}
	file, err := os.CreateTemp("", "parley-restore-")
	if err != nil {
		return nil, err
	}
	os.Remove(file.Name())
	if _, err = io.Copy(file, os.Stdin); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	return file, err
}

// again reads the backup from its beginning.
func (r *restoreCommand) again(file *os.File) (*backup.Reader, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return backup.NewReader(file)
}

func (r *restoreCommand) unusable(err error) error {
	name := r.File
	if name == "-" {
		name = "standard input"
	}
	for _, why := range []error{backup.ErrForeign, backup.ErrNewer, backup.ErrCut, backup.ErrDamaged} {
		if errors.Is(err, why) {
			return fmt.Errorf("%s can't be restored, and nothing was changed: %w", name, err)
		}
	}
	return fmt.Errorf("%s can't be read, and nothing was changed: %w", name, err)
}
