package protocol

import "time"

// Type says what a line of the server is.
type Type byte

// The types of lines. Their values are what the text format shows in its first column.
const (
	Done    Type = '+' // the command is done; ends its answer
	Failed  Type = '-' // the command failed; ends its answer
	Row     Type = '=' // a row of an answer; more follows
	Notice  Type = '*' // part of no answer
	Closing Type = '!' // the last line before the server closes
)

// Line is one line that the server says to one session. What others see as well is an [Event], and a failure is an [Error].
type Line struct {
	Type   Type
	Tag    []byte  // of the request that it answers; nil without one
	Word   string  // the command that is done, or what the row, the notice or the end is
	Fields []Field // in the order in which they are shown
	Text   []byte  // nil: none
}

// Field is a named value of a line. Its name is the same in every format and stands in the manual; whether a format shows
// the name is its own business.
type Field struct {
	Name string
	kind fieldKind
	word string
	n    int64
}

type fieldKind uint8

const (
	wordField fieldKind = iota
	numberField
	timeField
	flagField
)

// Word is a field of one word: not empty, without spaces or control characters, no colon at the end. In the fields of an
// Error it may be anything: what is unfit is replaced.
func Word(name, word string) Field { return Field{Name: name, word: word} }

// Number is a field with a whole number, below 2^53.
func Number(name string, n int64) Field { return Field{Name: name, kind: numberField, n: n} }

// Time is a field with a time, shown as RFC 3339 has it, in UTC and whole seconds.
func Time(name string, t time.Time) Field {
	return Field{Name: name, kind: timeField, n: t.Unix()}
}

// Flag is a field that says something by being there.
func Flag(name string) Field { return Field{Name: name, kind: flagField} }
