package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // for noonZone, on a machine that has no time zones
	"unicode/utf8"
)

// screens holds what a person must see: a picture for each step of a test, as text. With -update they are written anew; look at each then.
const screens = "testdata/screens"

// extent is the size of a terminal.
type extent struct{ columns, rows int }

func (s extent) String() string { return fmt.Sprintf("%dx%d", s.columns, s.rows) }

var small, large = extent{80, 24}, extent{200, 60}

// window is a terminal in which a person has parley connect on the whole of the screen.
type window struct {
	*terminal
	name string // its pictures begin with it
	size extent
	env  []string
}

// mask puts something that is the same each time in the place of what is not. Blanks make up for it if it is not as wide.
type mask struct {
	what *regexp.Regexp
	with string
	left bool // what stands to the right of it stays in its place, and so does its end
}

var masks = []mask{
	{what: regexp.MustCompile(`\bidle=\d+\b`), with: "idle=0"},
	{what: regexp.MustCompile(`\b\d\d:\d\d:\d\d\b`), with: "21:04:11"},
	{what: regexp.MustCompile(`\b\d\d:\d\d\b`), with: "21:04"},
	{what: regexp.MustCompile(`from \d\d:\d\d(:\d\d)? to \d\d:\d\d(:\d\d)? ── *`), with: "from 21:04 to 21:09 ──"},
	{what: regexp.MustCompile(`\b127\.0\.0\.1:\d{5}\b`), with: "127.0.0.1:12345"},
	{what: regexp.MustCompile(`\bparley_[A-Z2-7]{26}\b`), with: "parley_QGDAR4FHHUGLWC5A2RX7SZIYNE"},
	{what: regexp.MustCompile(`\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{1,2} [A-Z][a-z]+ \d{4} ── *`), with: "Saturday, 21 November 2026 ──"},
	{what: regexp.MustCompile(`\d{4}年\d{1,2}月\d{1,2}日 ?星期. ── *`), with: "2026年11月21日星期六 ──"},
	{what: regexp.MustCompile(`\d{4}-\d\d-\d\d`), with: "2026-11-21"},
	{what: regexp.MustCompile(` *(connecting…|connects again in \d+ s)$`), with: "connects again in 4 s", left: true},
}

// in masks a row.
func (m mask) in(row string) string {
	return m.what.ReplaceAllStringFunc(row, func(was string) string {
		blanks := strings.Repeat(" ", max(0, utf8.RuneCountInString(was)-utf8.RuneCountInString(m.with)))
		if m.left {
			return blanks + m.with
		}
		return m.with + blanks
	})
}

// noonZone is a time zone in which the day is neither young nor old, so that no test has a midnight in it.
func noonZone() string {
	behind := time.Now().UTC().Hour() - 12
	return fmt.Sprintf("TZ=Etc/GMT%+d", behind) // with the sign of POSIX: what is behind Greenwich has a plus
}

// openWindow runs `parley connect` in a terminal of that size, with arguments that the shell takes apart. When it has ended, "exit=" and its
// status are shown, and the files before and after in the terminal's home have the settings of the terminal.
func openWindow(t *testing.T, name string, size extent, arguments string, env ...string) *window {
	t.Helper()
	return newTerminal(t).connects(name, size, arguments, env...)
}

// connects is openWindow for somebody whose home is there already.
func (term *terminal) connects(name string, size extent, arguments string, env ...string) *window {
	term.t.Helper()
	return term.runs(name, size, connectLine(arguments), env...)
}

// runs opens the window with a line of shell that runs the client, which is installed.
func (term *terminal) runs(name string, size extent, line string, env ...string) *window {
	term.t.Helper()
	term.installs()
	env = append([]string{term.path(), noonZone()}, env...)
	term.opens(size.columns, size.rows, line, env...)
	return &window{terminal: term, name: name, size: size, env: env}
}

func connectLine(arguments string) string {
	return "cd; rm -f after; stty -g >before; echo typed before; parley connect " + arguments + "; status=$?; stty -g >after; (exit $status)"
}

// connectsAgain has the person come back, in the same terminal.
func (w *window) connectsAgain(arguments string) {
	w.t.Helper()
	respawn := w.tmux("respawn-pane", "-k", connectLine(arguments)+"\necho exit=$?; exec sleep 600")
	respawn.Env = append(respawn.Env, w.env...)
	if out, err := respawn.CombinedOutput(); err != nil {
		w.t.Fatalf("tmux: %v: %s", err, out)
	}
}

