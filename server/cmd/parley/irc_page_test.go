package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestIRCPage tries what the page says beside the programs that other tests run: each example is of a kind that some test tries.
func TestIRCPage(t *testing.T) {
	server := startIRC(t)
	register(t, server.text, "alice")
	ann := dialAs(t, server.text, "ann")
	for _, line := range server.page(t, "sh", "pipe") {
		runReader(t, t.TempDir(), "sh", "-c", line)
		ann.hears(`\* all alice: The backup is done\.`)
	}
	tried := map[string]bool{"irssi typed": true, "irssi guest": true, "weechat typed": true, "sh ii": true, "sh pipe": true, "irc ": true}
	for _, e := range examples(t, ircPage, server.text) {
		if !tried[e.language+" "+e.kind] {
			t.Errorf("nothing says how this is to be tried: %s", e.text)
		}
	}
}

// TestIRCConversation plays the conversation of the page, in which not all lines of the server are shown. Who begins with a slash types text.
func TestIRCConversation(t *testing.T) {
	server := startIRC(t)
	for name, password := range map[string]string{"alice": aPassword, "bob": "battery staple"} {
		p := dial(t, server.text)
		p.says("/register %s %s\n/quit", name, password)
		p.rest()
	}
	people := map[string]*plain{}
	for line := range strings.Lines(server.page(t, "irc", "")[0]) {
		name, said, _ := strings.Cut(strings.TrimSuffix(strings.ReplaceAll(line, "^A", "\x01"), "\n"), " ")
		speaks, said, _ := strings.Cut(said, ": ")
		if people[name] == nil {
			address := server.irc
			if strings.HasPrefix(said, "/") {
				address = server.text
			}
			people[name] = dial(t, address)
		}
		if speaks == "C" {
			people[name].says("%s", said)
		} else {
			people[name].hears(shownInIRC.ReplaceAllString(regexp.QuoteMeta(said), "$1.*"))
		}
	}
}

// shownInIRC are the times and numbers of messages on the page.
var shownInIRC = regexp.MustCompile(`(time=|msgid=|\+ msg #tea )[-:\\.\w]+`)
