package protocol

import (
	"bytes"
	"strconv"

	"parley/internal/language"
)

// ircCodec is a variant of the format IRC: the capabilities that it depends on. What is told to many is written by these; an answer, by those that
// its request had.
type ircCodec struct{ caps IRCCaps }

func (c ircCodec) appendLine(b []byte, l *Line) []byte {
	if !l.Sentence.Empty() {
		said := *l
		said.Text = l.Sentence.Append(nil, language.English)
		l = &said
	}
	switch {
	case l.Type == Closing:
		return appendClosing(b, l)
	case l.Type == Notice && len(l.Tag) == 0:
		return c.appendNotice(b, l)
	}
	a := readIRCAsk(l.Tag)
	view := ircViews[a.view]
	switch {
	case l.Type == Row && view.row != nil:
		return view.row(b, a, l)
	case l.Type == Done && view.done != nil:
		return view.done(b, a, l)
	case l.Type == Notice:
		return appendPrompt(b, a, l)
	}
	return b
}

func (ircCodec) appendFailure(b, tag []byte, command string, e *Error) []byte {
	a := readIRCAsk(tag)
	if a.view == ViewService {
		return a.serviceText(b, textCodec{}.appendFailure(nil, nil, command, e))
	}
	if fail := ircViews[a.view].fail; fail != nil {
		return fail(b, a, e)
	}
	return appendIRCFailure(b, a, e)
}

// appendEvent appends a message: one line, or as many as its text takes.
func (c ircCodec) appendEvent(b []byte, e *Event) []byte {
	text := e.Text
	if firstUnsafe(text) >= 0 {
		text = replaceUnsafe(bytes.Clone(text), 0)
	}
	command, ctcp, text := toIRC(text)
	end := lineEnd
	if ctcp != nil {
		end = "\x01" + lineEnd
	}
	for piece := 1; ; piece++ {
		b = c.appendEventTags(b, e, piece)
		from := len(b)
		b = appendSource(b, e.From, command)
		b = append(appendIRCWord(b, target(e)), " :"...)
		b = appendCTCP(b, ctcp, len(text) > 0)
		if piece == 1 && c.needsStamp(e, ctcp) {
			b = append(e.At.UTC().AppendFormat(append(b, '['), "2006-01-02 15:04"), "] "...)
		}
		n := cutText(text, from+ircLine-len(end)-len(b))
		b = append(append(b, text[:n]...), end...)
		if text = text[n:]; len(text) == 0 {
			return b
		}
	}
}

// appendCTCP begins the text of a CTCP message. More says that it has more than the first word.
func appendCTCP(b, ctcp []byte, more bool) []byte {
	if ctcp == nil {
		return b
	}
	b = append(append(b, ctcpQuote), ctcp...)
	if more {
		b = append(b, ' ')
	}
	return b
}

// needsStamp reports whether the text must say when it was said. A program does not expect that in a CTCP message.
func (c ircCodec) needsStamp(e *Event, ctcp []byte) bool {
	return e.Late && c.caps&ServerTime == 0 && (ctcp == nil || bytes.Equal(ctcp, action))
}

// target is where a message was said, as IRC names it: the room, or to whom.
func target(e *Event) string {
	switch {
	case e.Kind == RoomMessage:
		return e.Room
	case e.To != "":
		return e.To
	}
	return e.With
}

// appendEventTags appends the tags of a message, or of one of the pieces that a long one is written in.
func (c ircCodec) appendEventTags(b []byte, e *Event, piece int) []byte {
	from := len(b)
	if e.Batch != "" {
		b = appendTagWord(appendTagStart(b, from, "batch"), e.Batch)
	}
	if c.caps&ServerTime != 0 {
		b = appendIRCTime(appendTagStart(b, from, "time"), e.At)
	}
	if c.caps&MessageTags != 0 {
		b = strconv.AppendInt(appendTagStart(b, from, "msgid"), e.Number, 10)
		if piece > 1 {
			b = strconv.AppendInt(append(b, '.'), int64(piece), 10)
		}
	}
	if c.caps&MessageTags != 0 && e.Bot {
		b = appendTagStart(b, from, "bot")
		b = b[:len(b)-1] // it has no value
	}
	if c.caps&AccountTag != 0 && !e.Guest {
		b = appendTagWord(appendTagStart(b, from, "account"), e.From)
	}
	return appendTagsEnd(b, from)
}

// appendMessageRow appends a message of an answer, which is one that was said before.
func (ircCodec) appendMessageRow(b, tag []byte, e *Event) []byte {
	a := readIRCAsk(tag)
	row := *e
	row.Late = true
	if a.caps&Batch != 0 {
		row.Batch = historyBatch
	}
	return ircCodec{a.caps}.appendEvent(b, &row)
}

// parse is not used: a line of IRC may be several requests.
func (ircCodec) parse(line []byte, forms Forms) Request { return textCodec{}.parse(line, forms) }

// appendClosing appends the last line of a connection.
func appendClosing(b []byte, l *Line) []byte {
	from := len(b)
	b = append(b, "ERROR :"...)
	b = appendEcho(b, l.Word)
	if l.Text != nil {
		b = appendText(b, l.Text)
	}
	return appendIRCEnd(b, from)
}
