package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ii knows nothing but RFC 1459, and logs in by PASS. Everything that it shows is in files, and what one types goes into pipes.
var ii = ircProgram{
	name:    "ii",
	follows: openIi,

	said:     `<%s> (?:\[[-:0-9 ]+\] )?%s`, // it does not know server-time, so the text of what is late has its time
	acted:    "<%s> \x01ACTION %s\x01",
	joined:   `-!- %s\(.*\) has joined .*`,
	kicked:   `-!- %s kicked alice  \("%s"\)`,
	topic:    `#\S+ %s`,
	topicSet: `-!- %s changed topic to "%s"`,
	voiced:   `-!- %s changed mode/#\S+ -> \+v %s ?`,
	named:    `= #\S+ (?:.* )?[%s]%s(?: .*)?`,

	me: "\x01ACTION %s\x01", quit: "/q",
}

// openIi runs the line of the page.
func openIi(t *testing.T, server *ircServer) *ircSeat {
	t.Helper()
	need(t, "ii")
	home := newHome(t)
	run := start(t, readerEnv(home), "", "sh", "-c", server.page(t, "sh", "ii")[0])
	at := filepath.Join(home, "irc", "127.0.0.1")
	if !comesTrue(func() bool { _, err := os.Stat(filepath.Join(at, "in")); return err == nil }) {
		t.Fatalf("%q does not begin, and says\n%s", run.name, run.out.String())
	}
	seat := &ircSeat{t: t}
	seat.types = func(where, line string) {
		t.Helper()
		pipe, err := os.OpenFile(filepath.Join(at, where, "in"), os.O_WRONLY, 0)
		if err != nil {
			t.Fatalf("%v:\n%s", err, seat.dump())
		}
		defer pipe.Close()
		if _, err := pipe.WriteString(line + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	// The answers of the server are in one file, whichever room they are about.
	seat.lines = func(where string) []string {
		return append(withoutTime(filepath.Join(at, where, "out"), " "), withoutTime(filepath.Join(at, "out"), " ")...)
	}
	seat.dump = func() string { return allFiles(t, at) }
	return seat
}

// allFiles shows all files below a directory.
func allFiles(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		all.WriteString("== " + path + "\n" + string(text) + "\n")
		return err
	})
	if err != nil {
		t.Log(err)
	}
	return all.String()
}
