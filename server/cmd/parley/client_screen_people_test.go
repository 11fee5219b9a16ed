package main

import (
	"path/filepath"
	"testing"
)

// moveIn makes an account that is in these rooms, and is not online afterwards.
func moveIn(t *testing.T, address, name string, rooms ...string) {
	t.Helper()
	p := dialAs(t, address, name)
	for _, room := range rooms {
		p.says("/join %s", room)
		p.hears(`\+ join ` + room + ` .*`)
	}
	p.says("/quit")
	p.rest()
}

// resident is somebody who talks by a plain connection, and is in these rooms.
func resident(t *testing.T, address, name string, rooms ...string) *plain {
	t.Helper()
	moveIn(t, address, name, rooms...)
	return loginAs(t, address, name)
}

// tells says something, and waits until it is kept. To is a room or a person.
func (p *plain) tells(to, format string, args ...any) {
	p.t.Helper()
	p.says("/msg "+to+" "+format, args...)
	p.hears(`\+ (msg \S+|all) \d+.*`)
}

// openAs has somebody who has an account sit down at a terminal, and come in by a token, so that nothing is asked. It returns when they are in.
func openAs(t *testing.T, name string, size extent, address, account string, env ...string) *window {
	t.Helper()
	term := newTerminal(t)
	giveToken(t, address, term.home, account)
	w := term.connects(name, size, withToken(term, account)+address, env...)
	w.isConnected()
	return w
}

// isConnected waits until the person is in.
func (w *window) isConnected() { w.t.Helper(); w.sees("  connected") }

func withToken(term *terminal, account string) string {
	return "--name " + account + " --token " + filepath.Join(term.home, account+".token") + " "
}
