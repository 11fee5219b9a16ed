package protocol

// Format is a way of writing, which each session has.
type Format uint8

// The formats.
const (
	Text    Format = iota // lines for people: see text_codec.go and text_request.go
	Formats               // how many there are
)

// codec writes values in one format, and reads requests. The methods that begin with append do as the built-in does.
type codec interface {
	appendLine(b []byte, l *Line) []byte
	appendFailure(b, tag []byte, command string, e *Error) []byte
	appendEvent(b []byte, e *Event) []byte
	appendMessageRow(b, tag []byte, e *Event) []byte
	parse(line []byte, forms Forms) Request
}

var codecs = [Formats]codec{Text: textCodec{}}

// AppendLine appends a line, its end included.
func (f Format) AppendLine(b []byte, l *Line) []byte { return codecs[f].appendLine(b, l) }

// AppendFailure appends the line that answers a command with e. An empty command stands for a line that could not be read as one.
// The command, the fields and the sentence may hold anything: what is unfit is replaced.
func (f Format) AppendFailure(b, tag []byte, command string, e *Error) []byte {
	return codecs[f].appendFailure(b, tag, command, e)
}

// AppendEvent appends an event, its end included. It takes no memory but that of b.
func (f Format) AppendEvent(b []byte, e *Event) []byte { return codecs[f].appendEvent(b, e) }

// AppendMessageRow appends a row of an answer that shows a message, as /history has it.
func (f Format) AppendMessageRow(b, tag []byte, e *Event) []byte {
	return codecs[f].appendMessageRow(b, tag, e)
}

// Parse reads a line of a client, without its end. Any line is some request. The request refers to the line.
func (f Format) Parse(line []byte, forms Forms) Request { return codecs[f].parse(line, forms) }
