package main

import (
	"net"
	"testing"
)

// TestBash uses no program but bash itself. It never ends its sending side, so it reads the answers one by one.
func TestBash(t *testing.T) {
	host, port, _ := net.SplitHostPort(startProgram(t))
	const script = `
exec 3<>"/dev/tcp/$1/$2"
ask() { printf '%s\n' "$*" >&3; while read -r -t 20 line <&3; do echo "$line"; case $line in '+ '*|'- '*) break; esac; done; }
ask /register tess correct horse
ask /who
ask /nothing
printf /ping\ half >&3
ask ' a line'
ask /quit
read -r -t 20 line <&3; echo "$line"`
	out := runClient(t, "", "bash", "-c", script, "bash", host, port)
	matches(t, out, `\* hello .*`, `\+ register tess\r`, `= user tess .*`, `\+ who 1\r`, `- \* unknown-command .*`,
		`\+ ping: half a line\r`, `\+ quit\r`, `! bye: .*`)
}
