package main

import (
	"context"
	"os"

	"parley/server/cmd/parley/internal/top"
)

// topCommand shows in a terminal what the page of the operators' port shows in a browser.
type topCommand struct {
	configFlag `embed:""`

	Ops string `default:"localhost:8890" placeholder:"ADDRESS" env:"PARLEY_OPS" help:"The server's --ops address (default localhost:8890)."`
}

func (c *topCommand) Run() error {
	return top.Run(context.Background(), c.Ops, os.Stdin, os.Stdout)
}
