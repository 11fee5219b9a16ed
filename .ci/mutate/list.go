package main

import (
	"errors"
	"fmt"
	"strings"
)

// mutation is one change that breaks something.
type mutation struct {
	title    string
	file     string
	old, new []string // lines
	pkg      string   // the package of the test that must fail
	name     string   // the test, as in TestX/part
}

func (m *mutation) test() string { return m.pkg + " " + m.name }

// topTest is the name of the test function.
func (m *mutation) topTest() string {
	top, _, _ := strings.Cut(m.name, "/")
	return top
}

// parse reads the list, whose first lines say how it is written.
func parse(text string) (all []*mutation, err error) {
	var m *mutation
	for i, line := range strings.Split(text, "\n") {
		title, isTitle := strings.CutPrefix(line, "### ")
		switch {
		case isTitle:
			m = &mutation{title: title}
			all = append(all, m)
		case m == nil || strings.TrimSpace(line) == "" || strings.HasPrefix(line, "# "):
		case !m.take(line):
			return nil, fmt.Errorf("line %d can't be read: %s", i+1, line)
		}
	}
	for _, m := range all {
		if m.file == "" || len(m.old) == 0 || m.name == "" {
			return nil, fmt.Errorf("%q has no file, no line to change, or no test", m.title)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("it is empty")
	}
	return all, nil
}

// take reads a line of a mutation.
func (m *mutation) take(line string) (ok bool) {
	if file, ok := strings.CutPrefix(line, "file: "); ok {
		m.file = file
		return true
	}
	if test, ok := strings.CutPrefix(line, "test: "); ok {
		m.pkg, m.name, ok = strings.Cut(test, " ")
		return ok
	}
	switch line[0] {
	case '-':
		m.old = append(m.old, line[1:])
	case '+':
		m.new = append(m.new, line[1:])
	default:
		return false
	}
	return true
}

// apply changes the text of a file. The old lines must be there exactly once; blanks at their ends do not count.
func (m *mutation) apply(text string) (string, error) {
	lines := strings.Split(text, "\n")
	found := -1
	for i := range lines {
		if !m.fits(lines[i:]) {
			continue
		}
		if found >= 0 {
			return "", fmt.Errorf("does not fit: the old lines are in %s more than once", m.file)
		}
		found = i
	}
	if found < 0 {
		return "", fmt.Errorf("does not fit: the old lines are not in %s", m.file)
	}
	rest := lines[found+len(m.old):]
	return strings.Join(append(append(lines[:found:found], m.new...), rest...), "\n"), nil
}

func (m *mutation) fits(lines []string) bool {
	if len(lines) < len(m.old) {
		return false
	}
	for i, old := range m.old {
		if strings.TrimSpace(lines[i]) != strings.TrimSpace(old) {
			return false
		}
	}
	return true
}
