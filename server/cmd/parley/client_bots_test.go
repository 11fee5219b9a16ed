package main

import (
	"bufio"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBots lets the bots of the page run: the one in sh with each kind of netcat. Each has a server of its own.
func TestBots(t *testing.T) {
	t.Run("python", func(t *testing.T) {
		t.Parallel()
		tryBot(t, "python", "dice", `You rolled [1-6]\.`, "")
	})
	for _, nc := range netcats {
		t.Run("sh with "+nc.name, func(t *testing.T) {
			t.Parallel()
			tryBot(t, "sh", "clock", `It is \d\d:\d\d\.`, strings.Join(nc.command, " "))
		})
	}
}

// tryBot writes to the bot before it is there and afterwards. Where the bot calls nc, it is that netcat.
func tryBot(t *testing.T, language, name, answer, netcat string) {
	address := startProgram(t)
	register(t, address, name)
	ann := dialAs(t, address, "ann")
	ann.says("/msg %s before you came", name)
	ann.hears(`\+ msg ` + name + ` \d+ stored`)

	bot := startBot(t, address, language, netcat, aPassword)
	ann.hears(`\* msg ` + name + ` \d+: ` + answer)

	self := loginAs(t, address, name) // the bot hears what it says, and must not answer
	self.says("/msg ann what the owner says")
	ann.hears(`\* msg .*: what the owner says`)
	self.says("/msg %s a note to myself", name)
	self.hears(`\+ msg .* sent=2`)
	for _, said := range []string{"now", "%s $(exit) * \\ größer", ": to=bob: x"} {
		ann.says("/msg %s %s", name, said)
		ann.hears(`\* msg ` + name + ` \d+: ` + answer)
	}
	self.says("/history %s", name)
	self.hears(`\+ history 1`)

	self.says("/passwd\n%s\nbattery staple", aPassword) // ends the account's other sessions
	self.hears(`\+ passwd`)
	_, _ = bot.end()
}

// startBot starts the bot of the page in that language.
func startBot(t *testing.T, address, language, netcat, password string) *process {
	t.Helper()
	home := t.TempDir()
	if netcat != "" {
		need(t, strings.Fields(netcat)[0])
		write(t, filepath.Join(home, "bin", "nc"), fmt.Sprintf("#!/bin/sh\nexec %s \"$@\"\n", netcat))
	}
	file := filepath.Join(home, "bot")
	for _, e := range examples(t, address) {
		if e.kind == "bot" && e.language == language {
			write(t, file, strings.ReplaceAll(e.text, "sleep 60", "sleep 0.2"))
		}
	}
	program := map[string]string{"sh": "sh", "python": "python3"}[language]
	return start(t, append(readerEnv(home), "PARLEY_PASSWORD="+password), "", program, file)
}

// TestBotsWithAWrongPassword end and say why.
func TestBotsWithAWrongPassword(t *testing.T) {
	address := startProgram(t)
	register(t, address, "clock")
	register(t, address, "dice")
	for _, language := range []string{"sh", "python"} {
		out, err := startBot(t, address, language, "", "something else").end()
		if err == nil || !strings.Contains(out, "The name or the password is wrong.") {
			t.Errorf("the bot in %s ended with %v and said %q", language, err, out)
		}
	}
}

// TestBotsNoticeTheEnd has the connection end without a last line.
func TestBotsNoticeTheEnd(t *testing.T) {
	for _, nc := range netcats {
		t.Run("sh with "+nc.name, func(t *testing.T) {
			t.Parallel()
			endBot(t, "sh", strings.Join(nc.command, " "))
		})
	}
	t.Run("python", func(t *testing.T) { t.Parallel(); endBot(t, "python", "") })
}

// endBot lets a bot log in at a server that dies then.
func endBot(t *testing.T, language, netcat string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	bot := startBot(t, listener.Addr().String(), language, netcat, aPassword)
	_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(soon))
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(soon))
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.HasPrefix(line, "#in /login ") {
		t.Errorf("the bot begins with %q, %v", line, err)
	}
	conn.Close()
	_, _ = bot.end()
}

// TestBotsHaveTenLines keeps the promise.
func TestBotsHaveTenLines(t *testing.T) {
	bots := 0
	for _, e := range examples(t, "127.0.0.1:1") {
		if e.kind == "bot" {
			bots++
			if lines := strings.Count(e.text, "\n"); lines > 10 {
				t.Errorf("the bot in %s has %d lines", e.language, lines)
			}
		}
	}
	if bots != 2 {
		t.Errorf("the page has %d bots", bots)
	}
}
