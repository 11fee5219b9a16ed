package session

import (
	"strings"
	"testing"
	"time"

	"parley/internal/language"
)

// What is sent for a line that is typed in a thread.
func TestCommands(t *testing.T) {
	for _, tt := range []struct{ in, typed, sent string }{
		{"#tea", "/who", "/who #tea"},
		{"#tea", "  /who", ""}, // is said
		{"#tea", "/WHO  #ops", "/who #ops"},
		{"#lobby", "/who", "/who"},
		{"bob", "/who", "/who"},
		{"#tea", "/leave", "/leave #tea"},
		{"#tea", "/leave good night", "/leave #tea good night"},
		{"#tea", "/leave #ops good night", "/leave #ops good night"},
		{"#lobby", "/leave", "/leave #lobby"},
		{"#tea", "/topic", "/topic #tea"},
		{"#lobby", "/topic two  cups", "/topic #lobby two  cups"},
		{"#tea", "/topic #ops two cups", "/topic #ops two cups"},
		{"bob", "/topic two cups", "/topic two cups"},
		{"#tea", "/invite bob", "/invite #tea bob"},
		{"#tea", "/kick bob enough", "/kick #tea bob enough"},
		{"#lobby", "/kick bob", "/kick bob"}, // is for the whole server
		{"bob", "/ban bob", "/ban bob"},
		{"#tea", "/mute bob for=10m", "/mute #tea bob for=10m"},
		{"#tea", "/banned", "/banned #tea"},
		{"#tea", "/role bob op", "/role #tea bob op"},
		{"#tea", "/room quiet", "/room #tea quiet"},
		{"#tea", "/history", "/history #tea"},
		{"bob", "/history 20", "/history bob 20"},
		{"bob", "/history before=813", "/history bob before=813"},
		{"bob", "/history carol 20", "/history carol 20"},
		{"#tea", "/rooms", "/rooms"},
		{"#tea", "/join #ops", "/join #ops"},
		{"#tea", "#x1 /ping  a b ", "/ping a b"},
		{"#tea", "/", "/"},
	} {
		c := begins(t)
		c.enters(tt.in, tt.typed)
		c.s.Thread(tt.in)
		want := "#t11 " + tt.sent
		if got := c.takes(); tt.sent != "" && (len(got) != 1 || got[0] != want) {
			t.Errorf("%s in %s: %q is sent, want %q", tt.typed, tt.in, got, want)
		}
	}
}

func TestSaidElsewhere(t *testing.T) {
	for _, tt := range []struct{ typed, thread, sent string }{
		{"/msg bob hi  there", "bob", `{"do":"msg","to":"bob","text":"hi  there","once":"k1","tag":"t11"}`},
		{"/msg bob", "bob", ""},
		{"/MSG #tea hi", "#tea", `{"do":"msg","to":"#tea","text":"hi","once":"k1","tag":"t11"}`},
		{"/all hi", "#lobby", `{"do":"msg","to":"#lobby","text":"hi","once":"k1","tag":"t11"}`},
		{"/go bob", "bob", ""},
		{"/go #TEA", "#tea", ""},
	} {
		c := begins(t)
		c.enters("#lobby", tt.typed)
		if to := c.s.Goto(); to == nil || to.Name != tt.thread || c.s.Goto() != nil {
			t.Errorf("%s goes to %+v", tt.typed, to)
		}
		if got := strings.Join(c.takes(), "\n"); got != tt.sent {
			t.Errorf("%s sends %s", tt.typed, got)
		}
	}
	c := begins(t)
	c.enters("#lobby", "/go #ops")
	c.sends("#t11 /go #ops") // the server says why not
	c.hears("#t11 - go not-in-room #ops: You are not in #ops; /join #ops first.")
	c.has("#lobby", "> /go #ops", "0 - go not-in-room #ops")
}

func TestJoinLeadsThere(t *testing.T) {
	c := begins(t)
	c.enters("#lobby", "/join #OPS")
	c.answers("/join #OPS", "+ join #ops members=4 here=2: Pagers")
	ops := c.s.Goto()
	if ops == nil || ops.Name != "#ops" || !ops.Member || ops.Members != 4 || ops.HereCount != 2 || ops.Topic != "Pagers" {
		t.Fatalf("it goes to %+v", ops)
	}
	c.has("#lobby", "> /join #OPS")
	c.s.Show(ops)
	c.passes(time.Minute)
	c.answers(`"do":"history","name":"#ops"`, rowIn("#ops", "bob", 600, "long ago"), "+ history 1")
	c.has("#ops", "600 bob: long ago", "0 + join #ops members=4 here=2")
	c.enters("#lobby", "/join #ops")
	c.answers("/join #ops", "- join already-in-room #ops: You are in #ops already.")
	if c.s.Goto() != ops {
		t.Error("the room in which one is already is not shown")
	}
	c.enters("#ops", "/leave")
	c.answers("/leave #ops", "+ leave #ops")
	if to := c.s.Goto(); to == nil || to.Name != "#lobby" || len(c.s.Threads()) != 2 {
		t.Errorf("after /leave it goes to %+v", to)
	}
}

