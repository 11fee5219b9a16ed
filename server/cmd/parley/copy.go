package main

import (
	"errors"
	"fmt"
	"os"

	"parley/storage"
)

// copyCommand takes all that one store keeps to another one. Both may be in use.
type copyCommand struct {
	From    string `placeholder:"URL" help:"The store to read, as for serve."`
	To      string `placeholder:"URL" help:"The store to write."`
	Replace bool   `help:"Do it even if the other store has accounts: all that it holds is removed."`
}

func (c *copyCommand) Run() error {
	switch {
	case c.From == "" || c.To == "":
		return errors.New("name both stores: parley copy --from URL --to URL")
	case c.From == c.To:
		return errors.New("the two stores are the same")
	}
	m := startMoving()
	defer m.end()
	next, kinds := m.dump(c.From), map[string]int{}
	first, err := next() // before the other store is opened, and perhaps made
	if err != nil {
		return interrupted(err, "the store to write is as it was")
	}
	err = m.load(c.To, c.Replace, func() (r *storage.Record, err error) {
		if r, first = first, nil; r == nil {
			r, err = next()
		}
		if err == nil {
			kinds[r.Kind()]++
		}
		return r, err
	})
	if err != nil {
		return interrupted(err, "the store to write is as it was")
	}
	m.end()
	fmt.Fprintf(os.Stderr, "copied %s: %s\n", m, kindsText(kinds))
	return nil
}
