package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// irssi logs in by SASL.
var irssi = ircProgram{
	name:    "irssi",
	follows: func(t *testing.T, server *ircServer) *ircSeat { return openIrssi(t, server, "typed") },

	said:     `<[ ~@+]?%s> %s`,
	acted:    ` \* %s %s`,
	joined:   `-!- %s \[.*\] has joined .*`,
	kicked:   `-!- alice was kicked from #\S+ by %s \[%s\]`,
	topic:    `-!- Topic for #\S+: %s`,
	topicSet: `-!- %s changed the topic of #\S+ to: %s`,
	voiced:   `-!- mode/#\S+ \[\+v %[2]s\] by %[1]s`,
	named:    `.*\[[%s]%s\].*`,

	me: "/me %s", quit: "/quit",
}

// irssiSettings have it keep in files what it shows, and say at once what it has to say.
const irssiSettings = `settings = {
  core = { log_timestamp = "%H:%M:%S "; };
  "irc/core" = { cmd_queue_speed = "10msec"; };
  "fe-common/core" = { autolog = "yes"; autolog_level = "ALL"; autolog_path = "~/log/$0"; };
};
`

// openIrssi types what the page says.
func openIrssi(t *testing.T, server *ircServer, kind string) *ircSeat {
	t.Helper()
	need(t, "irssi")
	home := newHome(t)
	write(t, filepath.Join(home, ".irssi", "config"), irssiSettings)
	term := openTerminal(t, "irssi", readerEnv(home)...)
	term.shows("[(status)]")
	seat := &ircSeat{t: t}
	seat.types = func(where, line string) {
		t.Helper()
		if where == "" {
			where = "(status)"
		}
		term.enters("/window goto %s", where)
		term.enters("%s", line)
	}
	seat.lines = func(where string) (lines []string) {
		if where == "" {
			return strings.Split(term.screen(), "\n")
		}
		return withoutTime(filepath.Join(home, "log", where), " ")
	}
	seat.dump = func() string { return term.screen() + "\n" + allFiles(t, filepath.Join(home, "log")) }
	t.Cleanup(func() { term.leaves("/quit") })
	for line := range strings.Lines(server.page(t, "irssi", kind)[0]) {
		term.enters("%s", strings.TrimSuffix(line, "\n"))
	}
	return seat
}

// leaves ends a program that writes into its home when it ends, before that is removed.
func (term *terminal) leaves(quit string) {
	term.t.Helper()
	term.enters("%s", quit)
	term.shows("exit=")
}

// withoutTime are the lines of a log, each of which has a time in front.
func withoutTime(file, separator string) (lines []string) {
	for _, line := range linesOf(file) {
		if _, line, ok := strings.Cut(line, separator); ok {
			lines = append(lines, line)
		}
	}
	return lines
}
