package protocol

import "strconv"

// The server itself, and its services.

func countsDone(b []byte, a ircAsk, l *Line) []byte {
	guests, sessions, most := l.number("guests"), l.number("sessions"), l.number("most")
	users := decimal(l.number("accounts") - guests)
	b = a.say(b, "251", nil, "There are "+users+" users and "+decimal(guests)+" guests on 1 server")
	b = a.count(b, "252", "operators online", l.number("operators"))
	b = a.count(b, "253", "unknown connections", 0)
	b = a.count(b, "254", "channels formed", l.number("rooms"))
	b = a.say(b, "255", nil, "I have "+decimal(sessions)+" clients and 0 servers")
	b = a.count(b, "265", "Current local users "+decimal(sessions)+", max "+decimal(most), sessions, most)
	return a.count(b, "266", "Current global users "+decimal(sessions)+", max "+decimal(most), sessions, most)
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// count appends a reply of numbers and a text.
func (a *ircAsk) count(b []byte, number, text string, counts ...int64) []byte {
	from := len(b)
	b = a.numeric(b, number)
	for _, n := range counts {
		b = appendIRCNumber(b, n)
	}
	return appendIRCEnd(appendTrailing(b, text), from)
}

// nickServ is the service that knows who somebody is.
const nickServ = "NickServ"

// maxService is how much of a line of text a NOTICE of a service holds, in bytes.
const maxService = 400

// serviceLine shows a line as the format for people has it.
func serviceLine(b []byte, a ircAsk, l *Line) []byte {
	plain := *l
	plain.Tag = nil
	return a.serviceText(b, textCodec{}.appendLine(nil, &plain))
}

func (a *ircAsk) serviceText(b, line []byte) []byte {
	return a.serviceNotice(b, string(a.first()), string(line[:len(line)-len(lineEnd)]))
}

// serviceNotice shows a text as what a service says, in as many lines as it takes.
func (a *ircAsk) serviceNotice(b []byte, service, text string) []byte {
	for rest := replaceUnsafe([]byte(text), 0); ; {
		from, n := len(b), cutText(rest, maxService)
		b = appendIRCWord(appendSource(b, service, "NOTICE"), a.nick)
		b = appendIRCEnd(appendTrailing(b, rest[:n]), from)
		if rest = rest[n:]; len(rest) == 0 {
			return b
		}
	}
}

// appendPrompt asks for something that is missing.
func appendPrompt(b []byte, a ircAsk, l *Line) []byte {
	return a.serviceNotice(b, nickServ, string(l.Text))
}
