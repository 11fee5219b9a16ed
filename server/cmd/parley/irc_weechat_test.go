package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// weechat logs in by SASL, over TLS.
var weechat = ircProgram{
	name:    "weechat",
	follows: openWeechat,

	said:     "[~@+]?%s\t%s",
	acted:    " \\*\t%s %s",
	joined:   "-->\t%s .*has joined .*",
	kicked:   "<--\t[~@+]?%s has kicked alice \\(%s\\)",
	topic:    "--\tTopic for #\\S+ is \"%s\"",
	topicSet: "--\t%s has changed topic for #\\S+ (?:from .* )?to \"%s\"",
	voiced:   "--\tMode #\\S+ \\[\\+v %[2]s\\] by %[1]s",
	named:    "--\tNicks #\\S+: \\[.*[%s]%s.*\\]",

	me: "/me %s", quit: "/quit",
}

// openWeechat types what the page says.
func openWeechat(t *testing.T, server *ircServer) *ircSeat {
	t.Helper()
	need(t, "weechat-curses")
	home := newHome(t)
	// It keeps in files at once what it shows, says at once what it has to say, asks nothing, and trusts the server.
	for file, settings := range map[string]string{
		"logger":  "[file]\nflush_delay = 0\n[level]\ncore.weechat = 0\n",
		"irc":     "[server_default]\nanti_flood_prio_high = 0\nanti_flood_prio_low = 0\n",
		"weechat": "[look]\npaste_max_lines = -1\n[network]\ngnutls_ca_user = \"" + server.cert + "\"\n",
	} {
		write(t, filepath.Join(home, ".config", "weechat", file+".conf"), settings)
	}
	term := openTerminal(t, "weechat-curses", readerEnv(home)...)
	term.shows("Plugins loaded")
	logs := filepath.Join(home, ".local", "share", "weechat", "logs")
	buffer := func(where string) string {
		if where == "" {
			return "irc.server.parley"
		}
		return "irc.parley." + where
	}
	seat := &ircSeat{t: t}
	seat.types = func(where, line string) {
		t.Helper()
		term.enters("/buffer %s", buffer(where))
		term.enters("%s", line)
	}
	seat.lines = func(where string) []string {
		return withoutTime(filepath.Join(logs, buffer(where)+".weechatlog"), "\t")
	}
	seat.dump = func() string { return term.screen() + "\n" + allFiles(t, logs) }
	t.Cleanup(func() { term.leaves("/quit") })
	for line := range strings.Lines(server.page(t, "weechat", "typed")[0]) {
		term.enters("%s", strings.TrimSuffix(line, "\n"))
	}
	return seat
}
