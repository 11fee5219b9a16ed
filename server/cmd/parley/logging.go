package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/term"
)

// newLog makes a log on standard error: text if that is a terminal, JSON otherwise. Logging never blocks; flush writes what still waits. What is logged follows
// the level that is returned.
func newLog(from zapcore.Level) (log *zap.Logger, level zap.AtomicLevel, flush func()) {
	level = zap.NewAtomicLevelAt(from)
	w := newLogWriter(os.Stderr)
	config := zap.NewProductionEncoderConfig()
	config.EncodeTime = zapcore.RFC3339TimeEncoder
	encoder := zapcore.NewJSONEncoder(config)
	if term.IsTerminal(int(os.Stderr.Fd())) {
		config.EncodeLevel = zapcore.CapitalColorLevelEncoder
		config.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05")
		encoder = zapcore.NewConsoleEncoder(config)
	}
	return zap.New(zapcore.NewCore(encoder, w, level)), level, w.close
}

// logLinesDropped counts what the log of this process has lost.
var logLinesDropped = prometheus.NewCounter(prometheus.CounterOpts{
	Name: "parley_log_lines_dropped_total", Help: "Lines of the log that were dropped because nobody read them fast enough.",
})

// logWriter keeps a stopped terminal, or a pipe that nobody reads, from stopping the event loop: lines wait in a queue, and when it is full
// they are dropped.
type logWriter struct {
	file    *os.File
	lines   chan []byte
	done    chan struct{}
	dropped atomic.Int64
}

func newLogWriter(file *os.File) *logWriter {
	w := &logWriter{file: file, lines: make(chan []byte, 4096), done: make(chan struct{})}
	go w.run()
	return w
}

func (w *logWriter) Write(line []byte) (int, error) {
	select {
	case w.lines <- append([]byte(nil), line...):
	default:
		w.dropped.Add(1)
		logLinesDropped.Inc()
	}
	return len(line), nil
}

func (w *logWriter) Sync() error { return nil }

func (w *logWriter) run() {
	defer close(w.done)
	for line := range w.lines {
		if line == nil {
			return
		}
		_, _ = w.file.Write(line)
		if n := w.dropped.Swap(0); n > 0 {
			_, _ = fmt.Fprintf(w.file, "{\"level\":\"warn\",\"msg\":\"log lines were dropped\",\"lines\":%d}\n", n)
		}
	}
}

// close writes what waits, for a second at most.
func (w *logWriter) close() {
	late := time.After(time.Second)
	select {
	case w.lines <- nil:
	case <-late:
		return
	}
	select {
	case <-w.done:
	case <-late:
	}
}
