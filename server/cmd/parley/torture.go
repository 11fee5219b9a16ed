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
	Store   string `enum:"sqlite,redis,redis+sentinel" default:"sqlite" help:"sqlite, redis or redis+sentinel (default sqlite). Redis needs redis-server. The data is made for the run."`
	Nodes   int    `placeholder:"N" default:"1" help:"How many servers there are on one Redis (default 1)."`
	Shards  int    `placeholder:"N" default:"1" help:"Event loops of each server (default 1)."`
}

// Run starts servers of its own and fails if the contract is broken.
func (t *tortureCommand) Run() error {
	if t.Seconds < 1 || t.Clients < 2 || t.Shards < 1 {
		return errors.New("it takes at least one second, two clients and one shard")
	}
	if t.Nodes < 1 || t.Nodes > 1 && t.Store == "sqlite" {
		return errors.New("more than one node takes --store redis or --store redis+sentinel")
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
		Clients: t.Clients, Nodes: t.Nodes, Shards: t.Shards, Seed: t.Seed, Out: os.Stdout,
	})
}
