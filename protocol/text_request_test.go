package protocol

import (
	"reflect"
	"strings"
	"testing"
)

func TestSplitText(t *testing.T) {
	longest := strings.Repeat("t", MaxTag)
	tests := []struct {
		line string
		kind TextKind
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
		r := SplitText([]byte(tt.line))
		if r.Kind != tt.kind || string(r.Tag) != tt.tag || string(r.Name) != tt.name || string(r.Args) != tt.args {
			t.Errorf("%q is kind %d, tag %q, name %q, args %q", tt.line, r.Kind, r.Tag, r.Name, r.Args)
		}
		if tag := Refused([]byte(tt.line), errBadChar).Tag; string(tag) != tt.tag {
			t.Errorf("the tag of %q is %q, want %q", tt.line, tag, tt.tag)
		}
	}
}

func TestFirstWord(t *testing.T) {
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
		word, rest := FirstWord([]byte(tt.args))
		if string(word) != tt.word || string(rest) != tt.rest {
			t.Errorf("%q gives %q and %q", tt.args, word, rest)
		}
	}
}

func TestParse(t *testing.T) {
	tests := []struct{ line, tag, name, form, plain string }{
		{line: "/who", name: "who", form: "who"},
		{line: "/WhO", name: "WhO", form: "who"},
		{line: "#t /WHO", tag: "t", name: "WHO", form: "who"},
		{line: "#a1 /msg bob hi", tag: "a1", name: "msg", form: "msg"},
		{line: "/whoo", name: "whoo"},
		{line: "/wh", name: "wh"},
		{line: "/\u212Aick", name: "\u212Aick"}, // the Kelvin sign folds to k in Unicode, not here
		{line: "#t /", tag: "t"},
		{line: "/ who"},
		{line: "//who", plain: "/who"},
		{line: "#t //who  x ", tag: "t", plain: "/who  x "},
		{line: "who", plain: "who"},
		{line: " /who", plain: " /who"},
		{line: "what a  day ", plain: "what a  day "},
		{line: "#1 fan", plain: "#1 fan"},
		{line: "#1", plain: "#1"},
		{line: "#1 /who", tag: "1", name: "who", form: "who"},
	}
	for _, tt := range tests {
		r := Text.Parse([]byte(tt.line), testForms())
		form := ""
		if r.Form != nil {
			form = r.Form.Name
		}
		if string(r.Tag) != tt.tag || string(r.Name) != tt.name || form != tt.form || string(r.Plain) != tt.plain || r.Empty || r.Err != nil || !r.Malformed.Empty() {
			t.Errorf("%q is read as %+v", tt.line, r)
		}
		if (r.Plain == nil) != (tt.plain == "") {
			t.Errorf("%q has the text %q", tt.line, r.Plain)
		}
	}
	for _, line := range []string{"", " ", "    "} {
		if r := Text.Parse([]byte(line), testForms()); !reflect.DeepEqual(r, Request{Empty: true}) {
			t.Errorf("%q is read as %+v", line, r)
		}
	}
}

// Who forgets the slash, or puts something in front of it, must not publish a password.
func TestForgottenSlash(t *testing.T) {
	for line, meant := range map[string]string{
		"login alice correct horse":     "login",
		"LOGIN alice correct horse":     "login",
		"login":                         "login",
		"passwd":                        "passwd",
		" login alice correct horse":    "login",
		"  /login alice correct horse":  "login",
		" // login alice correct horse": "login",
		"#a1 login alice correct horse": "login",
		"#a/1 login alice":              "login",
		"# login alice":                 "login",
		`{"do":"LOGIN","name":"alice","password":"correct horse"}`:   "login",
		` {"do":"passwd","old":"correct horse"}`:                     "passwd",
		"\ufeff" + `{"tag":"a","do":"passwd","old":"correct horse"}`: "passwd",
		`#a1 {"do":"passwd","old":"correct horse"}`:                  "passwd",
		`{"do":"msg","to":"bob","text":"login"}`:                     "",
		`{"do":"login"`:                                              "",
		"{}":                                                         "",
		"logins are hard":                                            "",
		"my login is secret":                                         "",
		"msg bob hi":                                                 "",
		"who is there":                                               "",
		"//login is how one logs in":                                 "",
		"#t //login":                                                 "",
		"#1":                                                         "",
		"#1 fan of login":                                            "",
		" / ":                                                        "",
	} {
		r := Text.Parse([]byte(line), testForms())
		if meant == "" {
			if r.Err != nil || r.Plain == nil {
				t.Errorf("%q is refused: %v", line, r.Err)
			}
			continue
		}
		want := Errorf(NeedSlash, "Nothing was said. Did you mean /%s? Commands begin with a slash.", meant)
		if r.Plain != nil || !reflect.DeepEqual(r.Err, want) {
			t.Errorf("%q is said as %q, with %v", line, r.Plain, r.Err)
		}
	}
}
