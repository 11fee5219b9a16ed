// Package terminal is what Bubble Tea draws on: a terminal that is asked nothing, and keeps the keyboard and the cursor that its user has.
package terminal

import (
	"os"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"
)

// Output is a terminal for tea.WithOutput. It leaves out what Bubble Tea asks: an answer that comes late, over a slow line, would be typed into the
// shell, and some terminals show such a question as text. For the same reason keys stay encoded as they are. It may be used by several goroutines;
// what one call writes stays together.
type Output struct {
	file *os.File
	mu   sync.Mutex
}

// NewOutput returns the Output that writes to a terminal.
func NewOutput(file *os.File) *Output { return &Output{file: file} }

// unwanted is what Bubble Tea writes unasked. It never writes a part of a sequence.
var unwanted = strings.NewReplacer(
	ansi.RequestModeSynchronizedOutput, "",
	ansi.RequestModeUnicodeCore, "",
	ansi.RequestKittyKeyboard, "",
	ansi.PushKittyKeyboard(ansi.KittyDisambiguateEscapeCodes), "",
	ansi.PopKittyKeyboard(1), "",
	ansi.SetModifyOtherKeys2, "",
	ansi.ResetModifyOtherKeys, "",
	ansi.SetCursorStyle(0), "", // the form of the cursor is its user's; it could not be given back
	ansi.SetCursorStyle(1), "",
)

// Write writes to the terminal.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if wanted := unwanted.Replace(string(p)); wanted != "" {
		if _, err := o.file.WriteString(wanted); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Read, Close and Fd are those of the terminal: Bubble Tea wants to know its size.
func (o *Output) Read(p []byte) (int, error) { return o.file.Read(p) }
func (o *Output) Close() error               { return o.file.Close() }
func (o *Output) Fd() uintptr                { return o.file.Fd() }
