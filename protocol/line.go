package protocol

import (
	"time"

	"parley/internal/language"
)

// Type says what kind of line the server sends.
type Type byte

// The types of lines. Their values are what the text format shows in its first column.
const (
	Done    Type = '+' // the command is done; ends its answer
	Failed  Type = '-' // the command failed; ends its answer
	Row     Type = '=' // a row of an answer; more follows
	Notice  Type = '*' // part of no answer
	Closing Type = '!' // the last line before the server closes
)

// Line is a line for one session. For several sessions there is [Event], and for a failure [Error].
type Line struct {
	Type   Type
	Tag    []byte  // of the request that it answers, as Parse gave it; nil without one
	Word   string  // the command that is done, or what the row, the notice or the end is about
	Fields []Field // in the order of the manual
	Text   []byte  // nil: none
	To     string  // of a Notice for one session: the name of its account, for formats that address each line
	Real   string  // of a row about somebody: the real name that their client gives, for IRC, which has it among the rest

	Sentence language.Sentence // in place of Text: what the server says itself, in the language of the session
}

// Field is a named value of a line. The manual lists the names, which are the same in every format. The text format leaves some of
// them out.
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
	figureField
)

// Word is a field of one word. It should be fit to be shown: not empty, at most 64 bytes, without spaces or control characters, and
// without a colon at the end. Whatever is unfit is replaced: see [Echo].
func Word(name, word string) Field { return Field{Name: name, word: word} }

// Number is a field with a whole number. It should be below 2^53, because many clients hold numbers as floating point.
func Number(name string, n int64) Field { return Field{Name: name, kind: numberField, n: n} }

// Time is a field with a time, shown as RFC 3339 has it, in UTC and whole seconds; in IRC with milliseconds.
func Time(name string, t time.Time) Field {
	return Field{Name: name, kind: timeField, n: t.UnixMilli()}
}

// time is the value of a Time.
func (f *Field) time() time.Time { return time.UnixMilli(f.n) }

// Figure is a field of the row of a table: of a limit, say, and its value. The text format shows it as it shows a Word; JSON has its name and
// its value as two fields, because a line may have a field of that name.
func Figure(name, value string) Field { return Field{Name: name, kind: figureField, word: value} }

// Flag is a field without a value: it is there or it is not.
func Flag(name string) Field { return Field{Name: name, kind: flagField} }
