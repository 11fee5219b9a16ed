package protocol

import (
	"bytes"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// FuzzSplitText: the parts of a line, put together again, are the line.
func FuzzSplitText(f *testing.F) {
	for _, line := range []string{
		"/who", "#a1 /msg bob hi  there ", "//shrug", "#t   //x", "# not a tag", "good morning", "   ", "/ all", "/all  x",
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		l := SplitText(line)
		if refused := Refused(line, errBadChar); len(l.Tag) > MaxTag || !bytes.Equal(l.Tag, refused.Tag) {
			t.Errorf("the tag of %q is %q, or %q", line, l.Tag, refused.Tag)
		}
		again := ""
		if l.Tag != nil {
			again = "#" + string(l.Tag)
		}
		switch l.Kind {
		case Command:
			again += "/" + string(l.Name) + string(l.Args)
		case Said:
			if l.Tag != nil || bytes.HasPrefix(line, []byte("//")) {
				again += "/"
			}
			again += string(l.Args)
		}
		if squeeze(again) != squeeze(string(line)) {
			t.Errorf("%q was taken apart into %q", line, again)
		}
		if !bytes.HasSuffix(line, l.Args) {
			t.Errorf("the arguments %q are not the end of %q", l.Args, line)
		}
		word, rest := FirstWord(l.Args)
		if bytes.ContainsRune(word, ' ') || !bytes.HasSuffix(l.Args, rest) {
			t.Errorf("%q begins with %q and goes on with %q", l.Args, word, rest)
		}
	})
}

func squeeze(s string) string { return strings.ReplaceAll(s, " ", "") }

// FuzzParse: a line is exactly one of the things that a request can be, its parameters are parts of the line in the order of the form,
// and a clone keeps nothing of the line.
func FuzzParse(f *testing.F) {
	for _, line := range []string{
		"/who", "#a1 /msg bob hi  there ", "//shrug", "#t   //x", "# login x", "good morning", "   ", "/history bob 20 before=7", "/passwd x",
		"/history before= 5 x", "/history bob before=20 7", "login alice correct horse", "/LOGIN alice", "/roll 6", "/help  /msg x", "/whoo \xff",
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		before := line
		line = bytes.Clone(line)
		r := Text.Parse(line, testForms())
		command := bytes.HasPrefix(line, []byte("/")) || r.Tag != nil
		things := 0
		for _, is := range []bool{r.Empty, r.Plain != nil, r.Err != nil, command && r.Plain == nil} {
			if is {
				things++
			}
		}
		if things != 1 {
			t.Errorf("%q is %d things: %+v", line, things, r)
		}
		if len(r.Plain) > 0 && !bytes.HasSuffix(line, r.Plain) {
			t.Errorf("the text %q is not the end of %q", r.Plain, line)
		}
		if r.Form != nil {
			checkArgs(t, line, &r)
		}
		want := Text.Parse(before, testForms())
		want.Form = r.Form
		c := r.Clone()
		clear(line)
		if !reflect.DeepEqual(c, want) {
			t.Errorf("the clone of %q has become %+v", before, c)
		}
	})
}

func checkArgs(t *testing.T, line []byte, r *Request) {
	behind := line
	for _, p := range r.Form.Params {
		value := r.Arg(p.Name)
		if value == nil {
			continue
		}
		if p.Kind == Keyed || p.Kind == KeyedTime { // it may stand before any other optional one
			if !bytes.Contains(line, append([]byte(" "+p.Name+"="), value...)) {
				t.Errorf("the parameter %s of %q is %q", p.Name, line, value)
			}
		} else {
			at := bytes.Index(behind, value)
			if at < 0 {
				t.Fatalf("the parameter %s of %q is %q", p.Name, line, value)
			}
			behind = behind[at+len(value):]
		}
		if p.Kind == Asked || p.Kind != Rest && bytes.ContainsRune(value, ' ') || p.Kind == Rest && len(behind) > 0 && !bytes.HasSuffix(line, value) {
			t.Errorf("the parameter %s of %q is %q", p.Name, line, value)
		}
		if n, err := strconv.ParseInt(string(value), 10, 64); (p.Kind == Count || p.Kind == Keyed) && (err != nil || n < 1) && r.Malformed.Empty() {
			t.Errorf("the number %s of %q is %q", p.Name, line, value)
		}
	}
	if r.Complete() != (len(r.Missing()) == 0) {
		t.Errorf("%q is complete: %v, but %d are missing", line, r.Complete(), len(r.Missing()))
	}
}
