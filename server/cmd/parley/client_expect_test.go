package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

// TestExpect logs in through telnet as a script of expect does: each answer is waited for.
func TestExpect(t *testing.T) {
	need(t, "expect", "telnet")
	address := startProgram(t)
	register(t, address, "tess")
	ann := dialAs(t, address, "ann")
	host, port, _ := net.SplitHostPort(address)
	const script = `
set timeout 20
proc must {text} { expect timeout { exit 3 } eof { exit 4 } -exact $text }
spawn telnet -- [lindex $argv 0] -[lindex $argv 1]
must "hello parley/1.0"
send "/login tess\r"
must "prompt password"
send "correct horse\r"
must "+ login tess waiting=0 last="
send "/all hello from a script\r"
must "+ all "
must "all ann: hello script"
send "/quit\r"
must "! bye"
expect eof
puts "all went well"
`
	file := filepath.Join(t.TempDir(), "chat.exp")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	client := start(t, clientEnv(t.TempDir()), "", "expect", "-f", file, host, port)
	ann.hears(`\* all tess: hello from a script`)
	ann.says("hello script")
	out, err := client.end()
	if err != nil {
		t.Errorf("the script ended with %v", err)
	}
	matches(t, out, `(?s:.*)all went well`)
}
