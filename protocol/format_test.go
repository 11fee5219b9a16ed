package protocol

import (
	"testing"

	"parley/internal/language"
)

// A format and a language are chosen each for itself.
func TestFormatInALanguage(t *testing.T) {
	seen := map[Format]bool{}
	for l := range language.Languages {
		for name, f := range map[string]Format{"text": Text, "json": JSON} {
			in := f.In(l)
			if in.Language() != l || in.String() != name || in.IsIRC() || in.In(language.English) != f || seen[in] {
				t.Errorf("%s in %v is the format %d: %s in %v", name, l, in, in, in.Language())
			}
			if again, ok := FormatOf([]byte(name)); !ok || again != f {
				t.Errorf("%s is read as %d, %v", name, again, ok)
			}
			seen[in] = true
		}
		for f := IRC; f < Formats; f++ {
			if f.In(l) != f || f.Language() != language.English || f.String() != "irc" {
				t.Errorf("the variant %d of IRC is %d in %v", f-IRC, f.In(l), l)
			}
		}
	}
	if _, ok := FormatOf([]byte("irc")); ok || len(seen) != int(IRC) {
		t.Errorf("%d formats", len(seen))
	}
}

// Only sentences are said in another language; what a client has sent can disturb no terminal there, either.
func TestSentencesInALanguage(t *testing.T) {
	failure := Errorf(NoSuchUser, "There is no account called %s.", "no\x1bbody").With("name", "nobody")
	last := &Line{Type: Closing, Word: "bye", Sentence: language.Say("See you.")}
	said := &Line{Type: Row, Word: "motd", Text: []byte("See you.")}
	for f, want := range map[Format][3]string{
		Text:                      {"- msg no-such-user nobody: There is no account called no\uFFFDbody.", "! bye: See you.", "= motd: See you."},
		Text.In(language.Chinese): {"- msg no-such-user nobody: 没有叫 no\uFFFDbody 的账号。", "! bye: 再见。", "= motd: See you."},
		JSON.In(language.Chinese): {
			`{"type":"failed","command":"msg","code":"no-such-user","name":"nobody","text":"没有叫 no` + "\uFFFD" + `body 的账号。"}`,
			`{"type":"end","code":"bye","text":"再见。"}`, `{"type":"row","row":"motd","text":"See you."}`,
		},
		IRC.In(language.Chinese): {":irc.parley 401 * nobody :There is no account called no\uFFFDbody.", "ERROR :bye: See you.", ""},
	} {
		for i, got := range [][]byte{f.AppendFailure(nil, nil, "msg", failure), f.AppendLine(nil, last), f.AppendLine(nil, said)} {
			if want[i] != "" {
				want[i] += "\r\n"
			}
			if string(got) != want[i] {
				t.Errorf("in %v, %v:\n got %q\nwant %q", f, f.Language(), got, want[i])
			}
		}
	}
}
