package client

import (
	"strings"
	"time"

	"parley/protocol"
)

// style turns what the server says into what a person reads. It stays close to
// the wire: what it does not know is shown as it came.
type style struct {
	colour bool
}

// render returns the text for one line of the server, or "" for a line that
// tells the user nothing new. raw is the line itself, cleaned.
func (s style) render(r protocol.Reply, raw string, now time.Time) string {
	text := raw
	switch r.Sigil {
	case protocol.Done:
		text = s.done(r)
	case protocol.Failed:
		text = s.failed(r)
	case protocol.Row:
		text = s.row(r, now)
	case protocol.Notice:
		text = s.event(r, raw, now)
	case protocol.Closing:
		text = r.Text
	}
	if r.Tag != "" && r.Sigil != protocol.Notice && text != "" {
		return "#" + r.Tag + " " + text
	}
	return text
}

func (s style) done(r protocol.Reply) string {
	switch {
	case r.Word == "all" || r.Word == "quit":
		return ""
	case r.Word == "msg" && len(r.Fields) > 2 && r.Fields[2] == "stored":
		return s.faint("kept for " + r.Fields[0] + " until the next login")
	case r.Word == "msg" && len(r.Fields) > 2:
		return s.faint("sent to " + r.Fields[0])
	}
	return s.faint(wordsOf(r))
}

func (s style) failed(r protocol.Reply) string {
	if r.Text == "" {
		return s.paint("31", wordsOf(r))
	}
	return s.paint("31", r.Text)
}

func (s style) row(r protocol.Reply, now time.Time) string {
	if r.Word == "all" || r.Word == "msg" {
		return "  " + s.message(r, now)
	}
	head := strings.Join(r.Fields, " ")
	switch {
	case head == "", r.Word == "help":
		return "  " + r.Text
	case r.HasText:
		return "  " + head + ": " + r.Text
	}
	return "  " + head
}

func (s style) event(r protocol.Reply, raw string, now time.Time) string {
	switch {
	case r.Word == "prompt":
		return "" // it becomes the input's prompt
	case r.Word == "hello" && r.Text != "":
		return r.Text
	case (r.Word == "all" || r.Word == "msg") && len(r.Fields) > 0:
		return s.message(r, now)
	}
	return raw
}

// message shows what somebody said. Who it was sent to is told only by an event
// of a private message; the time by what comes late and by history.
func (s style) message(r protocol.Reply, now time.Time) string {
	if len(r.Fields) == 0 {
		return r.Text
	}
	from := r.Fields[0]
	if to, mine := r.Key("to"); mine {
		from += " → " + to
	} else if r.Sigil == protocol.Notice && r.Word == "msg" {
		from += " → you"
	}
	line := s.paint("1", from+":") + " " + r.Text
	if at, late := r.Key("at"); late {
		line = s.faint(clock(at, now)) + " " + line
	}
	return line
}

// clock shows a time of the wire in the user's own zone, with the day unless it
// is today.
func clock(at string, now time.Time) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return at
	}
	t = t.In(now.Location())
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// wordsOf is a line without its sigil and its tag.
func wordsOf(r protocol.Reply) string {
	line := strings.Join(append([]string{r.Word}, r.Fields...), " ")
	if r.HasText {
		line += ": " + r.Text
	}
	return line
}

func (s style) faint(text string) string { return s.paint("2", text) }

// paint wraps a text in a colour or weight of the terminal.
func (s style) paint(code, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
