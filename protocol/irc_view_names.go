package protocol

import "bytes"

// NAMES and WHO: who is in a room, and who is online.

// isOnline reports whether a row is about somebody who is here.
func isOnline(l *Line) bool { return l.Word == "user" && l.has("sessions") }

func namesRow(b []byte, a ircAsk, l *Line) []byte { return a.appendName(b, a.first(), l) }

// appendName appends a member who is online to the line before, or in a line of its own.
func (a *ircAsk) appendName(b []byte, room []byte, l *Line) []byte {
	if !isOnline(l) {
		return b
	}
	from := len(b)
	b = append(a.numeric(b, "353"), " ="...)
	b = append(appendIRCWord(b, room), " :"...)
	item := len(b)
	_, prefix := roleMode(l.word("role"))
	b = append(b, prefix...)
	if a.caps&UserhostInNames != 0 {
		b = appendMask(b, l.word("name"))
	} else {
		b = appendEcho(b, l.word("name"))
	}
	return joinIRC(b, from, item, ' ')
}

func namesDone(b []byte, a ircAsk, _ *Line) []byte { return a.endOfNames(b, a.first()) }

func namesFail(b []byte, a ircAsk, e *Error) []byte {
	return a.endOfNames(appendUnlessHidden(b, a, e), a.first())
}

func (a *ircAsk) endOfNames(b, room []byte) []byte {
	return a.say(b, "366", room, "End of /NAMES list")
}

// whoRow shows somebody who is online and meets the mask.
func whoRow(b []byte, a ircAsk, l *Line) []byte {
	mask, name := a.first(), l.word("name")
	if !isOnline(l) || !isChannel(mask) && !whoMatches(mask, name) {
		return b
	}
	if fields := a.second(); len(fields) > 0 && fields[0] == '%' {
		return a.appendWhox(b, fields[1:], l)
	}
	from := len(b)
	b = a.appendWhoChannel(a.numeric(b, "352"))
	b = append(appendIRCWord(b, name), " "+ircHost+" "+IRCServer...)
	b = appendFlags(appendIRCWord(b, name), l, isChannel(mask))
	return appendIRCEnd(appendTrailing(b, "0 "+realName(l)), from)
}

// whoMatches reports whether a mask of WHO, "0" for everybody, is about somebody.
func whoMatches(mask []byte, name string) bool {
	return string(mask) == "0" || maskMatches(mask, name) || bytes.IndexByte(mask, '!') >= 0 && maskMatches(mask, IRCSource(name))
}

func (a *ircAsk) appendWhoChannel(b []byte) []byte {
	if room := a.first(); isChannel(room) {
		return appendIRCWord(b, room)
	}
	return append(b, " *"...)
}

// appendFlags appends what WHO shows in one word: here or gone, operator, the role in the room, bot.
func appendFlags(b []byte, l *Line, inRoom bool) []byte {
	b = append(b, ' ')
	if l.has("away") {
		b = append(b, 'G')
	} else {
		b = append(b, 'H')
	}
	if l.has("operator") {
		b = append(b, '*')
	}
	if inRoom {
		_, prefix := roleMode(l.word("role"))
		b = append(b, prefix...)
	}
	if l.has("bot") {
		b = append(b, botMode)
	}
	return b
}

// botMode is the mode of a bot, and its sign in WHO.
const botMode = 'B'

// appendWhox shows those fields that the client has asked for, in the order of the standard. Behind a comma stands the token.
func (a *ircAsk) appendWhox(b, asked []byte, l *Line) []byte {
	fields, token, _ := bytes.Cut(asked, []byte{','})
	name := l.word("name")
	from := len(b)
	b = a.numeric(b, "354")
	for _, field := range whoxFields {
		if bytes.IndexByte(fields, byte(field)) < 0 {
			continue
		}
		switch field {
		case 't':
			b = appendIRCWord(b, token)
		case 'c':
			b = a.appendWhoChannel(b)
		case 'u', 'n':
			b = appendIRCWord(b, name)
		case 'i':
			b = append(b, " 255.255.255.255"...) // nobody is told an address
		case 'h':
			b = append(b, " "+ircHost...)
		case 's':
			b = append(b, " "+IRCServer...)
		case 'f':
			b = appendFlags(b, l, isChannel(a.first()))
		case 'd':
			b = append(b, " 0"...)
		case 'l':
			b = appendIRCNumber(b, l.number("idle"))
		case 'a':
			b = appendAccount(b, l, "0")
		case 'o':
			b = append(b, " n/a"...)
		case 'r':
			b = appendTrailing(b, realName(l))
		}
	}
	return appendIRCEnd(b, from)
}

const whoxFields = "tcuihsnfdlaor"

// appendAccount appends the account of a row, or what stands for none.
func appendAccount(b []byte, l *Line, none string) []byte {
	if l.has("guest") {
		return appendIRCWord(b, none)
	}
	return appendIRCWord(b, l.word("name"))
}

func whoDone(b []byte, a ircAsk, _ *Line) []byte {
	return a.say(b, "315", a.first(), "End of WHO list")
}

func whoFail(b []byte, a ircAsk, e *Error) []byte {
	return whoDone(appendUnlessHidden(b, a, e), a, nil)
}
