package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/language"
)

// talk is a session and a server that the test plays. The server speaks lines of text, which are read as objects are; what text does not show stands
// behind, as key=value.
type talk struct {
	t    *testing.T
	s    *Session
	now  time.Time
	sent []string // and not looked at yet
}

var noon = time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC)

func newTalk(t *testing.T, o Options) *talk {
	t.Helper()
	keys := 0
	o.Server, o.Key = "work", func() string { keys++; return fmt.Sprint("k", keys) }
	return &talk{t: t, s: New(o), now: noon}
}

// begins is alice at work, who has logged in and looks at the lobby, where nothing was said.
func begins(t *testing.T) *talk {
	t.Helper()
	c := newTalk(t, Options{Name: "alice", Secret: "correct horse"})
	c.connects()
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=800")
	c.rooms("#lobby", "#tea")
	c.shows("#lobby")
	c.quiet()
	return c
}

// connects opens a connection, up to the login.
func (c *talk) connects() {
	c.t.Helper()
	c.s.Connected(c.now)
	c.hears("* hello parley/1.0 line=4096 text=2000: Welcome.")
	c.answers("/format json", "+ format json")
}

// rooms answers in which rooms the account is.
func (c *talk) rooms(names ...string) {
	c.t.Helper()
	var rows []string
	for _, name := range names {
		rows = append(rows, "= room "+name+" members=3 here=2")
	}
	c.answers("/rooms", append(rows, fmt.Sprint("+ rooms ", len(names)))...)
}

// shows shows a thread in which nothing was said.
func (c *talk) shows(name string) {
	c.t.Helper()
	c.s.Show(c.s.Thread(name))
	c.answers(`"do":"history","name":"`+name+`"`, "+ history 0")
}

// quiet answers everything that the session likes to know, as if there were nothing.
func (c *talk) quiet() {
	c.t.Helper()
	for _, line := range c.takes() {
		for _, asked := range []string{"who", "threads", "rooms all", "help", "watch"} {
			if tag, command, _ := strings.Cut(line, " "); strings.HasPrefix(command, "/"+asked) {
				c.hears(tag + " + " + strings.Fields(asked)[0] + " 0")
			}
		}
	}
}

// hears has the server say lines.
func (c *talk) hears(lines ...string) {
	for _, line := range lines {
		c.s.Heard(line, c.now)
	}
}

// takes takes what the session has sent.
func (c *talk) takes() []string {
	sent := append(c.sent, c.s.Outgoing()...)
	c.sent = nil
	return sent
}

