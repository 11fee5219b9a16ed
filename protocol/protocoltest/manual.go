// Package protocoltest reads from the manual what the lines of the server have in them, for tests.
package protocoltest

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Line is what the manual says of a line, or of all lines of a type: a row of the first table in its section "Fields".
type Line struct {
	Type   byte     // its sigil
	Word   string   // empty for all lines of the type
	Code   string   // of a failure; empty for all failures
	Bare   []string // fields that text shows without their names
	Named  []string // fields that text shows with their names
	Hidden []string // fields that text leaves out, or has only now and then

	optional []string
}

// Members are the names of all fields, in the order in which JSON has them.
func (l *Line) Members() (names []string) {
	for _, name := range slices.Concat(l.Bare, l.Named, l.Hidden) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Optional reports whether a field may be missing in JSON.
func (l *Line) Optional(name string) bool { return slices.Contains(l.optional, name) }

// Message reports whether the line shows a message.
func (l *Line) Message() bool { return slices.Contains(l.Hidden, "thread") }

// Figure reports whether text shows the value of the line under a name that is the line's own.
func (l *Line) Figure() bool { return slices.Contains(l.Hidden, "value") }

// Manual is what the manual says of fields.
type Manual struct {
	Lines []Line
	Types map[string]string // of each field: word, number, time, flag, or "number or word"
	About map[string]string // what each field is, without markup
}

// ReadManual reads both tables of the section "Fields" of the manual, which is in the file.
func ReadManual(t testing.TB, file string) (m Manual) {
	t.Helper()
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Fields\n")
	section, _, _ = strings.Cut(section, "\n## ")
	_, section, _ = strings.Cut(section, "\n| line |")
	lines, types, _ := strings.Cut(section, "\n| field |")
	for _, cells := range tableRows(lines) {
		m.Lines = append(m.Lines, linesOf(cells)...)
	}
	m.Types, m.About = map[string]string{}, map[string]string{}
	for _, cells := range tableRows(types) {
		name := quoted(cells[0])[0]
		m.Types[name] = strings.TrimSpace(cells[1])
		m.About[name] = link.ReplaceAllString(strings.ReplaceAll(strings.TrimSpace(cells[2]), "`", ""), "$1")
	}
	if len(m.Lines) == 0 || len(m.Types) == 0 {
		t.Fatal("the manual has no tables of fields")
	}
	return m
}

// linesOf returns the lines that a row of the table is about.
func linesOf(cells []string) (lines []Line) {
	names := quoted(cells[0])
	row := Line{Bare: quoted(cells[1]), Named: quoted(cells[2]), Hidden: quoted(cells[3])}
	for _, m := range bracketed.FindAllStringSubmatch(cells[1]+cells[2], -1) {
		if !slices.Contains(row.Hidden, m[1]) { // otherwise only text may do without
			row.optional = append(row.optional, m[1])
		}
	}
	for _, m := range bracketed.FindAllStringSubmatch(cells[3], -1) {
		row.optional = append(row.optional, m[1])
	}
	for i, name := range names {
		line := row
		switch sigil, word, _ := strings.Cut(name, " "); {
		case names[0] == "-" && i > 0:
			line.Type, line.Code = '-', name
		case names[0] == "-" && len(names) > 1:
			continue // the codes follow
		default:
			line.Type, line.Word = sigil[0], word
		}
		lines = append(lines, line)
	}
	return lines
}

// tableRows returns the cells of a table's rows.
func tableRows(table string) (rows [][]string) {
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "| `") {
			cells := strings.Split(strings.Trim(line, "| \n"), "|")
			for len(cells) < 4 { // the last ones are empty
				cells = append(cells, "")
			}
			rows = append(rows, cells)
		}
	}
	return rows
}

var (
	backticks = regexp.MustCompile("`([^`]+)`")
	link      = regexp.MustCompile(`\[([^]]+)\]\([^)]*\)`)
	bracketed = regexp.MustCompile("\\[`([^`]+)`\\]")
)

func quoted(cell string) (words []string) {
	for _, m := range backticks.FindAllStringSubmatch(cell, -1) {
		words = append(words, m[1])
	}
	return words
}
