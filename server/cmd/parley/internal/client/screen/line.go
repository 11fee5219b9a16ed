package screen

import (
	"image/color"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"parley/internal/language"
	"parley/protocol"
	"parley/server/cmd/parley/internal/client/render"
	"parley/server/cmd/parley/internal/client/session"
)

// lineStyle says how lines of a thread become rows of the screen.
type lineStyle struct {
	lang    language.Language
	columns int
	names   int    // cells of the column of names
	room    bool   // otherwise all is said to oneself anyway
	self    string // the name of the account
	now     time.Time
}

const (
	clockCells   = len("15:04 ")
	shortestText = 16                     // cells; where a text would have less, it stands under its name and not beside it
	longestName  = 14                     // cells of the column of names; longer names push their text aside
	namesFrom    = 200                    // of so many lines
	mostGuided   = 4                      // messages; who sees more needs no guide
	slow         = 500 * time.Millisecond // being sent for longer is told
)

// newLineStyle measures the names of the newest messages of t, so that their texts stand one below the other.
func newLineStyle(lang language.Language, t *session.Thread, self string, columns int, now time.Time) lineStyle {
	s := lineStyle{lang: lang, columns: columns, room: t.Room, self: self, now: now, names: 3}
	limit := min(longestName, columns/5)
	for i := max(0, len(t.Lines)-namesFrom); i < len(t.Lines); i++ {
		if l := &t.Lines[i]; l.Kind == session.Message {
			if w := render.Width(render.Visible(l.From)); w <= limit {
				s.names = max(s.names, w)
			}
		}
	}
	return s
}

// indent is where texts begin.
func (s lineStyle) indent() int {
	if indent := clockCells + s.names + 1; s.columns-indent >= shortestText {
		return indent
	}
	return 2
}

var (
	plain = ansi.Style{}
	faint = ansi.NewStyle().Faint()
	bold  = ansi.NewStyle().Bold()
	wrong = ansi.NewStyle().ForegroundColor(ansi.Red)
)

func inColour(c color.Color) ansi.Style { return ansi.NewStyle().ForegroundColor(c) }

// rows are those of one line of t, with what stands above it: the day, where new ones begin, where the history begins.
func (s lineStyle) rows(t *session.Thread, index int) []string {
	var rows []string
	if index == 0 {
		rows = s.head(t)
	}
	l := &t.Lines[index]
	if day := s.day(l.At); day != "" && (index == 0 || day != s.day(t.Lines[index-1].At)) {
		rows = append(rows, s.rule(day, faint)...)
	}
	if index == t.NewFrom && index > 0 {
		rows = append(rows, s.rule(s.lang.Sprintf("new"), wrong)...)
	}
	return append(rows, s.line(l)...)
}

// head is what stands above the first line.
func (s lineStyle) head(t *session.Thread) []string {
	switch {
	case t.Loading:
		return s.rule(s.lang.Sprintf("older messages are on their way"), faint)
	case t.Beginning && t.Room:
		return append(s.rule(s.lang.Sprintf("the history of %s begins here", render.Visible(t.Name)), faint), s.guide(t)...)
	case t.Beginning:
		return append(s.rule(s.lang.Sprintf("the history with %s begins here", render.Visible(t.Name)), faint), s.guide(t)...)
	}
	return nil
}

// guide tells what can be done, where hardly anything was said yet.
func (s lineStyle) guide(t *session.Thread) (rows []string) {
	said := 0
	for i := range t.Lines[:min(len(t.Lines), 4*mostGuided)] {
		if t.Lines[i].Kind == session.Message {
			said++
		}
	}
	if said >= mostGuided {
		return nil
	}
	if name := render.Visible(t.Name); t.Room {
		rows = s.block("", s.lang.Sprintf("What you type below is said to everybody in %s when you press Enter.", name), 0, plain)
	} else {
		rows = s.block("", s.lang.Sprintf("What you type below is for %s alone. It waits for them if they are not here.", name), 0, plain)
	}
	return append(rows, s.keys([]keyHelp{
		{"/rooms all", s.lang.Sprintf("shows which rooms there are")},
		{"/join #tea", s.lang.Sprintf("enters the room #tea, or makes it")},
		{"/msg bob hello", s.lang.Sprintf("writes to bob alone")},
		{"F1", s.lang.Sprintf("shows the keys")},
	})...)
}

func (s lineStyle) clock(at time.Time) string {
	if at.IsZero() {
		return strings.Repeat(" ", clockCells-1)
	}
	return at.In(s.now.Location()).Format("15:04")
}

