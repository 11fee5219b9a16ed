package protocol

// This file is how the IRC codec reads the values that it writes.

// word returns the value of a word of the line, "" where it has none of that name.
func (l *Line) word(name string) string { return wordOf(l.Fields, name) }

// number returns the value of a number of the line, or of a time in Unix seconds; 0 where it has none of that name.
func (l *Line) number(name string) int64 {
	f := fieldOf(l.Fields, name)
	switch {
	case f == nil:
		return 0
	case f.kind == timeField:
		return f.time().Unix()
	}
	return f.n
}

// has reports whether the line has a field of that name.
func (l *Line) has(name string) bool { return fieldOf(l.Fields, name) != nil }

// word returns the value of a word of the failure, "" where it has none of that name.
func (e *Error) word(name string) string { return wordOf(e.Fields, name) }

func wordOf(fields []Field, name string) string {
	if f := fieldOf(fields, name); f != nil {
		return f.word
	}
	return ""
}

func fieldOf(fields []Field, name string) *Field {
	for i := range fields {
		if fields[i].Name == name {
			return &fields[i]
		}
	}
	return nil
}
