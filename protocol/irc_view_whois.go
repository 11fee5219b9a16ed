package protocol

import "cmp"

// WHOIS and WHOWAS: who somebody is.

func whoisRow(b []byte, a ircAsk, l *Line) []byte {
	switch l.Word {
	case "user":
		return a.appendWhois(b, l)
	case "room":
		return a.appendWhoisRoom(b, l)
	}
	return b
}

// appendWhois shows somebody.
func (a *ircAsk) appendWhois(b []byte, l *Line) []byte {
	name := l.word("name")
	b = a.appendPerson(b, "311", l)
	b = a.about(b, "312", name, IRCServer, "parley")
	switch {
	case !isOnline(l):
		return a.about(b, "301", name, "", "is not here; messages wait")
	case l.has("away") && l.Text != nil:
		b = a.about(b, "301", name, "", string(l.Text))
	case l.has("away"):
		b = a.about(b, "301", name, "", "is away")
	}
	if l.has("operator") {
		b = a.about(b, "313", name, "", "is an IRC operator")
	}
	if l.has("bot") {
		b = a.about(b, "335", name, "", "is a bot")
	}
	from := len(b)
	b = appendIRCNumber(appendIRCWord(a.numeric(b, "317"), name), l.number("idle"))
	b = appendIRCEnd(appendTrailing(appendIRCNumber(b, l.number("since")), "seconds idle, signon time"), from)
	if l.has("guest") {
		return b
	}
	return a.about(b, "330", name, name, "is logged in as")
}

// appendPerson appends the reply that says who somebody is.
func (a *ircAsk) appendPerson(b []byte, number string, l *Line) []byte {
	from, name := len(b), l.word("name")
	b = appendIRCWord(appendIRCWord(a.numeric(b, number), name), name)
	b = append(b, " "+ircHost+" *"...)
	return appendIRCEnd(appendTrailing(b, realName(l)), from)
}

// realName is the real name of somebody, and the name if none is known.
func realName(l *Line) string { return cmp.Or(l.Real, l.word("name")) }

// about appends a reply about somebody; an empty word is left out.
func (a *ircAsk) about(b []byte, number, name, word, text string) []byte {
	from := len(b)
	b = appendIRCWord(a.numeric(b, number), name)
	if word != "" {
		b = appendIRCWord(b, word)
	}
	return appendIRCEnd(appendTrailing(b, text), from)
}

func (a *ircAsk) appendWhoisRoom(b []byte, l *Line) []byte {
	from := len(b)
	nick, _ := cutList(a.arg)
	b = append(appendIRCWord(a.numeric(b, "319"), nick), " :"...)
	item := len(b)
	_, prefix := roleMode(l.word("role"))
	b = appendEcho(append(b, prefix...), l.word("room"))
	return joinIRC(b, from, item, ' ')
}

func whoisDone(b []byte, a ircAsk, _ *Line) []byte {
	return a.say(b, "318", a.arg, "End of /WHOIS list")
}

func whoisFail(b []byte, a ircAsk, e *Error) []byte {
	return whoisDone(appendIRCFailure(b, a, e), a, nil)
}

func whowasRow(b []byte, a ircAsk, l *Line) []byte {
	if l.Word != "user" {
		return b
	}
	return a.about(a.appendPerson(b, "314", l), "312", l.word("name"), IRCServer, "parley")
}

func whowasDone(b []byte, a ircAsk, _ *Line) []byte {
	return a.say(b, "369", a.first(), "End of WHOWAS")
}

func whowasFail(b []byte, a ircAsk, e *Error) []byte {
	if e.Code == NoSuchUser {
		b = a.say(b, "406", a.first(), "There was no such nickname")
	} else {
		b = appendIRCFailure(b, a, e)
	}
	return whowasDone(b, a, nil)
}