// rule is a line across with words in it. Where they do not fit into a row there are more.
func (s lineStyle) rule(words string, style ansi.Style) []string {
	rows := s.block("", "── "+words, 3, style)
	if last := len(rows) - 1; render.Width(rows[last])+3 <= s.columns {
		rows[last] += style.Styled(" ──")
	}
	return rows
}

// line makes the rows of one line alone.
func (s lineStyle) line(l *session.Line) []string {
	switch l.Kind {
	case session.Message:
		return s.message(l)
	case session.Gap:
		return s.rule(s.gap(l), wrong)
	case session.Echo:
		return s.block("", "> "+l.Text, 2, faint)
	case session.Event:
		return s.block(faint.Styled(s.clock(l.At)+" "), "· "+s.reply(l), clockCells+2, faint)
	case session.Notice:
		return s.block(faint.Styled(s.clock(l.At)+" "), "· "+l.Text, clockCells+2, plain)
	}
	text := s.reply(l)
	if text == "" {
		return nil
	}
	indent := min(4, len(text)-len(strings.TrimLeft(text, " "))+2)
	if l.Reply.Sigil == protocol.Failed {
		return s.block("", text, indent, wrong)
	}
	return s.block("", text, indent, faint)
}

// reply tells in words what the server has said.
func (s lineStyle) reply(l *session.Line) string {
	style, reply := render.Style{Language: s.lang, Self: s.self, Now: s.now}, l.Reply
	reply.Tag = "" // nobody has written it
	return style.Line(reply)
}

func (s lineStyle) gap(l *session.Line) string {
	from, until := l.At.In(s.now.Location()), l.Until.In(s.now.Location())
	if l.Until.IsZero() {
		return s.lang.Sprintf("you are not connected since %s", from.Format("15:04"))
	}
	format := "15:04"
	switch {
	case s.day(l.At) != s.day(l.Until):
		format = "2006-01-02 15:04"
	case until.Sub(from) < 2*time.Minute:
		format = "15:04:05"
	}
	return s.lang.Sprintf("you were not connected from %s to %s", from.Format(format), until.Format(format))
}

// message makes the rows of something said: the time, the name, the text, and the fate of one's own.
func (s lineStyle) message(l *session.Line) []string {
	name := render.Visible(l.From)
	mark, body := " ", plain
	if l.ToMe && s.room {
		mark, body = bold.Styled("»"), bold
	}
	head := faint.Styled(s.clock(l.At)) + mark
	if clockCells+render.Width(name) >= s.columns {
		head = mark
		name = cut(name, s.columns-2)
	}
	indent := s.indent()
	head += inColour(render.NameColour(l.From)).Bold().Styled(name)
	head += strings.Repeat(" ", max(1, indent-render.Width(head)))
	rows := s.block(head, l.Text, indent, body)
	words, style := s.fate(l)
	if words == "" {
		return rows
	}
	if last := len(rows) - 1; render.Width(rows[last])+2+render.Width(words) <= s.columns {
		rows[last] += "  " + style.Styled(words)
		return rows
	}
	return append(rows, s.block(strings.Repeat(" ", indent), words, indent, style)...)
}

// fate tells what has become of a message of one's own, if that is worth a word.
func (s lineStyle) fate(l *session.Line) (words string, style ansi.Style) {
	switch why := render.Visible(l.Why); {
	case !l.Mine:
	case l.Fate == session.Sending && s.now.Sub(l.At) < slow:
	case l.Fate == session.Sending:
		return s.lang.Sprintf("… being sent"), faint
	case l.Fate == session.Refused:
		return s.lang.Sprintf("✗ not sent: %s", why), wrong
	case l.Fate == session.Unsure && why == "":
		return s.lang.Sprintf("? not known whether it was sent"), wrong
	case l.Fate == session.Unsure:
		return s.lang.Sprintf("? %s", why), wrong
	case why != "":
		return s.lang.Sprintf("(%s)", why), faint
	}
	return "", plain
}

// block wraps a text behind a head, which is styled already; the rows below the first are indented.
func (s lineStyle) block(head, text string, indent int, style ansi.Style) []string {
	first := s.columns - render.Width(head)
	lines := render.Wrap(render.Visible(text), first, s.columns-indent)
	margin := strings.Repeat(" ", min(indent, max(0, s.columns-2)))
	rows := make([]string, 0, len(lines)+1)
	if first < min(render.Width(lines[0]), shortestText) { // no room beside the head
		rows = append(rows, head)
		lines = render.Wrap(render.Visible(text), s.columns-indent, s.columns-indent)
		head = margin
	}
	for _, line := range lines {
		rows = append(rows, head+style.Styled(line))
		head = margin
	}
	return rows
}
