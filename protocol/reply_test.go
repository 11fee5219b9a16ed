package protocol

import (
	"reflect"
	"testing"
)

func TestParseReply(t *testing.T) {
	tests := []struct {
		line string
		want Reply
	}{
		{"+ quit\r\n", Reply{Sigil: Done, Word: "quit", Fields: []string{}}},
		{"+ quit\n", Reply{Sigil: Done, Word: "quit", Fields: []string{}}},
		{"#a1 = user bob idle=35 sessions=2", Reply{Tag: "a1", Sigil: Row, Word: "user", Fields: []string{"bob", "idle=35", "sessions=2"}}},
		{"* msg alice 814 at=2026-11-19T21:04:11Z: call me: now",
			Reply{Sigil: Notice, Word: "msg", Fields: []string{"alice", "814", "at=2026-11-19T21:04:11Z"}, Text: "call me: now", HasText: true}},
		{"- * unknown-command whoo: Did you mean /who?",
			Reply{Sigil: Failed, Word: "*", Fields: []string{"unknown-command", "whoo"}, Text: "Did you mean /who?", HasText: true}},
		{"! bye: See you.", Reply{Sigil: Closing, Word: "bye", Fields: []string{}, Text: "See you.", HasText: true}},
		{"+ ping: ", Reply{Sigil: Done, Word: "ping", Fields: []string{}, HasText: true}},
		{"+ ping:  a  b ", Reply{Sigil: Done, Word: "ping", Fields: []string{}, Text: " a  b ", HasText: true}},
	}
	for _, tt := range tests {
		got, err := ParseReply([]byte(tt.line))
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%q\n  is %+v %v\nwant %+v", tt.line, got, err, tt.want)
		}
	}
}

func TestParseReplyRefuses(t *testing.T) {
	for _, line := range []string{
		"", "+", "+ ", ": text", "+: text", "hello there", "HTTP/1.1 400 Bad Request", "++ who", "? who",
		"#a1", "#a1 +", "# + who", "#a/b + who",
	} {
		if got, err := ParseReply([]byte(line)); err == nil {
			t.Errorf("%q passes as %+v", line, got)
		}
	}
}

func TestReplyKey(t *testing.T) {
	r, err := ParseReply([]byte("= msg alice 813 at=2026 to= x=a=b at=late: at=text"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		key, value string
		ok         bool
	}{
		{"at", "2026", true}, {"to", "", true}, {"x", "a=b", true}, {"alice", "", false}, {"", "", false},
	}
	for _, tt := range tests {
		if value, ok := r.Key(tt.key); value != tt.value || ok != tt.ok {
			t.Errorf("%q is %q %v", tt.key, value, ok)
		}
	}
}

func TestReplyValue(t *testing.T) {
	tests := []struct {
		line, name, value string
		ok                bool
	}{
		{"+ msg bob 814 sent=1", "to", "bob", true},
		{"+ msg bob 814 sent=1", "number", "814", true},
		{"+ msg bob 814 sent=1", "sent", "1", true},
		{"+ msg bob 814 sent=1", "stored", "", false},
		{"+ msg bob 814 stored", "stored", "", true},
		{"+ msg stored 814 sent=1", "stored", "", false}, // a name is no flag
		{"* msg alice 814 at=2026-11-19T21:04:11Z: call me", "at", "2026-11-19T21:04:11Z", true},
		{"* msg alice 814: at=2026", "at", "", false},
		{"#a1 = user bob idle=35 sessions=2", "name", "bob", true},
		{"= limit line=4096: Bytes of a line.", "line", "4096", true},
		{"+ who 2", "name", "", false},
		{"+ who", "count", "", false},
		{"+ quit", "count", "", false},
		{"+ roll 4 sides=6", "sides", "6", true}, // a line that is not in the table
		{"- msg no-such-user nobody: There is no account called nobody.", "code", "no-such-user", true},
		{"- msg no-such-user nobody: There is no account called nobody.", "name", "nobody", true},
		{"- all busy retry=2: Try again.", "retry", "2", true},
		{"- * unknown-command retry=9: There is no command /retry=9.", "retry", "", false}, // the client's own word
		{"- * unknown-command retry=9: There is no command /retry=9.", "word", "retry=9", true},
		{"- who", "code", "", false},
		{"+ code x", "code", "", false},
		{"- x new-code a=1 b", "b", "", true},
		{"= msg alice 813 to= x=a=b", "to", "", true},
		{"= msg alice 813 to= x=a=b", "x", "a=b", true},
	}
	for _, tt := range tests {
		r, err := ParseReply([]byte(tt.line))
		if err != nil {
			t.Fatalf("%q: %v", tt.line, err)
		}
		if value, ok := r.Value(tt.name); value != tt.value || ok != tt.ok {
			t.Errorf("the %q of %q is %q, %v", tt.name, tt.line, value, ok)
		}
	}
}
