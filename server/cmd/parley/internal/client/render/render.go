// Package render turns what a server says into what a person reads. It stays close to the wire: what it does not know is shown as it came.
package render

import (
	"strings"
	"time"

	"parley/internal/language"
	"parley/protocol"
)

// Style is how lines of the server are shown. Lines of both formats look the same.
type Style struct {
	Language language.Language
	Colour   bool
	Self     string    // the name of the account, which is shown as "you"
	Now      time.Time // times of the wire are shown in its zone, without the day if that is its own
}

// Line returns the text for one line of the server, or "" for a line that tells the user nothing new.
func (s Style) Line(r protocol.Reply) string {
	text := ""
	switch r.Sigil {
	case protocol.Done:
		text = s.done(r)
	case protocol.Failed:
		text = s.failed(r)
	case protocol.Row:
		text = s.row(r)
	case protocol.Notice:
		text = s.event(r)
	case protocol.Closing:
		text = r.Text
	}
	if r.Tag != "" && r.Sigil != protocol.Notice && text != "" {
		return "#" + r.Tag + " " + text
	}
	return text
}

func (s Style) done(r protocol.Reply) string {
	room, _ := r.Value("room")
	switch r.Word {
	case "all", "quit":
		return ""
	case "msg":
		return s.faint(s.sent(r))
	case "join":
		return s.faint(s.joined(r, room))
	case "go":
		return s.faint(s.Language.Sprintf("you are in %s", room))
	case "leave":
		return s.faint(s.Language.Sprintf("you left %s", room))
	case "who", "rooms", "help", "threads", "sessions", "tokens":
		count, _ := r.Value("count")
		return s.faint(s.Language.Sprintf("in all: %s", count))
	}
	return s.faint(wordsOf(r))
}

// sent tells what has become of a private message. What is said in a room is seen to be said.
func (s Style) sent(r protocol.Reply) string {
	to, _ := r.Value("to")
	if strings.HasPrefix(to, "#") {
		return ""
	}
	if _, stored := r.Value("stored"); stored {
		return s.Language.Sprintf("kept for %s until the next login", to)
	}
	if _, away := r.Value("away"); away {
		return s.withText(s.Language.Sprintf("sent to %s, who is away", to), r.Text)
	}
	return s.Language.Sprintf("sent to %s", to)
}

func (s Style) joined(r protocol.Reply, room string) string {
	members, _ := r.Value("members")
	here, _ := r.Value("here")
	return s.withText(s.Language.Sprintf("you joined %s (members: %s, here: %s)", room, members, here), r.Text)
}

// withText adds a text of the server, which may be empty.
func (s Style) withText(line, text string) string {
	if text == "" {
		return line
	}
	return s.Language.Sprintf("%s: %s", line, text)
}

func (s Style) failed(r protocol.Reply) string {
	if r.Text == "" {
		return s.paint("31", wordsOf(r))
	}
	return s.paint("31", r.Text)
}

func (s Style) row(r protocol.Reply) string {
	switch r.Word {
	case "all", "msg", "say":
		return "  " + s.message(r)
	case "invite":
		return "  " + s.timed(r, s.invitation(r))
	case "user":
		return "  " + s.user(r)
	case "room":
		return "  " + s.room(r)
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

func (s Style) event(r protocol.Reply) string {
	switch {
	case r.Word == "prompt":
		return "" // it becomes the input's prompt
	case r.Word == "hello" && r.Text != "", r.Word == "motd":
		return r.Text
	case len(r.Fields) == 0:
		return "* " + wordsOf(r)
	case r.Word == "all", r.Word == "msg", r.Word == "say":
		return s.message(r)
	}
	if change := s.change(r); change != "" {
		return change
	}
	return "* " + wordsOf(r)
}

// message shows what somebody said. Who it was sent to is told only by an event of a private message; the time by what comes late and by history.
func (s Style) message(r protocol.Reply) string {
	from, known := r.Value("from")
	if !known {
		return r.Text
	}
	if to, mine := r.Key("to"); mine {
		from += " → " + to
	} else if r.Sigil == protocol.Notice && r.Word == "msg" {
		from += " → " + s.Language.Sprintf("you")
	}
	line := s.paint("1", from+":") + " " + r.Text
	if r.Word == "say" {
		room, _ := r.Value("room")
		line = s.faint(room) + " " + line
	}
	return s.timed(r, line)
}

// timed puts the time in front that the line of the server has, if any.
func (s Style) timed(r protocol.Reply, line string) string {
	if at, late := r.Key("at"); late {
		return s.faint(s.clock(at)) + " " + line
	}
	return line
}

// clock shows a time of the wire in the user's own zone, with the day unless it is today.
func (s Style) clock(at string) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return at
	}
	t = t.In(s.Now.Location())
	if t.Format(time.DateOnly) == s.Now.Format(time.DateOnly) {
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

func (s Style) faint(text string) string { return s.paint("2", text) }

// paint wraps a text in a colour or weight of the terminal.
func (s Style) paint(code, text string) string {
	if !s.Colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
