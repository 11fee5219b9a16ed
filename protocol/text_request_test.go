package protocol

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	longest := strings.Repeat("t", MaxTag)
	tests := []struct {
		line string
		kind Kind
		tag  string
		name string
		args string
	}{
		{"", Empty, "", "", ""},
		{"   ", Empty, "", "", ""},
		{"/who", Command, "", "who", ""},
		{"/WHO", Command, "", "WHO", ""},
		{"/msg bob hi  there ", Command, "", "msg", "bob hi  there "},
		{"/all   two  blanks", Command, "", "all", "two  blanks"},
		{"/all //x", Command, "", "all", "//x"},
		{"/", Command, "", "", ""},
		{"/ who", Command, "", "", "who"},
		{"//shrug", Said, "", "", "/shrug"},
		{"//", Said, "", "", "/"},
		{"///", Said, "", "", "//"},
		{"good morning ", Said, "", "", "good morning "},
		{" /who", Said, "", "", " /who"},
		{"#a1 /who", Command, "a1", "who", ""},
		{"#A.z_0-9   /msg bob hi", Command, "A.z_0-9", "msg", "bob hi"},
		{"#t //x", Said, "t", "", "/x"},
		{"#" + longest + " /who", Command, longest, "who", ""},
		{"#" + longest + "t /who", Said, "", "", "#" + longest + "t /who"},
		{"#t", Said, "", "", "#t"},
		{"#t ", Said, "", "", "#t "},
		{"#t hello", Said, "", "", "#t hello"},
		{"#t hello /who", Said, "", "", "#t hello /who"},
		{"#t/who", Said, "", "", "#t/who"},
		{"# /who", Said, "", "", "# /who"},
		{"#tä /who", Said, "", "", "#tä /who"},
		{"##t /who", Said, "", "", "##t /who"},
	}
	for _, tt := range tests {
		r := Parse([]byte(tt.line))
		if r.Kind != tt.kind || string(r.Tag) != tt.tag || string(r.Name) != tt.name || string(r.Args) != tt.args {
			t.Errorf("%q is kind %d, tag %q, name %q, args %q", tt.line, r.Kind, r.Tag, r.Name, r.Args)
		}
		if tag := TagOf([]byte(tt.line)); string(tag) != tt.tag {
			t.Errorf("the tag of %q is %q, want %q", tt.line, tag, tt.tag)
		}
	}
}

func TestRequestIs(t *testing.T) {
	tests := []struct {
		line, name string
		want       bool
	}{
		{"/quit", "quit", true},
		{"/QuIt now", "quit", true},
		{"#t /QUIT", "quit", true},
		{"/quits", "quit", false},
		{"/qui", "quit", false},
		{"//quit", "quit", false},
		{"quit", "quit", false},
		{"/who", "quit", false},
		{"/\u212Aick", "kick", false}, // the Kelvin sign folds to k in Unicode, not here
	}
	for _, tt := range tests {
		r := Parse([]byte(tt.line))
		if got := r.Is(tt.name); got != tt.want {
			t.Errorf("%q is %s: %v", tt.line, tt.name, got)
		}
	}
}

func TestWord(t *testing.T) {
	tests := []struct{ args, word, rest string }{
		{"", "", ""},
		{"  ", "", ""},
		{"bob", "bob", ""},
		{"bob ", "bob", ""},
		{"bob hi  there ", "bob", "hi  there "},
		{"alice   correct horse", "alice", "correct horse"},
		{"  bob hi", "bob", "hi"},
	}
	for _, tt := range tests {
		word, rest := Word([]byte(tt.args))
		if string(word) != tt.word || string(rest) != tt.rest {
			t.Errorf("%q gives %q and %q", tt.args, word, rest)
		}
	}
}
