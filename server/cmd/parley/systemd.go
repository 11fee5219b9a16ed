package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// systemd is how the program tells systemd what it does (sd_notify(3)). Without systemd it tells nobody.
type systemd struct{ socket string }

func newSystemd() systemd { return systemd{os.Getenv("NOTIFY_SOCKET")} }

// tell sends lines in one datagram. That systemd does not take them is nothing to act on.
func (s systemd) tell(lines string) {
	if s.socket == "" {
		return
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Net: "unixgram", Name: s.socket}) // a name that begins with @ is abstract
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = conn.Write([]byte(lines))
}

func (s systemd) ready() { s.tell("READY=1\nSTATUS=Serving.") }

func (s systemd) stopping() { s.tell("STOPPING=1\nSTATUS=The sessions are told to go elsewhere.") }

// reloading is followed by ready.
func (s systemd) reloading() {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now)
	s.tell(fmt.Sprintf("RELOADING=1\nMONOTONIC_USEC=%d\nSTATUS=Reading the configuration.", now.Nano()/1000))
}

// watch tells the watchdog of systemd, if there is one, that the program goes on, twice in each of its times, until ctx ends. It does so only while alive
// returns nil in time.
func (s systemd) watch(ctx context.Context, alive func(context.Context) error, log *zap.Logger) {
	each := watchdogTime() / 2
	if s.socket == "" || each == 0 {
		return
	}
	go func() {
		tick := time.NewTicker(each)
		defer tick.Stop()
		for {
			within, cancel := context.WithTimeout(ctx, each)
			err := alive(within)
			cancel()
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				log.Error("the watchdog is not told that the server goes on", zap.Error(err))
			default:
				s.tell("WATCHDOG=1")
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
}

// watchdogTime is after which silence systemd ends the program; 0: never.
func watchdogTime() time.Duration {
	if pid := os.Getenv("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	us, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil || us <= 0 {
		return 0
	}
	return time.Duration(us) * time.Microsecond
}
