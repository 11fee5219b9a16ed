package protocol

import (
	"reflect"
	"strings"
	"testing"
)

// shownRequest shows a request: its tag, then its command with the parameters, or what is wrong with it.
func shownRequest(r *Request) string {
	shown := ""
	if r.Tag != nil {
		shown = "#" + string(r.Tag) + " "
	}
	switch {
	case r.Err != nil:
		shown += string(r.Err.Code)
		if len(r.Err.Fields) > 0 {
			shown = string(appendField([]byte(shown), &r.Err.Fields[0], nil))
		}
	case r.Form == nil:
		shown += "/" + string(r.Name)
	default:
		shown += r.Form.Name + " " + shownArgs(r)
	}
	return shown
}

func TestParseObjects(t *testing.T) {
	tests := []struct{ line, want string }{
		{`{"do":"msg","name":"bob","text":"hi"}`, `msg name="bob" text="hi"`},
		{`{"tag":"a1","text":" hi ","name":"bob","do":"MSG"}`, `#a1 msg name="bob" text=" hi "`},
		{`{ "do" : "who" , "tag" : "a" }  `, `#a who `},
		{`{"d\u006f":"ping","t\u0061g":"q","word":"\u00e9\t\ud83d\ude00\"\\\/"}`, `#q ping word="é 😀"\/"`},
		{`{"do":"whoo"}`, `/whoo`},
		{`{"do":""}`, `/`},
		{`{"do":"msg","name":"bob"}`, `msg name="bob" -text`},
		{`{"do":"msg","name":"  ","text":""}`, `msg -name -text`},
		{`{"do":"login","name":"alice"}`, `login name="alice" -password`},
		{`{"do":"passwd","old":"a","new":"/b"}`, `passwd old="a" new="/b"`},
		{`{"do":"history","name":"bob","count":20,"before":7,"after":0}`, `history name="bob" count="20" before="7" after="0"`},
		{`{"do":"history","before":9007199254740991}`, `history before="9007199254740991"`},
		{`{"do":"ban","room":"#tea","name":"bob","for":"1h","reason":"too loud"}`, `ban room="#tea" name="bob" for="1h" reason="too loud"`},

		// not what the form has
		{`{"do":"ping","text":"x","tag":"z"}`, `#z ping malformed`},
		{`{"do":"ping","word":5}`, `ping malformed`},
		{`{"do":"history","count":"5"}`, `history malformed`},
		{`{"do":"history","count":0}`, `history count="0" malformed`},
		{`{"do":"history","after":-1}`, `history after="-1" malformed`},
		{`{"do":"ban","name":"bob","for":"1w"}`, `ban name="bob" for="1w" malformed`},
		{`{"do":"banned","room":"tea"}`, `banned room="tea" malformed`},

		// no object, or not one alone
		{`{`, `bad-json place=2`},
		{`{"do"`, `bad-json place=6`},
		{`{"do":`, `bad-json place=7`},
		{`{"do":"ping"`, `bad-json place=13`},
		{`{"do":"ping",}`, `bad-json place=13`},
		{`{do:"ping"}`, `bad-json place=2`},
		{`{"tag":"z","do":"ping"`, `#z bad-json place=23`},
		{`{"tag":"z","do":'ping'}`, `#z bad-json place=17`},
		{`{"do":"ping"} x`, `bad-json place=15`},
		{`{"do":"ping","tag":"z"}{"do":"ping"}`, `#z bad-json place=24`},
		{`{"do":"ping","do":"who"}`, `bad-json place=14`},
		{`{"do":"ping","word":"\ud800"}`, `bad-json place=22`},
		{`{"do":"ping","word":"` + "\xff" + `"}`, `bad-json place=22`},
		{`{"do":"ping","word":"` + "\x1b" + `"}`, `bad-json place=22`},
		{`{"word":` + strings.Repeat("[", 4000), `bad-json place=4009`},

		// values that are neither strings nor whole numbers: the object is read on
		{`{"do":"ping","word":{"do":"who"},"tag":"z"}`, `#z bad-json place=21`},
		{`{"do":"ping","word":["a"],"tag":"z"}`, `#z bad-json place=21`},
		{`{"do":"ping","word": true,"tag":"z"}`, `#z bad-json place=22`},
		{`{"do":"ping","word":null,"x":{},"tag":"z"}`, `#z bad-json place=21`},
		{`{"do":"history","count":1.0,"tag":"z"}`, `#z bad-json place=25`},
		{`{"do":"history","count":1e1,"tag":"z"}`, `#z bad-json place=25`},
		{`{"do":"history","count":9007199254740992,"tag":"z"}`, `#z bad-json place=25`},
		{`{"do":"history","count":-9007199254740992,"tag":"z"}`, `#z bad-json place=25`},
		{`{"do":"ping","word":"a\nb","tag":"z"}`, `#z bad-char`},
		{`{"do":"ping","word":"a\rb","tag":"z"}`, `#z bad-char`},
		{`{"do":"ping","word":"a\u0000b","tag":"z"}`, `#z bad-char`},

		// no command, or no tag
		{`{}`, `bad-json place=2`},
		{`{"tag":"z"}`, `#z bad-json place=11`},
		{`{"do":5,"tag":"z"}`, `#z bad-json place=18`},
		{`{"tag":5,"do":"ping"}`, `bad-json place=8`},
		{`{"tag":"","do":"ping"}`, `bad-json place=8`},
		{`{"tag":"a b","do":"ping"}`, `bad-json place=8`},
		{`{"do":"ping","tag":"` + strings.Repeat("t", MaxTag+1) + `"}`, `bad-json place=20`},
	}
	for _, tt := range tests {
		r := JSON.Parse([]byte(tt.line), testForms())
		if got := shownRequest(&r); got != tt.want {
			t.Errorf("%s is read as\n     %s\nwant %s", tt.line, got, tt.want)
		}
	}
}

// A line that does not begin with a brace is the same in both formats.
func TestParseTextInJSON(t *testing.T) {
	for _, line := range []string{"", "  ", "hello", ` {"do":"who"}`, `#t {"do":"who"}`, "#t /who", "//shrug", "login alice correct horse", "[1]", `"do"`} {
		got, want := JSON.Parse([]byte(line), testForms()), Text.Parse([]byte(line), testForms())
		if got.Form = want.Form; !reflect.DeepEqual(got, want) {
			t.Errorf("%q is read as %+v\nwant %+v", line, got, want)
		}
	}
}
