package terminal

import (
	"os"
	"sync"
)

// Input is a keyboard for tea.WithInput, of which that is taken as a whole what was typed at once: between two keys of it nothing else happens. So what
// was typed ahead of an answer is known to have been typed before it, even if the answer comes while its keys are looked at.
type Input struct {
	file  *os.File
	turn  sync.Mutex // is held while keys are on their way to the program, and by whoever has taken the turn
	ours  bool
	ended bool // all keys that were read have been taken over
}

// NewInput returns the Input that reads a terminal.
func NewInput(file *os.File) *Input { return &Input{file: file} }

// TakeTurn waits until all that was typed has been looked at. Nothing more is read until GiveTurn.
func (i *Input) TakeTurn() { i.turn.Lock() }

// GiveTurn ends what TakeTurn began.
func (i *Input) GiveTurn() { i.turn.Unlock() }

// Read reads what was typed. It is called by one goroutine, which passes the keys on before it takes over what the next Read returns. So the first Read
// behind each that had keys returns nothing, and when the next one is called, the program has the keys.
func (i *Input) Read(p []byte) (int, error) {
	switch {
	case i.ours && !i.ended:
		i.ended = true
		return 0, nil
	case i.ours:
		i.ours, i.ended = false, false
		i.turn.Unlock()
	}
	n, err := i.file.Read(p)
	if n > 0 {
		i.turn.Lock()
		i.ours = true
	}
	return n, err
}

// Write, Close and Fd are those of the terminal: Bubble Tea wants to change its mode.
func (i *Input) Write(p []byte) (int, error) { return i.file.Write(p) }
func (i *Input) Close() error                { return i.file.Close() }
func (i *Input) Fd() uintptr                 { return i.file.Fd() }
