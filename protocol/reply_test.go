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
			Reply{Sigil: Event, Word: "msg", Fields: []string{"alice", "814", "at=2026-11-19T21:04:11Z"}, Text: "call me: now", HasText: true}},
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
