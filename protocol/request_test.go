package protocol

import (
	"reflect"
	"testing"
)

func TestRefused(t *testing.T) {
	for begin, tag := range map[string]string{"#a1 /msg bob": "a1", "#a1 hello": "", "/msg": "", "": ""} {
		r := Refused([]byte(begin), errLineTooLong)
		if string(r.Tag) != tag || r.Err != errLineTooLong || r.Form != nil || r.Plain != nil || r.Empty {
			t.Errorf("%q is %+v", begin, r)
		}
	}
}

func TestRequestSetArg(t *testing.T) {
	r := Text.Parse([]byte("/login alice"), testForms())
	missing := r.Missing()
	if len(missing) != 1 || missing[0].Prompt != "Your password" || r.Complete() {
		t.Fatalf("missing are %v", missing)
	}
	r.SetArg("password", []byte{}) // empty is given
	if got := shownArgs(&r); got != `name="alice" password=""` || !r.Complete() {
		t.Errorf("it has %s", got)
	}
}

func TestRequestArgOfAnotherCommand(t *testing.T) {
	r := Text.Parse([]byte("/who"), testForms())
	for name, use := range map[string]func(){"Arg": func() { r.Arg("text") }, "SetArg": func() { r.SetArg("text", nil) }} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("a parameter that the command does not have was taken")
				}
			}()
			use()
		})
	}
}

func TestRequestCloneKeepsNothingOfTheLine(t *testing.T) {
	for _, text := range []string{
		"#a1 /msg bob hi  there", "/history bob 20 before=7", "/ping", "good morning", "#t //shrug", "/whoo x", "  ", "login alice correct horse",
	} {
		line := []byte(text)
		r := Text.Parse(line, testForms())
		want := Text.Parse([]byte(text), testForms())
		want.Form = r.Form
		c := r.Clone()
		for i := range line {
			line[i] = '*'
		}
		if !reflect.DeepEqual(c, want) {
			t.Errorf("%q has become %+v\nwant %+v", text, c, want)
		}
	}
	begin := []byte("#a1 /msg")
	r := Refused(begin, errBadUTF8)
	c := r.Clone()
	clear(begin)
	if string(c.Tag) != "a1" || c.Err != errBadUTF8 {
		t.Errorf("a refused line has become %+v", c)
	}
}