// installs puts the program into the home.
func (term *terminal) installs() {
	term.t.Helper()
	self, err := os.Executable()
	if err != nil {
		term.t.Fatal(err)
	}
	write(term.t, filepath.Join(term.home, "bin", "parley"), fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", asProgram, self))
}

func (term *terminal) path() string {
	return "PATH=" + filepath.Join(term.home, "bin") + ":" + os.Getenv("PATH")
}

// visible is what the person sees now, a line for each row, and a last line that says where the cursor is.
func (w *window) visible() string {
	w.t.Helper()
	rows, cursor := w.captures()
	for i, row := range rows {
		rows[i] = w.masked(row)
	}
	return strings.Join(append(rows, cursor), "\n") + "\n"
}

// captures takes a picture: the rows, and where the cursor is.
func (w *window) captures(flags ...string) (rows []string, cursor string) {
	w.t.Helper()
	capture := append([]string{"capture-pane", "-p"}, flags...)
	seen := w.run(append(capture, ";", "display-message", "-p", "#{cursor_flag} #{cursor_x} #{cursor_y} #{pane_width} #{pane_height}")...)
	rows = strings.Split(strings.TrimSuffix(seen, "\n"), "\n")
	last := len(rows) - 1
	var flag, x, y, columns, height int
	if _, err := fmt.Sscan(rows[last], &flag, &x, &y, &columns, &height); err != nil {
		w.t.Fatalf("%q: %v", rows[last], err)
	}
	cursor = fmt.Sprintf("-- %d×%d, no cursor", columns, height)
	if flag == 1 {
		cursor = fmt.Sprintf("-- %d×%d, the cursor in column %d of row %d", columns, height, x+1, y+1)
	}
	return rows[:last], cursor
}

func (w *window) masked(row string) string {
	for _, m := range masks {
		row = m.in(row)
	}
	return strings.TrimRight(row, " ")
}

// coloured is what the person sees now, and below each row that has attributes another that shows them: r is reversed, b bold, f faint,
// c coloured, B bold and coloured.
func (w *window) coloured() string {
	w.t.Helper()
	rows, cursor := w.captures("-e", "-N")
	var all strings.Builder
	now := attributes{}
	for _, row := range rows {
		text, marks := now.read(row)
		fmt.Fprintln(&all, w.masked(text))
		if marks = strings.TrimRight(marks, " "); marks != "" {
			fmt.Fprintln(&all, marks)
		}
	}
	return all.String() + cursor + "\n"
}

// attributes are those with which a terminal shows what comes next.
type attributes struct{ bold, faint, reverse, colour bool }

var sgr = regexp.MustCompile(`^\x1b\[([0-9;]*)m`)

// read takes a row apart, from which it goes on to the next.
func (a *attributes) read(row string) (text, marks string) {
	for row != "" {
		if m := sgr.FindStringSubmatch(row); m != nil {
			a.change(m[1])
			row = row[len(m[0]):]
			continue
		}
		_, size := utf8.DecodeRuneInString(row)
		text += row[:size]
		row = row[size:]
		marks += a.letter()
	}
	return text, marks
}

func (a *attributes) change(numbers string) {
	for i, number := range strings.Split(numbers, ";") {
		switch {
		case number == "" || number == "0":
			*a = attributes{}
		case number == "1":
			a.bold = true
		case number == "2":
			a.faint = true
		case number == "7":
			a.reverse = true
		case number == "39":
			a.colour = false
		case number == "38" && i == 0:
			a.colour = true
			return
		case len(number) == 2 && (number[0] == '3' || number[0] == '9'):
			a.colour = true
		}
	}
}

func (a *attributes) letter() string {
	switch {
	case a.reverse:
		return "r"
	case a.bold && a.colour:
		return "B"
	case a.bold:
		return "b"
	case a.colour:
		return "c"
	case a.faint:
		return "f"
	}
	return " "
}

// sees waits until all these texts can be seen.
func (w *window) sees(texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		if !comesTrue(func() bool { return strings.Contains(w.visible(), text) }) {
			w.t.Fatalf("%q is not to be seen:\n%s", text, w.visible())
		}
	}
}

// seesNot waits until a text can't be seen any more.
func (w *window) seesNot(text string) {
	w.t.Helper()
	if !comesTrue(func() bool { return !strings.Contains(w.visible(), text) }) {
		w.t.Fatalf("%q is still to be seen:\n%s", text, w.visible())
	}
}

// looks waits until these texts can be seen, which the step before must bring about, and then until the screen is as in the file of that
// step, at this size.
func (w *window) looks(step string, texts ...string) {
	w.t.Helper()
	w.sees(texts...)
	w.compares(fmt.Sprintf("%s-%s-%v", w.name, step, w.size), w.visible)
}

// looksInColour is looks, with the attributes.
func (w *window) looksInColour(step string, texts ...string) {
	w.t.Helper()
	w.sees(texts...)
	w.compares(fmt.Sprintf("%s-%s-colour-%v", w.name, step, w.size), w.coloured)
}

// looksAlways is looks, and the same in the other size; back in this one nothing may have changed.
func (w *window) looksAlways(step string, texts ...string) {
	w.t.Helper()
	w.looks(step, texts...)
	here, other := w.size, large
	if here == large {
		other = small
	}
	w.resizes(other)
	w.looks(step, texts...)
	w.resizes(here)
	w.looks(step, texts...)
}

// resizes gives the terminal another size.
func (w *window) resizes(to extent) {
	w.t.Helper()
	w.run("resize-window", "-x", strconv.Itoa(to.columns), "-y", strconv.Itoa(to.rows))
	w.size = to
}

