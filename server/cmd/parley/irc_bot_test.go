package main

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/lrstanley/girc"
)

// TestIRCBot: a bot on a framework for IRC answers in a room that it is in, and whoever writes to it.
func TestIRCBot(t *testing.T) {
	server := startIRC(t)
	register(t, server.text, "pinger")
	ann := dialAs(t, server.text, "ann")
	ann.says("/join #tea")
	ann.hears(`\+ join #tea .*`)

	startPinger(t, server)
	ann.hears(`\* join #tea pinger`)
	ann.says("!ping in the room")
	ann.hears(`\* say #tea pinger: pong in the room`)
	ann.says("/msg pinger !ping alone")
	ann.hears(`\* msg pinger \d+: pong alone`)
	ann.says("/msg pinger /me does not say !ping")
	ann.says("/msg pinger !ping once more")
	ann.hears(`\* msg pinger \d+: pong once more`)
}

// startPinger starts the bot, which logs in by SASL. It joins #tea and answers !ping.
func startPinger(t *testing.T, server *ircServer) {
	t.Helper()
	host, port, _ := net.SplitHostPort(server.irc)
	number, _ := strconv.Atoi(port)
	said := &collected{}
	bot := girc.New(girc.Config{
		Server: host, Port: number, Nick: "pinger", User: "pinger", SASL: &girc.SASLPlain{User: "pinger", Pass: aPassword}, Debug: said,
	})
	bot.Handlers.Add(girc.CONNECTED, func(c *girc.Client, _ girc.Event) { c.Cmd.Join("#tea") })
	bot.Handlers.Add(girc.PRIVMSG, func(c *girc.Client, e girc.Event) {
		if words, isPing := strings.CutPrefix(e.Last(), "!ping "); isPing {
			c.Cmd.Reply(e, "pong "+words)
		}
	})
	ended := make(chan error, 1)
	go func() { ended <- bot.Connect() }()
	t.Cleanup(func() {
		bot.Close()
		if err := <-ended; err != nil || t.Failed() {
			t.Errorf("the bot ended with %v, after\n%s", err, said)
		}
	})
}
