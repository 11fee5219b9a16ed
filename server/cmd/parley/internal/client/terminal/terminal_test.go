package terminal

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// oneLine is a program that shows a line until a key is pressed.
type oneLine struct{ leaving bool }

func (oneLine) Init() tea.Cmd { return nil }

func (m oneLine) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, pressed := msg.(tea.KeyPressMsg); pressed {
		return oneLine{leaving: true}, tea.Quit
	}
	return m, nil
}

func (m oneLine) View() tea.View {
	v := tea.NewView("hello")
	if !m.leaving {
		v.Cursor = tea.NewCursor(2, 0)
	}
	return v
}

// question is what a terminal answers: about its modes, its kind, its cursor, its colours, its keyboard.
var question = regexp.MustCompile(`\x1b\[\??[0-9;]*(\$p|n|c)|\x1b\[[>=][0-9;]*[cq]|\x1b\][0-9;]+;\?|\x1bP[+$]q|\x1b\[\?u`)

// TestTerminalIsAskedNothing: an answer that comes late would be typed into the shell.
func TestTerminalIsAskedNothing(t *testing.T) {
	for _, environment := range [][]string{{"TERM=xterm-kitty"}, {"TERM=xterm-256color", "TERM_PROGRAM=ghostty"}, {"TERM="}, {"TERM=linux"}} {
		in, out := pipe(t), pipe(t)
		program := tea.NewProgram(oneLine{}, tea.WithInput(in.r), tea.WithOutput(NewOutput(out.w)), tea.WithEnvironment(environment), tea.WithoutSignalHandler(),
			tea.WithWindowSize(80, 24))
		done := make(chan error, 1)
		go func() {
			_, err := program.Run()
			out.w.Close()
			done <- err
		}()
		shown := make([]byte, 1<<16)
		n := 0
		for !strings.Contains(string(shown[:n]), "hello") {
			more, err := out.r.Read(shown[n:])
			if n += more; err != nil {
				t.Fatal(err)
			}
		}
		io.WriteString(in.w, "q")
		rest, _ := io.ReadAll(out.r)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		all := string(shown[:n]) + string(rest)
		if asked := question.FindString(all); asked != "" {
			t.Errorf("%q: the terminal is asked %q, in %q", environment, asked, all)
		}
		for _, mode := range []string{"\x1b[>1u", "\x1b[>4;2m", "\x1b[1 q", "\x1b[0 q"} {
			if strings.Contains(all, mode) {
				t.Errorf("%q: the terminal is changed by %q, in %q", environment, mode, all)
			}
		}
	}
}

type twoEnds struct{ r, w *os.File }

func pipe(t *testing.T) twoEnds {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return twoEnds{r, w}
}

// TestTurn: what was read is passed on before somebody else's turn comes.
func TestTurn(t *testing.T) {
	p := pipe(t)
	p.r.SetReadDeadline(time.Now().Add(20 * time.Second))
	in := NewInput(p.r)
	io.WriteString(p.w, "abc")
	buf := make([]byte, 10)
	for _, want := range []int{3, 0} {
		if n, err := in.Read(buf); n != want || err != nil {
			t.Fatalf("read %d bytes (%v), want %d", n, err, want)
		}
		if in.turn.TryLock() {
			t.Fatal("it is somebody else's turn while keys are passed on")
		}
	}
	read := make(chan string)
	go func() {
		n, _ := in.Read(buf)
		read <- string(buf[:n])
	}()
	in.TakeTurn()
	io.WriteString(p.w, "d")
	in.GiveTurn()
	if got := <-read; got != "d" {
		t.Errorf("read %q", got)
	}
}
