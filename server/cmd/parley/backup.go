package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dustin/go-humanize"
	"golang.org/x/term"

	"parley/commands"
	"parley/server/cmd/parley/internal/backup"
	"parley/storage"
)

// backupCommand writes all that a store keeps to a file. It works beside a running server.
type backupCommand struct {
	storeFlag

	Force bool   `help:"Replace FILE if there is one."`
	File  string `arg:"" name:"FILE" help:"The file to write; - is standard output."`
}

func (b *backupCommand) Run() error {
	m := startMoving()
	defer m.end()
	if b.File == "-" {
		return interrupted(b.print(m), "the backup is not whole")
	}
	f, err := backup.Create(b.File, commands.Version, b.Force)
	if err != nil {
		return err
	}
	if err := b.write(m, f.Add); err != nil {
		f.Discard()
		return interrupted(err, b.File+" was not written")
	}
	end, size, err := f.Finish(b.Force)
	if err != nil {
		f.Discard()
		return err
	}
	m.end()
	fmt.Fprintf(os.Stderr, "%s has %s, %s: %s\n", b.File, humanize.IBytes(uint64(size)), m, kindsText(end.Kinds))
	return nil
}

// print writes the backup to standard output.
func (b *backupCommand) print(m *moving) error {
	if term.IsTerminal(int(os.Stdout.Fd())) {
		return errors.New("a backup is no text for a terminal: name a file, or pipe it to one")
	}
	w, err := backup.NewWriter(os.Stdout, commands.Version)
	if err != nil {
		return err
	}
	if err := b.write(m, w.Add); err != nil {
		return err
	}
	end, err := w.Close()
	if err != nil {
		return err
	}
	m.end()
	fmt.Fprintf(os.Stderr, "%s: %s\n", m, kindsText(end.Kinds))
	return nil
}

func (b *backupCommand) write(m *moving, add func(*storage.Record) error) error {
	next := m.dump(b.Store)
	for {
		r, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = add(r)
		}
		if err != nil {
			m.stop() // the dump, too
			return err
		}
	}
}
