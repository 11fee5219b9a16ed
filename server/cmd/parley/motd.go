package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"parley/commands"
)

// motdFlag is what the operator says to everybody who comes in.
type motdFlag struct {
	MOTD string `name:"motd" placeholder:"FILE" env:"PARLEY_MOTD" help:"Show this text to everybody who logs in: 64 lines and 8 KiB at most, UTF-8 (default none; IRC clients are shown a few lines about parley)."`
}

// motd reads the message of the day.
func (o *motdFlag) motd() ([]string, error) {
	if o.MOTD == "" {
		return nil, nil
	}
	text, err := os.ReadFile(o.MOTD)
	if err != nil {
		return nil, fmt.Errorf("can't read the message of the day %s: %w", o.MOTD, bare(err))
	}
	lines, err := commands.ReadMOTD(text)
	if err != nil {
		return nil, fmt.Errorf("can't use the message of the day %s: %w", o.MOTD, err)
	}
	return lines, nil
}

// bare is what went wrong with a file, without its name.
func bare(err error) error {
	if path := new(fs.PathError); errors.As(err, &path) {
		return path.Err
	}
	return err
}
