package main

import (
	"net"
	"strings"
	"testing"
)

// netcats are the four kinds, and how each is told to end its side when its input ends.
var netcats = []struct {
	name    string
	command []string
	end     []string // what makes it end its side; nil where it does so anyway
	leaves  bool     // whether it ends its side without being told
}{
	{"openbsd", []string{"nc.openbsd"}, []string{"-N"}, false},
	{"traditional", []string{"nc.traditional"}, []string{"-q", "20"}, false},
	{"ncat", []string{"ncat"}, nil, true},
	{"busybox", []string{"busybox", "nc"}, nil, true},
}

// arguments appends to a command.
func arguments(command []string, more ...string) []string {
	return append(command[:len(command):len(command)], more...)
}

func TestNetcatPipe(t *testing.T) {
	for _, nc := range netcats {
		t.Run(nc.name, func(t *testing.T) {
			t.Parallel()
			host, port, _ := net.SplitHostPort(startProgram(t))
			out := runClient(t, "/register tess correct horse\r\n#w /who\n/all hello\n/ping without an end",
				append(arguments(nc.command, nc.end...), host, port)...)
			matches(t, out, `\* hello .*`, `\+ register tess`, `#w = user tess .*`, `#w \+ who 1`, `\+ all \d+`, `\+ ping: without an end`)
		})
	}
}

// TestNetcatQuit needs no flag: /quit ends it.
func TestNetcatQuit(t *testing.T) {
	for _, nc := range netcats {
		t.Run(nc.name, func(t *testing.T) {
			t.Parallel()
			host, port, _ := net.SplitHostPort(startProgram(t))
			out := runClient(t, "/register tess correct horse\n/who\n/quit\n", arguments(nc.command, host, port)...)
			matches(t, out, `\* hello .*`, `\+ register tess`, `= user tess .*`, `\+ who 1`, `\+ quit`, `! bye: .*`)
		})
	}
}

// TestNetcatStays shows what two kinds do without the flag: they never end their side, and go on listening.
func TestNetcatStays(t *testing.T) {
	for _, nc := range netcats {
		if nc.leaves {
			continue
		}
		t.Run(nc.name, func(t *testing.T) {
			t.Parallel()
			address := startProgram(t)
			ann := dialAs(t, address, "ann")
			host, port, _ := net.SplitHostPort(address)
			client := start(t, clientEnv(t.TempDir()), "/register tess correct horse\n/all hello\n", nc.command[0], host, port)
			client.prints("+ all ")
			ann.says("/msg tess still there?")
			client.prints("still there?\r\n")
			matches(t, client.out.String(), `\* hello .*`, `\+ register tess`, `\+ all \d+`, `\* msg ann \d+: still there\?`)
		})
	}
}

// TestNetcatPerson is a person at a terminal with each kind.
func TestNetcatPerson(t *testing.T) {
	for _, nc := range netcats {
		t.Run(nc.name, func(t *testing.T) {
			t.Parallel()
			need(t, nc.command[0])
			address := startProgram(t)
			host, port, _ := net.SplitHostPort(address)
			term := openTerminal(t, strings.Join(arguments(nc.command, host, port), " "))
			talkBeyondASCII(talk(t, address, term, "/"), term)
			part(term, "/")
		})
	}
}
