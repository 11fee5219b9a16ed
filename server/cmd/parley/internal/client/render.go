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
	self   string // the name of the account, which is shown as "you"
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
	room, _ := r.Value("room")
	switch r.Word {
	case "all", "quit":
		return ""
	case "msg":
		return s.faint(sent(r))
	case "join":
		return s.faint(joined(r, room))
	case "go":
		return s.faint("you are in " + room)
	case "leave":
		return s.faint("you left " + room)
	}
	return s.faint(wordsOf(r))
}

// sent tells what has become of a private message. What is said in a room is seen
// to be said.
func sent(r protocol.Reply) string {
	to, _ := r.Value("to")
	if strings.HasPrefix(to, "#") {
		return ""
	}
	if _, stored := r.Value("stored"); stored {
		return "kept for " + to + " until the next login"
	}
	if _, away := r.Value("away"); away {
		return withText("sent to "+to+", who is away", r.Text)
	}
	return "sent to " + to
}

func joined(r protocol.Reply, room string) string {
	members, _ := r.Value("members")
	here, _ := r.Value("here")
	return withText("you joined "+room+" (members: "+members+", here: "+here+")", r.Text)
}

// withText adds a text of the server, which may be empty.
func withText(line, text string) string {
	if text == "" {
		return line
	}
	return line + ": " + text
}

func (s style) failed(r protocol.Reply) string {
	if r.Text == "" {
		return s.paint("31", wordsOf(r))
	}
	return s.paint("31", r.Text)
}

func (s style) row(r protocol.Reply, now time.Time) string {
	switch r.Word {
	case "all", "msg", "say":
		return "  " + s.message(r, now)
	case "invite":
		return "  " + s.timed(r, s.invitation(r), now)
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
	case r.Word == "motd":
		return r.Text
	case len(r.Fields) == 0:
		return raw
	case r.Word == "all", r.Word == "msg", r.Word == "say":
		return s.message(r, now)
	}
	if change := s.change(r, now); change != "" {
		return change
	}
	return raw
}

// message shows what somebody said. Who it was sent to is told only by an event
// of a private message; the time by what comes late and by history.
func (s style) message(r protocol.Reply, now time.Time) string {
	from, known := r.Value("from")
	if !known {
		return r.Text
	}
	if to, mine := r.Key("to"); mine {
		from += " → " + to
	} else if r.Sigil == protocol.Notice && r.Word == "msg" {
		from += " → you"
	}
	line := s.paint("1", from+":") + " " + r.Text
	if r.Word == "say" {
		room, _ := r.Value("room")
		line = s.faint(room) + " " + line
	}
	return s.timed(r, line, now)
}

// timed puts the time in front that the line of the server has, if any.
func (s style) timed(r protocol.Reply, line string, now time.Time) string {
	if at, late := r.Key("at"); late {
		return s.faint(clock(at, now)) + " " + line
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
