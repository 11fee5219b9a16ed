package protocol

// PRIVMSG, NOTICE and AWAY.

// saidDone says nothing of a message that was sent, but that its recipient is away. To a NOTICE there is no reply at all.
func saidDone(b []byte, a ircAsk, l *Line) []byte {
	if string(a.command) != "PRIVMSG" {
		return b
	}
	text := l.Text
	switch {
	case l.has("stored"):
		text = []byte("is not here; the message waits")
	case !l.has("away"):
		return b
	case text == nil:
		text = []byte("is away")
	}
	from := len(b)
	b = appendIRCWord(a.numeric(b, "301"), l.word("to"))
	return appendIRCEnd(appendTrailing(b, text), from)
}

func sayFail(b []byte, a ircAsk, e *Error) []byte {
	// Nothing should answer a NOTICE, or programs would answer each other without end. A client that asks for labels wants to know.
	if string(a.command) == "NOTICE" && a.caps&LabeledResponse == 0 {
		return b
	}
	switch e.Code {
	case Usage:
		return a.failed(b, "412", e)
	case NotInRoom, QuietOnly, Muted, Banned, Forbidden:
		if isChannel(a.roomOf(e)) {
			return a.failed(b, "404", e, a.roomOf(e))
		}
		return appendStandardFailure(b, a, e)
	}
	return appendIRCFailure(b, a, e)
}

func awayDone(b []byte, a ircAsk, _ *Line) []byte {
	return a.say(b, "306", nil, "You have been marked as being away")
}

func backDone(b []byte, a ircAsk, _ *Line) []byte {
	return a.say(b, "305", nil, "You are no longer marked as being away")
}
