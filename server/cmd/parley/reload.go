package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"go.uber.org/zap"
	"golang.org/x/term"

	"parley/server/cmd/parley/internal/cli"
)

// needRestart are the settings that a running server can't change. All others can be changed by a reload.
var needRestart = []string{
	"listen", "listen-tls", "listen-irc", "listen-irc-tls", "tls-auto", "tls-auto-dir", "tls-auto-http", "tls-auto-ca", "proxy-protocol", "store", "node", "shards", "ops", "ops-public", "control", "config", "check",
}

// reloaded is what has become of a reload: lists of settings, or what is wrong.
type reloaded struct {
	Changed []string     `json:"changed,omitempty"` // that have another value now
	Restart []string     `json:"restart,omitempty"` // that are other ones in the file, and need a restart
	Wrong   cli.Problems `json:"wrong,omitempty"`   // then nothing was changed
}

// hangups returns a channel of SIGHUPs. On a terminal there is none: there the signal says that the terminal is gone, and ends the program.
func hangups() <-chan os.Signal {
	if term.IsTerminal(int(os.Stderr.Fd())) {
		return nil
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	return c
}

// reload reads the settings again, and uses those that a running server can change. It is for the goroutine of Run.
func (a *app) reload() (r reloaded) {
	a.systemd.reloading()
	defer a.systemd.ready()
	r, err := a.readAgain()
	if err != nil {
		r = reloaded{Wrong: cli.Problems{err.Error()}}
		errors.As(err, &r.Wrong)
	}
	if r.Wrong != nil {
		a.log.Warn("the old configuration is kept", zap.Strings("problems", r.Wrong))
	} else {
		a.log.Info("configuration was read again", zap.Strings("changed", r.Changed), zap.Strings("restart", r.Restart))
	}
	return r
}

func (a *app) readAgain() (r reloaded, err error) {
	p, _, err := parseArgs(a.options.settings.args)
	if err != nil {
		return r, err
	}
	next := &p.Serve
	r.Changed, r.Restart = next.keepFixed(a.options)
	config, err := next.config(a.log)
	if err != nil {
		return r, err
	}
	if err := a.server.Configure(config); err != nil {
		return r, err
	}
	a.store.SetLimits(next.limits())
	a.level.SetLevel(next.LogLevel)
	a.ops.allowFor(next.StoreTimeout)
	if !slices.Equal(config.Chat.MOTD, a.shownMOTD) && !slices.Contains(r.Changed, "motd") {
		r.Changed = append(r.Changed, "motd")
	}
	a.options, a.shownMOTD = next, config.Chat.MOTD
	return r, nil
}

// keepFixed compares the settings with those of a running server, and takes over what that can't change.
func (o *serveCommand) keepFixed(running *serveCommand) (changed, restart []string) {
	fixed := needRestart
	if !running.speaksTLS() {
		fixed = append(slices.Clone(fixed), "tls-cert", "tls-key") // they come with a port for TLS
	}
	for _, flag := range o.settings.command.AllFlags() {
		old := running.settings.command.Flag(flag.Name)
		if flag.Equal(old) {
			continue
		}
		if slices.Contains(fixed, flag.Name) {
			restart = append(restart, flag.Name)
			flag.Take(old)
		} else {
			changed = append(changed, flag.Name)
		}
	}
	return changed, restart
}

// reloadCommand asks a running server to read its settings again.
type reloadCommand struct {
	configFlag `embed:""`
	Control    string `placeholder:"FILE" env:"PARLEY_CONTROL" help:"The server's control socket; as for serve."`
}

// Run prints what has become of it. If the settings are wrong it fails, and the server goes on with those that it has.
func (c *reloadCommand) Run() error {
	if c.Control == "" {
		return errors.New("name the server's control socket: in its configuration file, which --config names, or with --control")
	}
	r, err := askReload(c.Control)
	if err != nil {
		return err
	}
	if r.Wrong != nil {
		return append(r.Wrong, "the server keeps the settings that it has")
	}
	if len(r.Changed)+len(r.Restart) == 0 {
		fmt.Println("nothing has changed")
	}
	if len(r.Changed) > 0 {
		fmt.Println("changed: " + strings.Join(r.Changed, " "))
	}
	if len(r.Restart) > 0 {
		fmt.Println("these need a restart: " + strings.Join(r.Restart, " "))
	}
	return nil
}