// tooLong is how long a picture may be wrong before the test gives up.
const tooLong = 20 * time.Second

// compares waits until a picture is as in the file.
func (w *window) compares(name string, look func() string) {
	w.t.Helper()
	file := filepath.Join(screens, name+".txt")
	if *update {
		w.rewrites(file, look)
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		w.t.Fatalf("%v; it looks so now, and -update writes it:\n%s", err, look())
	}
	for deadline := time.Now().Add(tooLong); ; time.Sleep(10 * time.Millisecond) {
		got := look()
		if got == string(want) {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s is not what is to be seen; - is the file, + the screen, and -update would write it anew:\n%s", file, differs(string(want), got))
		}
	}
}

// rewrites keeps a picture when it has not changed for a while.
func (w *window) rewrites(file string, look func() string) {
	w.t.Helper()
	seen, since := look(), time.Now()
	for time.Since(since) < time.Second {
		time.Sleep(20 * time.Millisecond)
		if now := look(); now != seen {
			seen, since = now, time.Now()
		}
	}
	if err := os.MkdirAll(screens, 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(seen), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// differs shows two pictures as one: a row in which they differ comes twice.
func differs(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	var both strings.Builder
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(b):
			fmt.Fprintf(&both, "- %s\n", a[i])
		case i >= len(a):
			fmt.Fprintf(&both, "+ %s\n", b[i])
		case a[i] == b[i]:
			fmt.Fprintf(&both, "  %s\n", a[i])
		default:
			fmt.Fprintf(&both, "- %s\n+ %s\n", a[i], b[i])
		}
	}
	return both.String()
}

// hasStraightRule looks whether the rule beside the sidebar stands in the same column in every row that has one, and no row is too wide, as
// tmux counts columns. At least so many rows must have one.
func (w *window) hasStraightRule(rows int) {
	w.t.Helper()
	column := -1
	for i, row := range strings.Split(w.run("capture-pane", "-p"), "\n") {
		left, _, ok := strings.Cut(row, "│")
		if !ok {
			continue
		}
		rows--
		switch at := w.width(left); {
		case column == -1:
			column = at
		case column != at:
			w.t.Errorf("the rule is in column %d, but in row %d in column %d:\n%s", column, i+1, at, w.visible())
		}
		if wide := w.width(row); wide > w.size.columns {
			w.t.Errorf("row %d has %d columns:\n%s", i+1, wide, w.visible())
		}
	}
	if rows > 0 {
		w.t.Errorf("%d rows more should have a rule:\n%s", rows, w.visible())
	}
}

// width is how many columns tmux takes for a text.
func (w *window) width(text string) int {
	w.t.Helper()
	if utf8.RuneCountInString(text) == len(text) {
		return len(text)
	}
	columns, err := strconv.Atoi(strings.TrimSpace(w.run("set", "-g", "@text", strings.ReplaceAll(text, "#", "x"), ";", "display", "-p", "#{w:@text}")))
	if err != nil {
		w.t.Fatal(err)
	}
	return columns
}

// rings waits for the bell, which has not rung since the last time.
func (w *window) rings() {
	w.t.Helper()
	if !comesTrue(w.rang) {
		w.t.Errorf("the bell has not rung:\n%s", w.visible())
	}
	w.run("kill-session", "-C")
}

func (w *window) rang() bool {
	return strings.TrimSpace(w.run("display-message", "-p", "#{window_bell_flag}")) == "1"
}

// hasNotRung reports a bell that should not have rung.
func (w *window) hasNotRung() {
	w.t.Helper()
	if w.rang() {
		w.t.Errorf("the bell has rung:\n%s", w.visible())
	}
}

// pastes puts a text in as terminals do that can tell it from typing.
func (w *window) pastes(text string) {
	w.t.Helper()
	w.run("set-buffer", "--", text, ";", "paste-buffer", "-p")
}

// hasLeft waits for the end of the client. The screen and the settings of the terminal must be as before.
func (w *window) hasLeft(status int) {
	w.t.Helper()
	w.sees(fmt.Sprintf("exit=%d", status))
	before, after := w.reads("before"), w.reads("after")
	if before != after {
		w.t.Errorf("the terminal was %q, and is %q", before, after)
	}
	if !strings.HasPrefix(w.visible(), "typed before\n") {
		w.t.Errorf("what was on the screen before is gone:\n%s", w.visible())
	}
	if modes := strings.TrimSpace(w.run("display-message", "-p", "#{alternate_on}#{mouse_any_flag}#{cursor_flag}#{keypad_flag}")); modes != "0010" {
		w.t.Errorf("the alternate screen, the mouse, the cursor and the keypad are %s, not 0010", modes)
	}
}

// reads waits until a file of the home is complete.
func (w *window) reads(file string) (text string) {
	w.t.Helper()
	if !comesTrue(func() bool {
		bytes, _ := os.ReadFile(filepath.Join(w.home, file))
		text = string(bytes)
		return strings.HasSuffix(text, "\n")
	}) {
		w.t.Fatalf("there is no %s:\n%s", file, w.visible())
	}
	return text
}
