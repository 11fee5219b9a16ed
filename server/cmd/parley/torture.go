package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"parley/server/cmd/parley/internal/torture"
)

type tortureCommand struct {
	Seconds int    `placeholder:"N" default:"30" help:"How long there is trouble (default 30)."`
	Clients int    `placeholder:"M" default:"20" help:"How many clients there are (default 20)."`
	Seed    uint64 `placeholder:"S" help:"The same seed makes the same schedule (default: a random one, which is printed)."`
	Store   string `enum:"sqlite,redis" default:"sqlite" help:"sqlite or redis, which needs redis-server (default sqlite). The data is made for the run."`
}

// Run starts a server of its own and fails if the contract is broken.
func (t *tortureCommand) Run() error {
	if t.Seconds < 1 || t.Clients < 2 {
		return errors.New("it takes at least one second and two clients")
	}
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	if t.Seed == 0 {
		t.Seed = uint64(rand.Uint32())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	return torture.Run(ctx, torture.Options{
		Binary: binary, Store: t.Store, Length: time.Duration(t.Seconds) * time.Second,
		Clients: t.Clients, Seed: t.Seed, Out: os.Stdout,
	})
}
