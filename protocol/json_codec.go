package protocol

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"parley/internal/language"
)

// jsonCodec is the format for programs: each line is one JSON object (RFC 8259), with the fields by the names that the manual gives them.
// Its first two members say what the line is.
type jsonCodec struct{ language language.Language }

// lineHeads begin a line of each type, up to the value of its second member.
var lineHeads = [256]string{
	Done:    `{"type":"done","command":`,
	Failed:  `{"type":"failed","command":`,
	Row:     `{"type":"row","row":`,
	Notice:  `{"type":"event","event":`,
	Closing: `{"type":"end","code":`,
}

func (c jsonCodec) appendLine(b []byte, l *Line) []byte {
	b = appendJSONWord(append(b, lineHeads[l.Type]...), l.Word)
	for i := range l.Fields {
		b = appendMember(b, &l.Fields[i])
	}
	switch {
	case !l.Sentence.Empty():
		b = c.appendSentence(b, l.Sentence)
	case l.Text != nil:
		b = appendJSONText(b, l.Text)
	}
	return appendJSONEnd(b, l.Tag)
}

func (c jsonCodec) appendFailure(b, tag []byte, command string, e *Error) []byte {
	if command == "" {
		command = "*"
	}
	b = appendJSONWord(append(b, lineHeads[Failed]...), command)
	b = appendJSONWord(append(b, `,"code":`...), e.Code)
	for i := range e.Fields {
		b = appendMember(b, &e.Fields[i])
	}
	if e.Retry > 0 {
		b = strconv.AppendInt(append(b, `,"retry":`...), int64(e.Retry), 10)
	}
	return appendJSONEnd(c.appendSentence(b, e.Sentence), tag)
}

func (c jsonCodec) appendEvent(b []byte, e *Event) []byte {
	return c.appendMessage(append(b, lineHeads[Notice]...), nil, e)
}

func (c jsonCodec) appendMessageRow(b, tag []byte, e *Event) []byte {
	return c.appendMessage(append(b, lineHeads[Row]...), tag, e)
}

// appendMessage appends a message, whose members are the same in an event and in a row.
func (jsonCodec) appendMessage(b, tag []byte, e *Event) []byte {
	thread := e.With
	switch {
	case e.Kind == PrivateMessage:
		b = append(b, `"msg"`...)
	case e.Room == LobbyName:
		b = append(b, `"all"`...)
		thread = e.Room
	default:
		b = append(b, `"say","room":`...)
		b = appendJSONWord(b, e.Room)
		thread = e.Room
	}
	b = appendJSONWord(append(b, `,"from":`...), e.From)
	b = strconv.AppendInt(append(b, `,"number":`...), e.Number, 10)
	b = append(appendTime(append(b, `,"at":"`...), e.At), '"')
	if e.Kind == PrivateMessage && e.Copy {
		b = appendJSONWord(append(b, `,"to":`...), e.With)
	}
	b = appendJSONWord(append(b, `,"thread":`...), thread)
	return appendJSONEnd(appendJSONText(b, e.Text), tag)
}

// appendMember appends a field.
func appendMember(b []byte, f *Field) []byte {
	if f.kind == figureField {
		b = appendJSONWord(append(b, `,"name":`...), f.Name)
		return appendFigure(append(b, `,"value":`...), f.word)
	}
	b = append(b, ',', '"')
	b = append(append(b, f.Name...), '"', ':')
	switch f.kind {
	case flagField:
		return append(b, "true"...)
	case numberField:
		return strconv.AppendInt(b, f.n, 10)
	case timeField:
		return append(appendTime(append(b, '"'), f.time()), '"')
	}
	return appendJSONWord(b, f.word)
}

// appendFigure appends a number as a number, and what is none as a word.
func appendFigure(b []byte, value string) []byte {
	n, err := strconv.ParseInt(value, 10, 64)
	if err == nil && n >= 0 && n < maxNumber && strconv.FormatInt(n, 10) == value { // "007" is a word
		return strconv.AppendInt(b, n, 10)
	}
	return appendJSONWord(b, value)
}

// appendJSONWord appends a word as a string, with what is unfit for a field replaced as the text format does.
func appendJSONWord[T ~string | ~[]byte](b []byte, word T) []byte {
	var buf [maxEcho + utf8.UTFMax]byte
	return appendQuoted(b, appendEcho(buf[:0], word))
}

// appendJSONText appends the member "text". What a terminal might obey is replaced as in the text format, since a program may show it.
func appendJSONText(b, text []byte) []byte {
	if firstUnsafe(text) >= 0 {
		text = replaceUnsafe(bytes.Clone(text), 0)
	}
	return appendQuoted(append(b, `,"text":`...), text)
}

// appendSentence is appendJSONText for what the server says itself.
func (c jsonCodec) appendSentence(b []byte, s language.Sentence) []byte {
	var buf [256]byte // enough for most
	return appendJSONText(b, s.Append(buf[:0], c.language))
}

// appendQuoted appends a string that is UTF-8.
func appendQuoted(b, s []byte) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}

// appendJSONEnd ends a line. The tag is fit as it is.
func appendJSONEnd(b, tag []byte) []byte {
	if len(tag) > 0 {
		b = append(append(append(b, `,"tag":"`...), tag...), '"')
	}
	return append(b, "}\r\n"...)
}
