package language

import (
	"fmt"
	"slices"
	"strings"
)

// Format is the English format of a sentence, for fmt. Whatever holds a sentence of the server is a Format from the beginning, so that a test can find all
// of them: write it as a constant.
type Format string

// Sentence is a sentence that is said later, when it is known who reads it. The zero Sentence says nothing. It is never changed.
type Sentence struct {
	format Format
	args   []any
}

// Say makes a sentence of a format and its arguments, which must not be changed afterwards. An argument may be a sentence itself.
func Say(format Format, args ...any) Sentence { return Sentence{format, args} }

// Empty reports whether it says nothing.
func (s Sentence) Empty() bool { return s.format == "" }

// In returns what it says in a language.
func (s Sentence) In(l Language) string { return l.Sprintf(string(s.format), s.args...) }

// String returns what it says in English.
func (s Sentence) String() string { return s.In(English) }

// Append appends what it says in a language. In English it allocates only to extend b.
func (s Sentence) Append(b []byte, l Language) []byte {
	switch {
	case l != English:
		return append(b, s.In(l)...)
	case len(s.args) == 0 && strings.IndexByte(string(s.format), '%') < 0: // as most are
		return append(b, s.format...)
	}
	return fmt.Appendf(b, string(s.format), s.args...)
}

// sayAll returns arguments with the sentences among them said.
func (l Language) sayAll(args []any) []any {
	args = slices.Clone(args)
	for i, a := range args {
		if s, ok := a.(Sentence); ok {
			args[i] = s.In(l)
		}
	}
	return args
}
