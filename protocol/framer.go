package protocol

import (
	"bytes"
	"unicode/utf8"
)

// MaxLine is the longest line of a client, in bytes, its end included.
const MaxLine = 4096

// headLen is how much is kept of a refused line: enough for its tag, some
// blanks and the slash.
const headLen = 64

const (
	nul = 0x00
	bs  = 0x08
	tab = '\t'
	lf  = '\n'
	cr  = '\r'
	del = 0x7F
)

// Why a line is refused. They are shared: an Error is never changed.
var (
	errLineTooLong = Errorf(LineTooLong, "A line may have %d bytes, its end included. This one was thrown away.", MaxLine)
	errBadUTF8     = Errorf(BadUTF8, "The line is not UTF-8. Set your terminal or program to UTF-8 and send it again.")
	errBadChar     = Errorf(BadChar, "The line holds a NUL, or a CR that does not end it. End a line with LF or CR LF.")
)

// Framer makes lines out of the bytes of one connection, in whatever pieces
// they come, and takes the telnet sequences out of them. The zero value is
// ready. It holds no memory between lines (but for a telnet client) and never
// more than one line. It must not be used by two goroutines at once.
//
// A line ends in LF or CR LF. A tab becomes a space. In telnet CR NUL ends a
// line too, and BS and DEL take back the character before them.
type Framer struct {
	held    []byte  // the unfinished line as edited so far; nil when empty
	refused *Error  // if set, only the beginning of the line is held and the rest is thrown away
	telnet  *telnet // nil until an IAC came
	afterCR bool    // the last byte was a CR: the next one decides whether it ends the line
}

// Next takes the next line off the front of in. When ok is false, in holds no
// end of a line: the framer keeps what there was, and rest is empty. Otherwise
// call it again with rest, until ok is false.
//
// The line is without its end, and valid until the next call or until in is
// used again. err is nil or an *Error: line-too-long, bad-utf8 or bad-char;
// then line is only its beginning, enough to read the tag.
func (f *Framer) Next(in []byte) (line, rest []byte, ok bool, err error) {
	if !f.Unfinished() {
		if line, rest, ok, err = wholeLine(in); ok {
			return line, rest, ok, err
		}
	}
	for len(in) > 0 {
		if n := f.feedRun(in); n > 0 {
			in = in[n:]
			continue
		}
		ended := f.feed(in[0])
		in = in[1:]
		if ended {
			line, err = f.take()
			return line, in, true, err
		}
	}
	return nil, nil, false, nil
}

// End tells the framer that the input has ended. It returns the last line if
// that had no end, as Next would.
func (f *Framer) End() (line []byte, ok bool, err error) {
	if f.afterCR {
		f.refuse(errBadChar)
	}
	if f.telnet != nil && f.telnet.abandon() {
		f.add(iac)
	}
	if f.held == nil && f.refused == nil {
		return nil, false, nil
	}
	line, err = f.take()
	return line, true, err
}

// Unfinished reports whether something is held that more input must finish: a
// line, a telnet sequence, or the rest of a line that is refused.
func (f *Framer) Unfinished() bool {
	return f.held != nil || f.refused != nil || f.afterCR || f.telnet != nil && f.telnet.state != inData
}

// wholeLine is the fast path: it returns the line at the front of in without a
// copy, if it is all there, not too long, and nothing in it needs an edit.
func wholeLine(in []byte) (line, rest []byte, ok bool, err error) {
	// No further than a line may go: lines that end in CR NUL would otherwise
	// be searched for an LF again and again.
	end := bytes.IndexByte(in[:min(len(in), MaxLine)], lf)
	if end < 0 {
		return nil, nil, false, nil
	}
	line, rest = in[:end], in[end+1:]
	if end > 0 && line[end-1] == cr {
		line = line[:end-1]
	}
	switch {
	case printable(line):
		return line, rest, true, nil
	case needsEdit(line):
		return nil, nil, false, nil
	case !utf8.Valid(line):
		return head(line), rest, true, errBadUTF8
	}
	return line, rest, true, nil
}

// needsEdit reports whether line holds a byte that the framer may have to
// replace, refuse or take out.
func needsEdit(line []byte) bool {
	for _, c := range line {
		switch c {
		case nul, bs, tab, cr, del, iac:
			return true
		}
	}
	return false
}

// feedRun takes the bytes at the front of in which can only be characters of
// the line, and returns how many they were. It does what feed does with each.
func (f *Framer) feedRun(in []byte) (n int) {
	if f.afterCR || f.telnet != nil && f.telnet.state != inData {
		return 0
	}
	for n < len(in) && in[n] >= ' ' && in[n] != del && in[n] != iac {
		n++
	}
	f.add(in[:min(n, MaxLine)]...)
	return n
}

// feed takes one byte of the input and reports whether it ends the line.
func (f *Framer) feed(c byte) (ended bool) {
	if c != iac && (f.telnet == nil || f.telnet.state == inData) {
		return f.put(c)
	}
	if f.telnet == nil {
		f.telnet = new(telnet)
	}
	switch f.telnet.next(c) {
	case isByte:
		return f.put(c)
	case isStray: // the IAC before c began no sequence: both are bytes of the line
		f.put(iac)
		return f.put(c)
	case isEraseChar:
		f.eraseChar()
	case isEraseLine:
		f.held, f.afterCR = nil, false
	case isEndless:
		f.refuse(errLineTooLong)
	}
	return false
}

// put takes one byte of the line, telnet sequences already taken out, and
// reports whether it ends the line.
func (f *Framer) put(c byte) (ended bool) {
	if f.afterCR {
		f.afterCR = false
		if c == lf || c == nul && f.Telnet() {
			f.limit(MaxLine - len("\r\n"))
			return true
		}
		f.refuse(errBadChar)
	}
	switch c {
	case lf:
		return true
	case cr:
		f.afterCR = true
	case nul:
		f.refuse(errBadChar)
	case bs, del:
		// A telnet client may send each key as it is typed. From others these bytes are data: in a text that
		// a bot passes on they must not erase the command in front of it.
		if f.Telnet() {
			f.eraseChar()
		} else {
			f.add(c)
		}
	case tab:
		f.add(' ')
	default:
		f.add(c)
	}
	return false
}

func (f *Framer) add(c ...byte) {
	if f.refused == nil {
		f.held = append(f.held, c...)
		f.limit(MaxLine - len("\n"))
	}
}

// limit refuses the line if more than n bytes of it are held.
func (f *Framer) limit(n int) {
	if len(f.held) > n {
		f.refuse(errLineTooLong)
	}
}

// eraseChar takes the last whole character off the line.
func (f *Framer) eraseChar() {
	if f.refused != nil || f.held == nil {
		return
	}
	_, size := utf8.DecodeLastRune(f.held)
	f.held = f.held[:len(f.held)-size]
	if len(f.held) == 0 {
		f.held = nil
	}
}

// refuse drops all but the beginning of the line. The first reason counts.
func (f *Framer) refuse(why *Error) {
	if f.refused == nil {
		f.refused = why
		f.held = bytes.Clone(head(f.held))
	}
}

// take hands out the line that is held, and holds nothing any more.
func (f *Framer) take() (line []byte, err error) {
	line, refused := f.held, f.refused
	f.held, f.refused, f.afterCR = nil, nil, false
	if refused == nil && !utf8.Valid(line) {
		refused = errBadUTF8
	}
	if refused != nil {
		return head(line), refused
	}
	return line, nil
}

func head(line []byte) []byte { return line[:min(len(line), headLen)] }
