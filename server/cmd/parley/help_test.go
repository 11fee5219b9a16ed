package main

import (
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
)

// parley --help shows all that the server can be told, each with its environment variable and its default.
func TestHelpShowsEveryFlag(t *testing.T) {
	help := exec.Command(os.Args[0], "--help")
	help.Env = append(os.Environ(), asProgram+"=1")
	out, err := help.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	shown := strings.Join(strings.Fields(string(out)), " ")
	for _, f := range reflect.VisibleFields(reflect.TypeFor[serveCommand]()) {
		env, described := f.Tag.Lookup("env")
		if !described {
			continue // a group of flags
		}
		for _, want := range []string{"($" + env + ")", f.Tag.Get("placeholder")} {
			if !strings.Contains(shown, want) {
				t.Errorf("%s: %q is not in the help", f.Name, want)
			}
		}
		if text := f.Tag.Get("help"); !strings.Contains(text, "default") {
			t.Errorf("%s: the help does not say the default: %q", f.Name, text)
		}
	}
}
