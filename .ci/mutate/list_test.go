package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The list is run before a release only. Here it is seen that every change still fits the code, and that its test is there.
func TestEveryChangeFits(t *testing.T) {
	t.Chdir("../..")
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	all, err := parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		code, err := os.ReadFile(m.file)
		if err == nil {
			_, err = m.apply(string(code))
		}
		if err != nil {
			t.Errorf("%s: %v", m.title, err)
		}
		if !declared(t, m.pkg, m.topTest()) {
			t.Errorf("%s: there is no %s", m.title, m.test())
		}
	}
}

// declared reports whether the tests of a package have a function of that name.
func declared(t *testing.T, pkg, function string) bool {
	files, err := filepath.Glob(filepath.Join(pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "func "+function+"(") {
			return true
		}
	}
	return false
}