func TestEnterRefuses(t *testing.T) {
	for _, line := range []string{
		"login alice correct horse", "/format text", "a\x1b[2J", "a\x00", "a\rb", "a\nb", "a\x7f", "a\u009bb", "\xff", "a\u202eb", "a\U000E0041b",
		strings.Repeat("x", 2001), strings.Repeat(`"`, 2000) /* each is two bytes of an object */, "/topic " + strings.Repeat("x", 4096), `{"do":"login","name":"alice","password":"x"}`,
		"/msg carol passwd", "/all " + strings.Repeat("x", 2001),
	} {
		c := begins(t)
		c.s.options.Key = func() string { return strings.Repeat("k", 64) }
		threads := len(c.s.Threads())
		if err := c.s.Enter(c.s.Thread("#lobby"), line); err == nil || !strings.HasSuffix(err.Error(), ".") {
			t.Errorf("%.50q is taken: %v", line, err)
		}
		if len(c.s.Thread("#lobby").Lines) != 0 || len(c.takes()) != 0 || c.s.Goto() != nil || len(c.s.Threads()) != threads {
			t.Errorf("%.50q has done something", line)
		}
	}
	c := begins(t)
	for _, line := range []string{"", " ", "\t"} {
		c.enters("#lobby", line)
	}
	c.enters("#lobby", "a\tb<&>")
	c.enters("#lobby", strings.Repeat("é", 1000))
	c.s.Lost("cut", c.now)
	if err := c.s.Enter(c.s.Thread("#lobby"), "hello"); err == nil {
		t.Error("something is said without a connection")
	}
	c.has("#lobby", "0 alice: a b<&> (unsure)", "0 alice: "+strings.Repeat("é", 1000)+" (sending)")
}

// What is shown of a command has no password in it.
func TestEchoHidesPasswords(t *testing.T) {
	for typed, want := range map[string]string{
		"/login bob battery staple": "/login bob ********", "/register bob x": "/register bob ********", "/passwd old new": "/passwd ********",
		"/LOGIN bob": "/login bob", "/passwd": "/passwd", "/who": "/who",
	} {
		c := begins(t)
		c.enters("#lobby", typed)
		c.has("#lobby", "> "+want)
		c.s.Lost("cut", c.now)
		for _, l := range c.s.Thread("#lobby").Lines {
			if strings.Contains(l.Text, "staple") {
				t.Errorf("%q is shown", l.Text)
			}
		}
	}
}

// An answer that the connection has taken away is told.
func TestAnswerIsLost(t *testing.T) {
	c := begins(t)
	c.enters("#tea", "/who")
	c.sends("#t11 /who #tea")
	c.hears("#t11 = user bob idle=1 sessions=1")
	c.s.Lost("cut", c.now)
	c.has("#tea", "> /who #tea", "0 = user bob idle=1 sessions=1", "notice The connection was lost before the server had answered to /who #tea.")
}

func TestLang(t *testing.T) {
	c := begins(t)
	c.enters("#lobby", "/lang zh")
	c.sends("#t11 /lang zh")
	c.hears(`{"type":"done","command":"lang","language":"zh","tag":"t11"}`)
	if c.s.Language() != language.Chinese {
		t.Error("the language is another one")
	}
	c.s.Lost("cut", c.now)
	c.connects()
	c.answers("/lang zh", "+ lang zh")
}

func TestComplete(t *testing.T) {
	c := begins(t)
	c.s.words.asked = false
	c.s.askWords()
	c.answers("/rooms all", "= room #lobby members=9 here=1", "= room #tea members=1 here=1", "= room #teapots members=1 here=1", "= room #zoo members=1 here=1", "+ rooms 4")
	c.answers("/help", "= help who: /who [room] - Lists who is online, or who is in a room.", "= help quit: /quit [reason] - Ends.",
		"= help rooms: /join /leave /rooms", "= help limits: what this server allows. /help and one of these words tells more.", "+ help 4")
	c.hears(saysIn("#tea", "Albert", 801, "x"), saysIn("#tea", "bob", 802, "x"), "* msg anna 803 at=2026-11-19T12:00:00Z thread=anna: x")
	c.s.people.set(Person{Name: "alan", Here: true})
	for before, want := range map[string]string{
		"/w":          "/who ",
		"/":           "/who |/quit |/join |/leave |/rooms ",
		"/x":          "",
		"/help r":     "/help rooms |/help rooms ",
		"/help l":     "/help limits |/help leave ",
		"/join #te":   "/join #tea |/join #teapots ",
		"/join ":      "/join #lobby |/join #tea |/join #teapots |/join #zoo ",
		"see #Z":      "see #zoo ",
		"al":          "Albert: |alan: ",
		"AL":          "Albert: |alan: ",
		"ask a":       "ask Albert |ask anna |ask alan ",
		"b":           "bob: ",
		"":            "",
		"hello ":      "",
		"/msg a":      "/msg Albert |/msg anna |/msg alan ",
		"/msg bob al": "/msg bob Albert |/msg bob alan ",
	} {
		if got := strings.Join(c.s.Complete(before, c.s.Thread("#tea")), "|"); got != want {
			t.Errorf("%q becomes %q, want %q", before, got, want)
		}
	}
}
