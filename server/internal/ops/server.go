// Package ops is the operators' port: how the server does, for Prometheus, for balancers and supervisors, for profilers, and for people.
package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"parley/server/internal/ops/page"
)

// Config is what an operator may choose, and what the port shows.
type Config struct {
	Address  string // TCP, as net.Listen takes it
	Public   bool   // it may be one that others can reach
	Version  string // of the server
	Registry *prometheus.Registry
	Alive    func() error // why the server should be started anew, nil if it works; it must return
	Ready    func() error // why no new clients should come, nil if they should
	Log      *zap.Logger
}

// Server is a running operators' port.
type Server struct {
	listener net.Listener
	http     *http.Server
	sampler  *sampler
}

// A client of the port may not hold it up. A profile may take a minute.
const (
	headerTime = 5 * time.Second
	idleTime   = time.Minute
	answerTime = 2 * time.Minute
	maxHeader  = 16 << 10 // bytes
	stopTime   = time.Second
)

// Start serves. An error is for the operator to read.
func Start(c Config) (*Server, error) {
	address, err := resolve(c.Address, c.Public)
	if err != nil {
		return nil, err
	}
	listener, err := net.ListenTCP("tcp", address)
	if call := new(os.SyscallError); errors.As(err, &call) {
		err = call.Err
	}
	if err != nil {
		return nil, fmt.Errorf("--ops: can't listen on %s: %w", c.Address, err)
	}
	s := &Server{listener: listener, sampler: startSampler(c.Registry, c.Version)}
	s.http = &http.Server{
		Handler:           c.guard(s.routes(&c)),
		ReadHeaderTimeout: headerTime, ReadTimeout: headerTime, IdleTimeout: idleTime, WriteTimeout: answerTime, MaxHeaderBytes: maxHeader,
		ErrorLog: zap.NewStdLog(c.Log),
	}
	go func() { _ = s.http.Serve(listener) }()
	return s, nil
}

// Addr is where it listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Stop ends it. Answers under way are finished, if that does not take long.
func (s *Server) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	s.sampler.stop()
}

func (s *Server) routes(c *Config) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(c.Registry, promhttp.HandlerOpts{ErrorLog: zap.NewStdLog(c.Log)}))
	mux.HandleFunc("GET /healthz", status(c.Alive))
	mux.HandleFunc("GET /readyz", status(c.Ready))
	mux.HandleFunc("GET /history.json", s.sampler.serve)
	// Without cmdline: the password of a store may be there.
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.Handle("GET /", page.Handler(s.sampler.history))
	return mux
}

// status answers ok while check finds nothing, and else with a sentence.
func status(check func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if err := check(); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, err.Error()+"\n")
			return
		}
		_, _ = io.WriteString(w, "ok\n")
	}
}
