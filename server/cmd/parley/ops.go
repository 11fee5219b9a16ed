package main

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"parley/commands"
	"parley/server"
	"parley/server/internal/ops"
)

// opsFlags are about the operators' port.
type opsFlags struct {
	Ops       string `placeholder:"ADDRESS" env:"PARLEY_OPS" help:"Show operators how the server does there, such as localhost:8890: /metrics for Prometheus, /healthz, /readyz, profiles (default off)."`
	OpsPublic bool   `env:"PARLEY_OPS_PUBLIC" help:"Let --ops be an address that others can reach, and see without a password (default no)."`
}

// answerTime is how long the event loops may take to show that they work, besides the time that the store may take.
const answerTime = 5 * time.Second

// opsPort is the operators' port. It is there before the server and after it.
type opsPort struct {
	registry *prometheus.Registry
	port     *ops.Server                   // nil if none is wanted
	server   atomic.Pointer[server.Server] // nil before it is started
	timeout  atomic.Int64                  // of Alive: a time.Duration
}

// startOps opens the port, if one is wanted.
func (o *serveCommand) startOps(log *zap.Logger) (*opsPort, error) {
	p := &opsPort{registry: ops.NewRegistry(commands.Version)}
	p.allowFor(o.StoreTimeout)
	p.registry.MustRegister(logLinesDropped)
	if o.Ops == "" {
		return p, nil
	}
	var err error
	p.port, err = ops.Start(ops.Config{
		Address: o.Ops, Public: o.OpsPublic, Version: commands.Version, Registry: p.registry, Alive: p.alive, Ready: p.ready, Log: log,
	})
	if err == nil {
		log.Info("listening for operators", zap.Stringer("on", p.port.Addr()))
	}
	return p, err
}

// allowFor says how long the committer may be waiting for the store.
func (p *opsPort) allowFor(store time.Duration) { p.timeout.Store(int64(store + answerTime)) }

func (p *opsPort) alive() error {
	s := p.server.Load()
	if s == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(p.timeout.Load()))
	defer cancel()
	return s.Alive(ctx)
}

var errStarting = errors.New("starting")

func (p *opsPort) ready() error {
	if s := p.server.Load(); s != nil {
		return s.Ready()
	}
	return errStarting
}

// stop closes the port.
func (p *opsPort) stop() {
	if p.port != nil {
		p.port.Stop()
	}
}
