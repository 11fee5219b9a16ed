package protocol

import (
	"strings"
	"testing"
	"time"
)

// formList is a set of commands, as a server has one. The names are compared in any case.
type formList []*Form

func (l formList) Form(name []byte) *Form {
	for _, f := range l {
		if len(name) == len(f.Name) && asciiFold(name, f.Name) {
			return f
		}
	}
	return nil
}

func asciiFold(name []byte, lower string) bool {
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// testForms are forms of the server's commands, and some of commands that there could be.
func testForms() formList {
	return formList{
		{Name: "login", Params: []Param{{Name: "name"}, {Name: "password", Kind: Rest, Prompt: "Your password"}}},
		{Name: "passwd", Exact: true, Params: []Param{
			{Name: "old", Kind: Asked, Prompt: "Your old password"}, {Name: "new", Kind: Asked, Prompt: "A new password"},
		}},
		{Name: "who"},
		{Name: "msg", Params: []Param{{Name: "name"}, {Name: "text", Kind: Rest}}},
		{Name: "all", Params: []Param{{Name: "text", Kind: Rest}}},
		{Name: "history", Exact: true, Params: []Param{
			{Name: "name", Shown: "name|room", Optional: true}, {Name: "count", Kind: Count, Optional: true},
			{Name: "before", Kind: Keyed, Optional: true}, {Name: "after", Kind: Keyed, Optional: true, Zero: true},
		}},
		{Name: "since", Exact: true, Params: []Param{{Name: "number", Kind: Count, Zero: true}, {Name: "count", Kind: Count, Optional: true}}},
		{Name: "ban", Params: []Param{
			{Name: "room", Kind: RoomWord, Optional: true}, {Name: "name"}, {Name: "for", Kind: KeyedTime, Optional: true}, {Name: "reason", Kind: Rest, Optional: true},
		}},
		{Name: "banned", Exact: true, Params: []Param{{Name: "room", Kind: RoomWord, Optional: true}}},
		{Name: "ping", Params: []Param{{Name: "word", Kind: Rest, Optional: true}}},
		{Name: "help", Params: []Param{{Name: "about", Shown: "command|limits", Optional: true}}},
		{Name: "roll", Params: []Param{{Name: "sides", Kind: Count}}},
		{Name: "read", Params: []Param{{Name: "from"}, {Name: "count", Kind: Count, Optional: true}}},
	}
}

func TestFormUsage(t *testing.T) {
	want := map[string]string{
		"login":   "/login <name> <password>",
		"passwd":  "/passwd",
		"who":     "/who",
		"msg":     "/msg <name> <text>",
		"all":     "/all <text>",
		"history": "/history [name|room] [count] [before=NUMBER] [after=NUMBER]",
		"since":   "/since <number> [count]",
		"ban":     "/ban [room] <name> [for=TIME] [reason]",
		"banned":  "/banned [room]",
		"ping":    "/ping [word]",
		"help":    "/help [command|limits]",
		"roll":    "/roll <sides>",
		"read":    "/read <from> [count]",
	}
	for _, f := range testForms() {
		if got := f.Usage(); got != want[f.Name] {
			t.Errorf("%s is shown as %q, want %q", f.Name, got, want[f.Name])
		}
	}
}

func TestFormSecret(t *testing.T) {
	for _, f := range testForms() {
		if want := f.Name == "login" || f.Name == "passwd"; f.Secret() != want {
			t.Errorf("%s is secret: %v", f.Name, !want)
		}
	}
}

// shownArgs shows the parameters of a request that were given, then those that are missing: `name="bob" -text`.
func shownArgs(r *Request) string {
	var words []string
	for _, p := range r.Form.Params {
		if value := r.Arg(p.Name); value != nil {
			words = append(words, p.Name+"="+`"`+string(value)+`"`)
		}
	}
	for _, p := range r.Missing() {
		words = append(words, "-"+p.Name)
	}
	if !r.Malformed.Empty() {
		words = append(words, "malformed")
	}
	return strings.Join(words, " ")
}

func TestParseParameters(t *testing.T) {
	tests := []struct{ line, want string }{
		// required words, and the rest of the line as it stands
		{"/msg bob hi", `name="bob" text="hi"`},
		{"/msg  bob   hi  there ", `name="bob" text="hi  there "`},
		{"/msg bob //x /y", `name="bob" text="//x /y"`},
		{"/msg bob", `name="bob" -text`},
		{"/msg bob  ", `name="bob" -text`},
		{"/msg", `-name -text`},
		{"/msg 5 before=5", `name="5" text="before=5"`}, // nothing stands behind it that it could be
		{"/all   two  blanks", `text="two  blanks"`},
		{"/all  ", `-text`},
		{"/roll 6", `sides="6"`},
		{"/roll", `-sides`},
		{"/read 5", `from="5"`}, // one that is required takes whatever comes
		{"/read 5 6", `from="5" count="6"`},
		{"/roll six", `sides="six" malformed`},
		// a secret, asked for where it is missing
		{"/login alice correct  horse ", `name="alice" password="correct  horse "`},
		{"/login alice", `name="alice" -password`},
		{"/login", `-name -password`},
		{"/passwd", `-old -new`},
		{"/passwd  ", `-old -new`},
		{"/passwd old new", `-old -new malformed`},
		// optional ones
		{"/ping", ``},
		{"/ping  ", ``},
		{"/ping one  two", `word="one  two"`},
		{"/help", ``},
		{"/help msg", `about="msg"`},
		{"/help /msg and more", `about="/msg"`},
		{"/who is there", ``},
		// optional ones that are told apart by what they look like
		{"/history", ``},
		{"/history bob", `name="bob"`},
		{"/history 20", `count="20"`},
		{"/history before=7", `before="7"`},
		{"/history bob 20", `name="bob" count="20"`},
		{"/history bob before=7", `name="bob" before="7"`},
		{"/history 20 before=7", `count="20" before="7"`},
		{"/history  bob  20  before=7  ", `name="bob" count="20" before="7"`},
		{"/history bob 020", `name="bob" count="020"`},
		{"/history bob +20", `name="bob" count="+20"`},
		{"/history +20", `name="+20"`},
		{"/history before", `name="before"`},
		{"/history BEFORE=7", `name="BEFORE=7"`},
		{"/history before=9223372036854775807", `before="9223372036854775807"`},
		{"/history before=9223372036854775808", `before="9223372036854775808" malformed`},
		{"/history before=", `before="" malformed`},
		{"/history before=x", `before="x" malformed`},
		{"/history before=0", `before="0" malformed`},
		{"/history before=-1", `before="-1" malformed`},
		{"/history 0", `count="0" malformed`},
		{"/history 20x", `count="20x" malformed`},
		{"/history bob carol", `name="bob" count="carol" malformed`},
		{"/history 20 bob", `count="20" malformed`},
		{"/history 20 20", `count="20" malformed`},
		{"/history before=7 bob", `name="bob" before="7"`}, // the order of what has a key does not matter
		{"/history before=7 20", `count="20" before="7"`},
		{"/history after=0 before=7", `before="7" after="0"`},
		{"/history bob after=3 20 before=7", `name="bob" count="20" before="7" after="3"`},
		{"/history after=-1", `after="-1" malformed`},
		{"/history before=7 before=7", `count="before=7" before="7" malformed`},
		{"/history bob 20 before=7 before=7", `name="bob" count="20" before="7" malformed`},
		{"/history bob 20 before=7 more", `name="bob" count="20" before="7" malformed`},
		// a number that may be 0
		{"/since 0", `number="0"`},
		{"/since 0 0", `number="0" count="0" malformed`},
		{"/since -1", `number="-1" malformed`},
		{"/since", `-number`},
		// a room in front, a time behind the name, and the rest of the line
		{"/ban bob", `name="bob"`},
		{"/ban #tea bob", `room="#tea" name="bob"`},
		{"/ban #tea", `room="#tea" -name`},
		{"/ban", `-name`},
		{"/ban #tea bob for=1h", `room="#tea" name="bob" for="1h"`},
		{"/ban #tea bob for=1h  too  loud ", `room="#tea" name="bob" for="1h" reason="too  loud "`},
		{"/ban bob for=7d for=2h", `name="bob" for="7d" reason="for=2h"`},
		{"/ban bob too loud for=1h", `name="bob" reason="too loud for=1h"`},
		{"/ban bob #tea", `name="bob" reason="#tea"`},
		{"/ban bob for=", `name="bob" for="" malformed`},
		{"/ban bob for=1w", `name="bob" for="1w" malformed`},
		{"/ban bob for= 1h", `name="bob" for="" reason="1h" malformed`},
		{"/banned", ``},
		{"/banned #tea", `room="#tea"`},
		{"/banned tea", `malformed`},
	}
	for _, tt := range tests {
		r := Text.Parse([]byte(tt.line), testForms())
		if r.Form == nil || r.Err != nil || r.Plain != nil || r.Empty {
			t.Fatalf("%q is %+v", tt.line, r)
		}
		if got := shownArgs(&r); got != tt.want {
			t.Errorf("%q is read as\n     %s\nwant %s", tt.line, got, tt.want)
		}
		if r.Complete() != (len(r.Missing()) == 0) {
			t.Errorf("%q is complete: %v, but %d are missing", tt.line, r.Complete(), len(r.Missing()))
		}
	}
}

func TestParseTime(t *testing.T) {
	right := map[string]time.Duration{
		"1s": time.Second, "90s": 90 * time.Second, "10m": 10 * time.Minute, "2h": 2 * time.Hour, "7d": 7 * 24 * time.Hour, "007d": 7 * 24 * time.Hour,
		"3650d": 3650 * 24 * time.Hour, "315360000s": 3650 * 24 * time.Hour,
	}
	for text, want := range right {
		if d, ok := ParseTime([]byte(text)); !ok || d != want {
			t.Errorf("%q is %v, %v, and not %v", text, d, ok, want)
		}
	}
	for _, text := range []string{
		"", "s", "1", "0s", "00d", "-1h", "+1h", "1.5h", "1H", "1w", "1 h", " 1h", "1h ", "1h30m", "ever", "\u0661h", "3651d", "315360001s", "9999999999d", "99999999999999999999s",
	} {
		if d, ok := ParseTime([]byte(text)); ok || d != 0 {
			t.Errorf("%q is %v, %v", text, d, ok)
		}
	}
}
