package protocol

import (
	"bytes"
	"cmp"
	"strings"
)

// ISON, USERHOST and MONITOR: whether these are online. SETNAME is about oneself.

// isonRow names somebody who is online, if the client has asked about them.
func isonRow(b []byte, a ircAsk, l *Line) []byte {
	if !isOnline(l) || !a.names(l.word("name")) {
		return b
	}
	from := len(b)
	b = append(a.numeric(b, "303"), " :"...)
	item := len(b)
	return joinIRC(appendEcho(b, l.word("name")), from, item, ' ')
}

// names reports whether a name is among those of the argument.
func (a *ircAsk) names(name string) bool {
	for rest := a.arg; len(rest) > 0; {
		var word []byte
		if word, rest = cutList(rest); strings.EqualFold(string(word), name) {
			return true
		}
	}
	return false
}

func isonDone(b []byte, a ircAsk, _ *Line) []byte { return a.emptyList(b, "303") }

// emptyList appends a reply without anything, unless there is one of it already.
func (a *ircAsk) emptyList(b []byte, number string) []byte {
	if bytes.Contains(b, a.numeric(nil, number)) {
		return b
	}
	return a.say(b, number, nil, "")
}

func userhostRow(b []byte, a ircAsk, l *Line) []byte {
	if !isOnline(l) || !a.names(l.word("name")) {
		return b
	}
	from := len(b)
	b = append(a.numeric(b, "302"), " :"...)
	item := len(b)
	b = appendEcho(b, l.word("name"))
	if l.has("operator") {
		b = append(b, '*')
	}
	if l.has("away") {
		b = append(b, "=-"...)
	} else {
		b = append(b, "=+"...)
	}
	b = append(appendEcho(b, l.word("name")), "@"+ircHost...)
	return joinIRC(b, from, item, ' ')
}

func userhostDone(b []byte, a ircAsk, _ *Line) []byte { return a.emptyList(b, "302") }

var monitorNumerics = map[string]string{"online": "730", "offline": "731", "monitored": "732"}

func monitorRow(b []byte, a ircAsk, l *Line) []byte {
	number := monitorNumerics[l.Word]
	if number == "" {
		return b
	}
	from := len(b)
	b = append(a.numeric(b, number), " :"...)
	item := len(b)
	if l.Word == "online" {
		b = appendMask(b, l.word("name"))
	} else {
		b = appendEcho(b, l.word("name"))
	}
	return joinIRC(b, from, item, ',')
}

func monitorDone(b []byte, a ircAsk, l *Line) []byte {
	if strings.EqualFold(l.word("action"), "L") {
		return a.say(b, "733", nil, "End of MONITOR list")
	}
	return b
}

// monitorFail says that the list is full: how many it may hold, and which ones do not fit.
func monitorFail(b []byte, a ircAsk, e *Error) []byte {
	if e.Code != TooMany {
		return appendIRCFailure(b, a, e)
	}
	from := len(b)
	b = a.numeric(b, "734")
	if limit := fieldOf(e.Fields, "limit"); limit != nil {
		b = appendIRCNumber(b, limit.n)
	}
	b = appendList(b, []byte(cmp.Or(e.word("name"), string(a.arg))))
	return appendIRCEnd(appendTrailing(b, "Monitor list is full."), from)
}

// appendList repeats as much of a list as leaves room for a text behind it.
func appendList(b, list []byte) []byte {
	const most = ircLine / 2
	from := len(b)
	item, rest := cutList(list)
	b = appendIRCWord(b, item)
	for len(rest) > 0 && len(b)-from < most {
		item, rest = cutList(rest)
		b = appendEcho(append(b, ','), item)
	}
	return b
}

// setNameDone shows a client that its real name was changed.
func setNameDone(b []byte, a ircAsk, _ *Line) []byte {
	if a.caps&SetName == 0 {
		return b
	}
	from := len(b)
	return appendIRCEnd(appendTrailing(appendSource(b, a.nick, "SETNAME"), a.arg), from)
}
