package protocol

import "time"

// appendNotice appends an event that is no message. One that IRC has no words for is left out.
func (c ircCodec) appendNotice(b []byte, l *Line) []byte {
	if write := ircNotices[l.Word]; write != nil {
		return write(b, c, l)
	}
	return b
}

// ircNotices are the events, by their words.
var ircNotices = map[string]func(b []byte, c ircCodec, l *Line) []byte{
	"join":     noticeJoin,
	"leave":    noticeLeave,
	"topic":    noticeTopic,
	"room":     noticeSetting,
	"role":     noticeRole,
	"kick":     noticeKick,
	"ban":      noticeBan,
	"unban":    noticeUnban,
	"mute":     noticeMute,
	"unmute":   noticeUnmute,
	"removed":  noticeRemoved,
	"invite":   noticeInvite,
	"here":     noticeHere,
	"gone":     noticeGone,
	"announce": noticeAnnounce,
	"quit":     noticeQuit,
	"away":     noticeAway,
	"account":  noticeAccount,
	"setname":  noticeSetName,
	"batch":    noticeBatch,
	"kill":     noticeKill,
}

// begin begins a message that an event is told by: its tags, its source and its command. From is where the message itself begins, behind the
// tags. Nobody stands for the server.
func (c ircCodec) begin(b []byte, l *Line, by, command string) (out []byte, from int) {
	tags := len(b)
	if at := fieldOf(l.Fields, "at"); at != nil && c.caps&ServerTime != 0 {
		b = appendIRCTime(appendTagStart(b, tags, "time"), at.time())
	}
	if c.caps&AccountTag != 0 && by != "" && !l.has("guest") {
		b = appendTagWord(appendTagStart(b, tags, "account"), by)
	}
	b = appendTagsEnd(b, tags)
	from = len(b)
	return appendSource(b, by, command), from
}

// appendReason ends a message with the text of the line, if it has one.
func appendReason(b []byte, from int, l *Line) []byte {
	if l.Text != nil {
		b = appendTrailing(b, l.Text)
	}
	return appendIRCEnd(b, from)
}

func noticeJoin(b []byte, c ircCodec, l *Line) []byte {
	name := l.word("name")
	b, from := c.begin(b, l, name, "JOIN")
	b = appendIRCWord(b, l.word("room"))
	if c.caps&ExtendedJoin != 0 {
		b = appendJoined(b, name, l)
	}
	return appendIRCEnd(b, from)
}

// appendJoined appends what extended-join shows of somebody: the account and the real name.
func appendJoined(b []byte, name string, l *Line) []byte {
	if l.has("guest") {
		b = append(b, " *"...)
	} else {
		b = appendIRCWord(b, name)
	}
	if l.Word == "join" && l.Text != nil {
		return appendTrailing(b, l.Text)
	}
	return appendTrailing(b, name)
}

func noticeLeave(b []byte, c ircCodec, l *Line) []byte {
	b, from := c.begin(b, l, l.word("name"), "PART")
	return appendReason(appendIRCWord(b, l.word("room")), from, l)
}

func noticeTopic(b []byte, c ircCodec, l *Line) []byte {
	b, from := c.begin(b, l, l.word("name"), "TOPIC")
	return appendIRCEnd(appendTrailing(appendIRCWord(b, l.word("room")), l.Text), from)
}

// appendMode appends a change of one mode of a room. Somebody may be the name or the mask that it is about.
func (c ircCodec) appendMode(b []byte, l *Line, by, change string, about ...string) []byte {
	b, from := c.begin(b, l, by, "MODE")
	b = append(append(appendIRCWord(b, l.word("room")), ' '), change...)
	for _, word := range about {
		b = appendIRCWord(b, word)
	}
	return appendIRCEnd(b, from)
}

var settingModes = map[string]string{"private": "+i", "public": "-i", "quiet": "+m", "open": "-m"}

func noticeSetting(b []byte, c ircCodec, l *Line) []byte {
	if mode := settingModes[l.word("setting")]; mode != "" {
		return c.appendMode(b, l, l.word("name"), mode)
	}
	return b
}

// roleMode is the letter of a role, and its sign in front of a name; both are empty without one.
func roleMode(role string) (letter, prefix string) {
	switch role {
	case "owner":
		return "q", "~"
	case "op":
		return "o", "@"
	case "voice":
		return "v", "+"
	}
	return "", ""
}

// noticeRole takes the old role away and gives the new one.
func noticeRole(b []byte, c ircCodec, l *Line) []byte {
	name, by := l.word("name"), l.word("by")
	was, _ := roleMode(l.word("was"))
	is, _ := roleMode(l.word("role"))
	switch {
	case was == is:
		return b
	case was == "":
		return c.appendMode(b, l, by, "+"+is, name)
	case is == "":
		return c.appendMode(b, l, by, "-"+was, name)
	}
	return c.appendMode(b, l, by, "-"+was+"+"+is, name, name)
}

func noticeKick(b []byte, c ircCodec, l *Line) []byte {
	b, from := c.begin(b, l, l.word("by"), "KICK")
	b = appendIRCWord(appendIRCWord(b, l.word("room")), l.word("name"))
	if l.Text == nil && l.has("by") {
		return appendIRCEnd(appendTrailing(b, l.word("by")), from)
	}
	return appendReason(b, from, l)
}

// noticeBan says two things about somebody who was a member until now.
func noticeBan(b []byte, c ircCodec, l *Line) []byte {
	b = c.appendMaskMode(b, l, "+b", "")
	if l.has("member") {
		b = noticeKick(b, c, l)
	}
	return b
}

