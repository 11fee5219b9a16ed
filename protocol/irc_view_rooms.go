package protocol

import (
	"bytes"
	"strconv"
)

// Rooms: joining them, and what they are.

func joinFail(b []byte, a ircAsk, e *Error) []byte {
	room := a.roomOf(e)
	switch e.Code {
	case AlreadyInRoom:
		return b
	case InviteOnly:
		return a.failed(b, "473", e, room)
	case Banned:
		return a.failed(b, "474", e, room)
	case RoomFull:
		return a.failed(b, "471", e, room)
	case TooManyRooms:
		return a.failed(b, "405", e, room)
	case BadRoom:
		return a.failed(b, "476", e, room)
	case LoginRequired:
		return a.failed(b, "477", e, room)
	}
	return appendIRCFailure(b, a, e)
}

// joinTopicRow shows the topic of a room behind a JOIN: nothing if there is none.
func joinTopicRow(b []byte, a ircAsk, l *Line) []byte {
	if l.Text == nil {
		return b
	}
	return topicRow(b, a, l)
}

func topicRow(b []byte, a ircAsk, l *Line) []byte {
	from := len(b)
	if l.Text == nil {
		b = appendIRCWord(a.numeric(b, "331"), l.word("room"))
		return appendIRCEnd(appendTrailing(b, "No topic is set"), from)
	}
	b = appendIRCWord(a.numeric(b, "332"), l.word("room"))
	b = appendIRCEnd(appendTrailing(b, l.Text), from)
	if !l.has("by") || !l.has("at") {
		return b
	}
	from = len(b)
	b = appendIRCWord(appendIRCWord(a.numeric(b, "333"), l.word("room")), l.word("by"))
	return appendIRCEnd(appendIRCNumber(b, l.number("at")), from)
}

// modeRow shows the modes of a room, and when it was made.
func modeRow(b []byte, a ircAsk, l *Line) []byte {
	from := len(b)
	b = append(appendIRCWord(a.numeric(b, "324"), l.word("room")), " +"...)
	if l.has("private") {
		b = append(b, 'i')
	}
	if l.has("quiet") {
		b = append(b, 'm')
	}
	b = appendIRCEnd(append(b, "nt"...), from) // only members speak, and only those with a role set the topic
	if !l.has("created") {
		return b
	}
	from = len(b)
	b = appendIRCWord(a.numeric(b, "329"), l.word("room"))
	return appendIRCEnd(appendIRCNumber(b, l.number("created")), from)
}

// bansRow shows a ban or a mute.
func bansRow(b []byte, a ircAsk, l *Line) []byte {
	from := len(b)
	kind := ""
	if l.Word == "mute" {
		kind = muteMask
	}
	b = appendBanMask(appendIRCWord(a.numeric(b, "367"), a.first()), kind, l.word("name"))
	if by := l.word("by"); by != "" {
		b = appendIRCWord(b, by)
	} else {
		b = append(b, " "+IRCServer...)
	}
	return appendIRCEnd(appendIRCNumber(b, l.number("at")), from)
}

func bansDone(b []byte, a ircAsk, _ *Line) []byte {
	return a.say(b, "368", a.first(), "End of channel ban list")
}

// bansFail shows an empty list to who may not see it: many clients ask for it whenever they join.
func bansFail(b []byte, a ircAsk, e *Error) []byte {
	if e.Code == Forbidden {
		return bansDone(b, a, nil)
	}
	return appendIRCFailure(b, a, e)
}

func changeModeFail(b []byte, a ircAsk, e *Error) []byte {
	if e.Code == TooMany {
		return a.failed(b, "478", e, a.roomOf(e), "b")
	}
	return appendIRCFailure(b, a, e)
}

func inviteDone(b []byte, a ircAsk, l *Line) []byte {
	from := len(b)
	return appendIRCEnd(appendIRCWord(appendIRCWord(a.numeric(b, "341"), l.word("name")), l.word("room")), from)
}

// listRow shows a room, if it is one of those that were asked for.
func listRow(b []byte, a ircAsk, l *Line) []byte {
	room, here := l.word("room"), l.number("here")
	if !listed(a.arg, room, here) {
		return b
	}
	from := len(b)
	b = appendIRCNumber(appendIRCWord(a.numeric(b, "322"), room), here)
	return appendIRCEnd(appendTrailing(b, l.Text), from)
}

// listed reports whether a room meets all conditions of LIST (">3", "<10", "!mask"), and one of the masks if there are any.
func listed(asked []byte, room string, here int64) bool {
	masks, met := 0, false
	for rest := asked; len(rest) > 0; {
		var word []byte
		word, rest = cutList(rest)
		switch {
		case len(word) == 0:
		case word[0] == '>', word[0] == '<':
			n, err := strconv.ParseInt(string(word[1:]), 10, 64)
			if err == nil && (word[0] == '>' && here <= n || word[0] == '<' && here >= n) {
				return false
			}
		case word[0] == '!':
			if maskMatches(word[1:], room) {
				return false
			}
		default:
			masks++
			met = met || maskMatches(word, room)
		}
	}
	return masks == 0 || met
}

// cutList returns the first item of a list, and the rest. A comma or a blank is between them.
func cutList(list []byte) (item, rest []byte) {
	if i := bytes.IndexAny(list, ", "); i >= 0 {
		return list[:i], list[i+1:]
	}
	return list, nil
}

func listDone(b []byte, a ircAsk, _ *Line) []byte { return a.say(b, "323", nil, "End of /LIST") }

func listFail(b []byte, a ircAsk, e *Error) []byte {
	return listDone(appendUnlessHidden(b, a, e), a, nil)
}
