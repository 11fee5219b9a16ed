package protocol

import (
	"strconv"

	"parley/internal/language"
)

// appendIRCFailure appends a failure by its numeric, or else as a standard reply with our code.
func appendIRCFailure(b []byte, a ircAsk, e *Error) []byte {
	switch e.Code {
	case LoginRequired:
		return a.failed(b, "451", e, "")
	case AlreadyLoggedIn:
		return a.failed(b, "462", e, "")
	case UnknownCommand:
		return a.failed(b, "421", e, string(a.command))
	case RateLimited, Busy:
		return a.failed(b, "263", e, string(a.command))
	case Usage:
		return a.failed(b, "461", e, string(a.command))
	case LineTooLong:
		return a.failed(b, "417", e, "")
	case NoSuchUser:
		return a.failed(b, "401", e, a.nameOf(e))
	case NoSuchRoom, BadRoom:
		return a.failed(b, "403", e, a.roomOf(e))
	case NotInRoom:
		if name := e.word("name"); name != "" {
			return a.failed(b, "441", e, name, a.roomOf(e))
		}
		return a.failed(b, "442", e, a.roomOf(e))
	case AlreadyInRoom:
		return a.failed(b, "443", e, a.nameOf(e), a.roomOf(e))
	case BadName, NameReserved:
		return a.failed(b, "432", e, a.nameOf(e))
	case NameTaken:
		return a.failed(b, "433", e, a.nameOf(e))
	case BadCredentials:
		return a.failed(b, "464", e, "")
	case Forbidden:
		if room := a.channel(); room != nil {
			return a.failed(b, "482", e, string(room))
		}
		return a.failed(b, "481", e, "")
	}
	return appendStandardFailure(b, a, e)
}

// appendUnlessHidden appends the failure of a command that lists something, but nothing of a room that is none for the client: the list is empty.
func appendUnlessHidden(b []byte, a ircAsk, e *Error) []byte {
	switch e.Code {
	case NoSuchRoom, BadRoom, NotInRoom:
		return b
	}
	return appendIRCFailure(b, a, e)
}

// failed appends a failure as a numeric reply with these words; an empty one is left out.
func (a *ircAsk) failed(b []byte, number string, e *Error, words ...string) []byte {
	from := len(b)
	b = a.numeric(b, number)
	for _, word := range words {
		if word != "" {
			b = appendIRCWord(b, word)
		}
	}
	return appendIRCEnd(appendIRCSentence(b, e), from)
}

// appendIRCSentence appends the sentence of a failure, and when to try again.
func appendIRCSentence(b []byte, e *Error) []byte {
	b = append(b, " :"...)
	from := len(b)
	b = safeFrom(e.Sentence.Append(b, language.English), from)
	if e.Retry > 0 {
		b = strconv.AppendInt(append(b, " Try again in "...), int64(e.Retry), 10)
		b = append(b, " s."...)
	}
	return b
}

// roomOf is the room that a failure is about: as it says itself, or else as the client has asked.
func (a *ircAsk) roomOf(e *Error) string {
	if room := e.word("room"); room != "" {
		return room
	}
	if room := a.channel(); room != nil {
		return string(room)
	}
	return "*"
}

// nameOf is the person that a failure is about.
func (a *ircAsk) nameOf(e *Error) string {
	if name := e.word("name"); name != "" {
		return name
	}
	return string(a.nick)
}

// appendStandardFailure appends a failure as a standard reply: the command, the code, what it is about, and the sentence. A code of ours
// stands as it is, unless IRC has one for it.
func appendStandardFailure(b []byte, a ircAsk, e *Error) []byte {
	code := string(e.Code)
	if e.Code == BadUTF8 {
		code = "INVALID_UTF8"
	}
	return a.fail(b, e, code, contextOf(a, e)...)
}

// maxContext is how many words say what a failure is about.
const maxContext = 3

// contextOf returns the words that say what a failure is about: its own, or else the first one that the client has asked about.
func contextOf(a ircAsk, e *Error) (words []string) {
	for i := range e.Fields {
		if f := &e.Fields[i]; f.kind == wordField && len(words) < maxContext {
			words = append(words, f.word)
		}
	}
	if len(words) == 0 && len(a.arg) > 0 {
		words = append(words, string(a.first()))
	}
	return words
}

// fail appends a standard reply.
func (a *ircAsk) fail(b []byte, e *Error, code string, context ...string) []byte {
	from := len(b)
	b = append(append(b, ":"+IRCServer...), " FAIL"...)
	if len(a.command) == 0 {
		b = append(b, " *"...)
	} else {
		b = appendIRCWord(b, a.command)
	}
	b = appendIRCWord(b, code)
	for _, word := range context {
		b = appendIRCWord(b, word)
	}
	return appendIRCEnd(appendIRCSentence(b, e), from)
}
