package main

import (
	"context"
	"os"

	"parley/server/cmd/parley/internal/client"
)

type connectCommand struct {
	Address string   `arg:"" optional:"" help:"host, host:port, or [IPv6]:port; port 8888 if none is said."`
	Send    []string `placeholder:"LINE" sep:"none" help:"Send this line, print the answer and leave; may be repeated. The exit status says whether every answer was +."`
}

// Run does not return: the exit status is the client's.
func (c *connectCommand) Run() error {
	os.Exit(client.Run(context.Background(), client.Options{
		Address: c.Address, Send: c.Send,
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
	}))
	return nil
}