// sends wants exactly these lines to be sent, each with its tag.
func (c *talk) sends(want ...string) {
	c.t.Helper()
	if got := c.takes(); !slices.Equal(got, want) {
		c.t.Fatalf("sent\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// answers finds the first line that was sent and has this in it, and answers it.
func (c *talk) answers(asked string, lines ...string) {
	c.t.Helper()
	c.sent = c.takes()
	for i, line := range c.sent {
		// A command of text must be that as a whole.
		tag, command, _ := strings.Cut(line, " ")
		if strings.HasPrefix(asked, "/") && command != asked || !strings.Contains(line, asked) {
			continue
		}
		if _, object, ok := strings.Cut(line, `"tag":"`); ok {
			tag = "#" + strings.TrimSuffix(object, `"}`)
		}
		c.sent = slices.Delete(c.sent, i, i+1)
		for _, answer := range lines {
			c.hears(tag + " " + answer)
		}
		return
	}
	c.t.Fatalf("%s was not sent, but\n%s", asked, strings.Join(c.sent, "\n"))
}

// enters types a line.
func (c *talk) enters(name, line string) {
	c.t.Helper()
	c.s.Tick(c.now)
	if err := c.s.Enter(c.s.Thread(name), line); err != nil {
		c.t.Fatalf("%q can't be entered: %v", line, err)
	}
}

// passes has time pass.
func (c *talk) passes(d time.Duration) {
	c.now = c.now.Add(d)
	c.s.Tick(c.now)
}

// loses is a broken connection, and a new one some time later.
func (c *talk) loses(away time.Duration) {
	c.t.Helper()
	c.s.Lost("cut", c.now)
	c.sent = nil
	c.passes(away)
	c.connects()
}

// has compares the lines of a thread.
func (c *talk) has(name string, want ...string) {
	c.t.Helper()
	var got []string
	for i := range c.s.Thread(name).Lines {
		got = append(got, shown(&c.s.Thread(name).Lines[i]))
	}
	if !slices.Equal(got, want) {
		c.t.Fatalf("%s has\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// is wants a state.
func (c *talk) is(want State) {
	c.t.Helper()
	if got := c.s.State(); got != want {
		c.t.Fatalf("the state is %d (%s), want %d", got, c.s.Reason(), want)
	}
}

var fates = []string{Kept: "", Sending: " (sending)", Refused: " (refused)", Unsure: " (unsure)"}

// shown is a line in short.
func shown(l *Line) string {
	switch l.Kind {
	case Message:
		to := ""
		if l.ToMe {
			to = "!"
		}
		return fmt.Sprintf("%d %s%s: %s%s", l.Number, l.From, to, l.Text, fates[l.Fate])
	case Gap:
		return "gap " + l.Until.Sub(l.At).String()
	case Echo:
		return "> " + l.Text
	case Notice:
		return "notice " + l.Text
	}
	return strings.TrimSpace(fmt.Sprintf("%d %c %s %s", l.Number, l.Reply.Sigil, l.Reply.Word, strings.Join(l.Reply.Fields, " ")))
}

// said is how the server tells what somebody says in a room.
func saysIn(room, from string, number int, text string) string {
	return fmt.Sprintf("* say %s %s number=%d at=2026-11-19T12:00:00Z thread=%[1]s: %[4]s", room, from, number, text)
}

// rowIn is the same as a row.
func rowIn(room, from string, number int, text string) string {
	return fmt.Sprintf("= say %s %s %d at=2026-11-19T12:00:00Z thread=%[1]s: %[4]s", room, from, number, text)
}

func TestFirstLogin(t *testing.T) {
	c := newTalk(t, Options{Name: "Alice", Secret: "correct horse", Language: language.Chinese})
	c.is(Offline)
	c.s.Connected(c.now)
	c.is(Greeting)
	c.sends()
	c.hears("* hello parley/1.0 line=4096 text=1500: Welcome. Have a seat.")
	c.sends("#t1 /format json")
	c.hears(`{"type":"done","command":"format","format":"json","tag":"t1"}`)
	c.is(Returning)
	c.sends("#t2 /lang zh", `{"do":"login","name":"Alice","password":"correct horse","tag":"t3"}`)
	c.s.Show(c.s.Thread("#lobby"))
	c.sends()
	c.hears("#t2 + lang zh", "#t3 + login alice waiting=0 last=800")
	c.is(Online)
	if c.s.Name() != "alice" || c.s.Greeting() != "Welcome. Have a seat." {
		t.Errorf("%q is greeted by %q", c.s.Name(), c.s.Greeting())
	}
	c.sends("#t4 /rooms", `{"do":"history","name":"#lobby","count":100,"tag":"t5"}`, "#t6 /who", "#t7 /threads 50", "#t8 /rooms all", "#t9 /help")
	c.hears("#t4 = room #tea members=5 here=3 role=op unread=2: Two cups", "#t4 = room #lobby members=9 here=4", "#t4 + rooms 2")
	c.hears(rowIn("#lobby", "bob", 790, "good morning"), "#t5 + history 0")
	c.hears("#t6 = user bob idle=3 sessions=1 away: Lunch", "#t6 = user alice idle=0 sessions=1", "#t6 + who 2")
	c.hears("#t7 = thread #tea 799 at=2026-11-19T12:00:00Z", "#t7 = thread carol 700 at=2026-11-19T12:00:00Z",
		"#t7 = thread bob 600 at=2026-11-19T12:00:00Z", "#t7 + threads 3")
	c.sends("#t10 /watch #lobby", "#t11 /who #lobby", "#t12 /watch carol bob")
	var names []string
	for _, th := range c.s.Threads() {
		names = append(names, th.Name)
	}
	if !slices.Equal(names, []string{"#lobby", "#tea", "bob", "carol"}) {
		t.Errorf("the threads are %q", names)
	}
	tea, bob := c.s.Thread("#TEA"), c.s.Thread("bob")
	if !tea.Room || !tea.Member || tea.Members != 5 || tea.HereCount != 3 || tea.Role != "op" || tea.Topic != "Two cups" || tea.Unread != 2 || bob.Room || !bob.Here || !bob.Away {
		t.Errorf("%+v %+v", tea, bob)
	}
}
