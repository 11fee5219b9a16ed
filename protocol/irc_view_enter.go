package protocol

// Coming in: logins, registration, and what a client is shown then.

// enterRow shows the welcome, and each room that the client is in.
func enterRow(b []byte, a ircAsk, l *Line) []byte {
	switch l.Word {
	case "welcome":
		return append(b, a.before...)
	case "room":
		from := len(b)
		b = appendIRCWord(appendSource(b, a.nick, "JOIN"), l.word("room"))
		if a.caps&ExtendedJoin != 0 {
			b = appendJoined(b, string(a.nick), l)
		}
		return joinTopicRow(appendIRCEnd(b, from), a, l)
	}
	return b
}

func enterFail(b []byte, a ircAsk, e *Error) []byte {
	switch e.Code {
	case BadName, NameReserved, NameTaken, Unavailable, Busy, RateLimited:
		return appendIRCFailure(b, a, e)
	case Banned:
		return a.failed(b, "465", e)
	case LoginRequired, BadCredentials:
		return a.fail(b, e, "ACCOUNT_REQUIRED")
	}
	return appendStandardFailure(b, a, e)
}

// attachRow shows who is in the rooms, and what was said there.
func attachRow(b []byte, a ircAsk, l *Line) []byte {
	room := []byte(l.word("room"))
	switch l.Word {
	case "user":
		return a.appendName(b, room, l)
	case "names-end":
		return a.endOfNames(b, room)
	case "history":
		return historyRow(b, a, l)
	case "history-end":
		return historyDone(b, a, l)
	}
	return b
}

// loggedIn says as which account the client is logged in.
func (a *ircAsk) loggedIn(b []byte, l *Line) []byte {
	name := l.word("name")
	from := len(b)
	b = appendMask(append(a.numeric(b, "900"), ' '), name)
	b = appendEcho(append(appendIRCWord(b, name), " :You are now logged in as "...), name)
	return appendIRCEnd(b, from)
}

func verifyDone(b []byte, a ircAsk, l *Line) []byte {
	return a.say(a.loggedIn(b, l), "903", nil, "SASL authentication successful")
}

func verifyFail(b []byte, a ircAsk, e *Error) []byte { return a.failed(b, "904", e) }

func passFail(b []byte, a ircAsk, e *Error) []byte {
	if e.Code == Banned {
		return a.failed(b, "465", e)
	}
	return appendIRCFailure(b, a, e)
}

func identifyDone(b []byte, a ircAsk, l *Line) []byte {
	return a.loggedIn(a.serviceNotice(b, nickServ, "You are now identified for "+Echo(l.word("name"))+"."), l)
}

func identifyFail(b []byte, a ircAsk, e *Error) []byte {
	return a.serviceNotice(b, nickServ, string(appendIRCSentence(nil, e)[len(" :"):]))
}

func registerDone(b []byte, a ircAsk, l *Line) []byte {
	from := len(b)
	b = appendIRCWord(appendSource(b, "", "REGISTER SUCCESS"), l.word("name"))
	return a.loggedIn(appendIRCEnd(appendTrailing(b, "Account successfully registered"), from), l)
}

// registerCodes are the codes of account-registration.
var registerCodes = map[Code]string{
	NameTaken: "ACCOUNT_EXISTS", BadName: "BAD_ACCOUNT_NAME", NameReserved: "BAD_ACCOUNT_NAME", WeakPassword: "WEAK_PASSWORD",
	AlreadyLoggedIn: "ALREADY_AUTHENTICATED", RateLimited: "TEMPORARILY_UNAVAILABLE", Busy: "TEMPORARILY_UNAVAILABLE",
	Unavailable: "TEMPORARILY_UNAVAILABLE", Unsure: "TEMPORARILY_UNAVAILABLE", Forbidden: "TEMPORARILY_UNAVAILABLE",
}

func registerFail(b []byte, a ircAsk, e *Error) []byte {
	if code := registerCodes[e.Code]; code != "" {
		return a.fail(b, e, code, a.nameOf(e))
	}
	return appendStandardFailure(b, a, e)
}

func capsDone(b []byte, a ircAsk, _ *Line) []byte {
	from := len(b)
	b = append(appendIRCWord(appendSource(b, "", "CAP"), a.nick), " ACK"...)
	return appendIRCEnd(appendTrailing(b, a.arg), from)
}
