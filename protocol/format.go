package protocol

import "parley/internal/language"

// Format is how the lines of a session are written and read, and in which language the server's own sentences are.
type Format uint8

// The formats, with their sentences in English: see In.
const (
	Text         Format = iota // lines that people can read and type
	JSON                       // objects, for programs
	eachLanguage               // the formats that there are in each language: as many, and then the same in the next one
)

// IRC is the format for IRC clients, always in English; the first of its variants, see IRCFormat.
const IRC = eachLanguage * Format(language.Languages)

// Formats is how many formats there are, each variant counted.
const Formats = IRC + Format(ircVariants)

// codec is the implementation of a format. Its append methods extend b as the built-in append does.
type codec interface {
	appendLine(b []byte, l *Line) []byte
	appendFailure(b, tag []byte, command string, e *Error) []byte
	appendEvent(b []byte, e *Event) []byte
	appendMessageRow(b, tag []byte, e *Event) []byte
	parse(line []byte, forms Forms) Request
}

var codecs = newCodecs()

func newCodecs() (all [Formats]codec) {
	for l := range language.Languages {
		all[Text.In(l)], all[JSON.In(l)] = textCodec{l}, jsonCodec{l}
	}
	for v := range ircVariants {
		all[IRC+Format(v)] = ircCodec{IRCCaps(v)}
	}
	return all
}

// In returns the same format with its sentences in another language. Nothing else changes: an event is the same in all languages.
func (f Format) In(l language.Language) Format {
	if f.IsIRC() {
		return f
	}
	return f%eachLanguage + eachLanguage*Format(l)
}

// Language returns the language of its sentences.
func (f Format) Language() language.Language {
	if f.IsIRC() {
		return language.English
	}
	return language.Language(f / eachLanguage)
}

var formatNames = [...]string{Text: "text", JSON: "json", IRC: "irc"}

// String returns the name of the format, as /sessions shows it.
func (f Format) String() string { return formatNames[min(f.In(language.English), IRC)] }

// FormatOf returns the format of a name, as /format takes it. A session can't change to IRC or from there.
func FormatOf(name []byte) (f Format, ok bool) {
	for f := range eachLanguage {
		if f.String() == string(name) {
			return f, true
		}
	}
	return 0, false
}

// AppendLine appends a line. Like the other Append methods it also writes the end of the line, and allocates only to extend b (and for a
// text that was not checked before and must be made safe).
func (f Format) AppendLine(b []byte, l *Line) []byte { return codecs[f].appendLine(b, l) }

// AppendFailure appends the line that answers a command with e. An empty command stands for a line that could not be read as one.
// The command, the fields and the sentence may hold anything: characters that are unfit are replaced.
func (f Format) AppendFailure(b, tag []byte, command string, e *Error) []byte {
	return codecs[f].appendFailure(b, tag, command, e)
}

// AppendEvent appends the line that tells an event.
func (f Format) AppendEvent(b []byte, e *Event) []byte { return codecs[f].appendEvent(b, e) }

// AppendMessageRow appends a row of an answer that shows a message, as in the answer to /history.
func (f Format) AppendMessageRow(b, tag []byte, e *Event) []byte {
	return codecs[f].appendMessageRow(b, tag, e)
}

// Parse reads a line of a client, without its end. Every line is a request of some kind. The request refers to the memory of the
// line: see [Request.Clone].
func (f Format) Parse(line []byte, forms Forms) Request { return codecs[f].parse(line, forms) }