func noticeUnban(b []byte, c ircCodec, l *Line) []byte { return c.appendMaskMode(b, l, "-b", "") }

func noticeMute(b []byte, c ircCodec, l *Line) []byte {
	if !l.has("room") {
		return appendServerNotice(b, l, "You can't speak on this server")
	}
	return c.appendMaskMode(b, l, "+b", muteMask)
}

func noticeUnmute(b []byte, c ircCodec, l *Line) []byte {
	if !l.has("room") {
		return appendServerNotice(b, l, "You can speak on this server again")
	}
	return c.appendMaskMode(b, l, "-b", muteMask)
}

// muteMask begins the mask of a ban that is a mute, see EXTBAN.
const muteMask = "m:"

// appendMaskMode appends a change of the list of bans.
func (c ircCodec) appendMaskMode(b []byte, l *Line, change, kind string) []byte {
	b, from := c.begin(b, l, l.word("by"), "MODE")
	b = append(append(appendIRCWord(b, l.word("room")), ' '), change...)
	return appendIRCEnd(appendBanMask(b, kind, l.word("name")), from)
}

// appendBanMask appends the mask of an account as a parameter.
func appendBanMask(b []byte, kind, name string) []byte {
	if kind == "" {
		b = appendIRCWord(b, name)
	} else {
		b = appendEcho(append(append(b, ' '), kind...), name)
	}
	return append(b, "!*@*"...)
}

// noticeRemoved takes the reader out of a room that is gone.
func noticeRemoved(b []byte, _ ircCodec, l *Line) []byte {
	from := len(b)
	if l.To == "" {
		b = appendIRCWord(appendSource(b, "", "NOTICE"), l.word("room"))
	} else {
		b = appendIRCWord(appendIRCWord(appendSource(b, "", "KICK"), l.word("room")), l.To)
	}
	return appendIRCEnd(appendTrailing(b, "An operator has removed this room"), from)
}

func noticeInvite(b []byte, c ircCodec, l *Line) []byte {
	whom := l.word("name")
	if whom == "" {
		whom = l.To
	}
	b, from := c.begin(b, l, l.word("from"), "INVITE")
	return appendIRCEnd(appendIRCWord(appendIRCWord(b, whom), l.word("room")), from)
}

func noticeHere(b []byte, _ ircCodec, l *Line) []byte {
	from := len(b)
	b = append(appendTo(appendSource(b, "", "730"), l), " :"...)
	return appendIRCEnd(appendMask(b, l.word("name")), from)
}

func noticeGone(b []byte, _ ircCodec, l *Line) []byte {
	from := len(b)
	return appendIRCEnd(appendTrailing(appendTo(appendSource(b, "", "731"), l), l.word("name")), from)
}

// appendTo appends to whom a line is.
func appendTo(b []byte, l *Line) []byte {
	if l.To == "" {
		return append(b, " *"...)
	}
	return appendIRCWord(b, l.To)
}

// appendServerNotice appends a NOTICE of the server with a sentence, and the text of the line behind it.
func appendServerNotice(b []byte, l *Line, sentence string) []byte {
	from := len(b)
	b = appendTrailing(appendTo(appendSource(b, "", "NOTICE"), l), sentence)
	if l.Text != nil {
		b = appendText(b, l.Text)
	}
	return appendIRCEnd(b, from)
}

// noticeAnnounce is a message to everybody, however long.
func noticeAnnounce(b []byte, c ircCodec, l *Line) []byte {
	to := l.To
	if to == "" {
		to = "$*"
	}
	text := append([]byte(noticeWord+" "), l.Text...)
	at := time.UnixMilli(0)
	if f := fieldOf(l.Fields, "at"); f != nil {
		at = f.time()
	}
	return c.appendEvent(b, &Event{Kind: PrivateMessage, Number: l.number("number"), At: at, From: l.word("name"), To: to, Text: text})
}

func noticeQuit(b []byte, c ircCodec, l *Line) []byte {
	b, from := c.begin(b, l, l.word("name"), "QUIT")
	if l.Text == nil {
		return appendIRCEnd(appendTrailing(b, "Connection closed"), from)
	}
	return appendReason(b, from, l)
}

func noticeAway(b []byte, c ircCodec, l *Line) []byte {
	b, from := c.begin(b, l, l.word("name"), "AWAY")
	return appendReason(b, from, l)
}

func noticeAccount(b []byte, c ircCodec, l *Line) []byte {
	name := l.word("name")
	b, from := c.begin(b, l, name, "ACCOUNT")
	return appendIRCEnd(appendIRCWord(b, name), from)
}

func noticeSetName(b []byte, c ircCodec, l *Line) []byte {
	b, from := c.begin(b, l, l.word("name"), "SETNAME")
	return appendIRCEnd(appendTrailing(b, l.Text), from)
}

func noticeKill(b []byte, _ ircCodec, l *Line) []byte {
	from := len(b)
	b = appendTo(appendSource(b, l.word("by"), "KILL"), l)
	if l.Text == nil {
		return appendIRCEnd(appendTrailing(b, "Killed"), from)
	}
	return appendReason(b, from, l)
}

func noticeBatch(b []byte, _ ircCodec, l *Line) []byte {
	if end := l.word("end"); end != "" {
		return appendBatchEnd(b, end)
	}
	from := len(b)
	b = append(appendSource(b, "", "BATCH"), " +"...)
	b = appendEcho(b, l.word("start"))
	return appendIRCEnd(appendIRCWord(b, l.word("kind")), from)
}

func appendBatchEnd(b []byte, reference string) []byte {
	from := len(b)
	return appendIRCEnd(appendEcho(append(appendSource(b, "", "BATCH"), " -"...), reference), from)
}
