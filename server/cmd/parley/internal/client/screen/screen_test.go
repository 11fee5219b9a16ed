package screen

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/server/cmd/parley/internal/client/link"
	"parley/server/cmd/parley/internal/client/session"
)

func TestFirstScreen(t *testing.T) {
	p := enter(t, 80, 24, func(f *fake) {
		f.keep("#lobby", "bob", "good morning")
		f.keep("#lobby", "小明", "早上好")
	})
	p.sees("parley · alice")
	p.sees("1 #lobby")
	p.sees("2 #tea")
	p.sees("3 of 3 are here")
	p.sees("── Saturday, 21 November 2026 ──")
	p.sees("20:58 bob  good morning")
	p.sees("20:58 小明 早上好")
	p.sees("> ")
	p.sees("connected")
	p.sees("What you type below is said to everybody in #lobby")
}

func TestTalking(t *testing.T) {
	p := enter(t, 80, 24)
	p.say("hello everybody")
	p.sees("20:58 alice hello everybody")
	p.hear(p.m.servers[0], p.fake.says("#lobby", "bob", "hello alice"))
	p.sees("20:58»bob   hello alice")
	if p.m.input.Value() != "" {
		t.Errorf("%q is still in the input", p.m.input.Value())
	}
}

func TestChangingRooms(t *testing.T) {
	p := enter(t, 80, 24)
	p.write("half a line")
	p.press("alt+2")
	p.sees("#tea")
	if name := p.m.shown.thread.Name; name != "#tea" {
		t.Fatalf("%s is shown", name)
	}
	p.seesNot("half a line")
	p.hear(p.m.servers[0], p.fake.says("#lobby", "bob", "one"), p.fake.says("#lobby", "bob", "two, alice"))
	p.sees("@2")
	p.press("alt+a")
	p.sees("> half a line")
	p.sees("two, alice")
	p.seesNot("@2")
	p.press("ctrl+n")
	p.seesNot("two, alice")
	p.press("ctrl+n")
	p.sees("two, alice")
	p.press("ctrl+p", "ctrl+p")
	p.sees("two, alice")
}

func TestHistoryWithoutEnd(t *testing.T) {
	p := enter(t, 80, 24, many("#lobby", 300))
	p.sees("message 299")
	for i := 0; !strings.Contains(p.screen(), "message 0\n") && !strings.Contains(p.screen(), "message 0 "); i++ {
		if i > 100 {
			t.Fatalf("the first message is never reached:\n%s", p.screen())
		}
		before := p.m.talk()
		top := p.m.shown.thread.Lines[before.index].Number
		p.press("pgup")
		if after := p.m.talk(); p.m.shown.thread.Lines[after.index].Number >= top && !after.first {
			t.Fatalf("Page Up goes from %d to %d", top, p.m.shown.thread.Lines[after.index].Number)
		}
	}
	p.sees("the history of #lobby begins here")
	p.hear(p.m.servers[0], p.fake.says("#lobby", "bob", "now"), p.fake.says("#lobby", "bob", "and now"))
	p.sees("2 new below")
	p.sees("the history of #lobby begins here")
	p.press("end")
	p.sees("and now")
	p.seesNot("new below")
}

func TestRefusalIsShownAtTheMessage(t *testing.T) {
	p := enter(t, 80, 24)
	p.fake.answers["msg"] = []object{{"type": "failed", "command": "msg", "code": "muted", "text": "You may not speak here."}}
	p.fake.answers["all"] = p.fake.answers["msg"]
	p.say("can you hear me?")
	p.sees("can you hear me?")
	p.sees("✗ not sent: You may not speak here.")
}

func TestLostConnection(t *testing.T) {
	p := enter(t, 80, 24, many("#lobby", 3))
	s := p.m.servers[0]
	p.lose(s)
	p.sees("The connection to chat.example.org:8888 was lost.")
	p.say("are you there?")
	p.sees("> are you there?")
	if !s.dialing {
		t.Errorf("Enter does not try to connect")
	}
	p.pass(5 * time.Minute)
	p.fake.now = p.now
	p.connect(s)
	p.sees("connected")
	p.sees("you were not connected")
	p.press("enter")
	p.sees("alice are you there?")
	p.seesNot("> are")
}

func TestSlowMessageIsToldToBeOnItsWay(t *testing.T) {
	p := enter(t, 80, 24)
	p.fake.silent = true
	p.say("hello?")
	p.sees("hello?")
	p.seesNot("being sent")
	p.pass(slow)
	p.sees("… being sent")
}

func TestLongSidebarShowsTheCurrentRoom(t *testing.T) {
	p := enter(t, 80, 12, func(f *fake) {
		for i := range 60 {
			f.rooms = append(f.rooms, fmt.Sprintf("#room%02d", i))
		}
	})
	for range 62 {
		p.press("ctrl+n")
		if name := p.m.shown.thread.Name; strings.Count(p.screen(), name+" ") < 2 { // head and sidebar
			t.Fatalf("%s is not in the sidebar:\n%s", name, p.screen())
		}
	}
}

func TestSmallScreens(t *testing.T) {
	p := enter(t, 80, 24, many("#lobby", 50))
	p.resize(40, 10)
	p.sees("message 49")
	p.seesNot("│")
	p.hear(p.m.servers[0], p.fake.says("#tea", "bob", "alice: here"))
	p.sees("2 #tea @1")
	p.resize(19, 4)
	p.sees("This window is too")
	p.resize(1, 1)
	p.resize(80, 24)
	p.sees("message 49")
}

func TestWideScreenShowsWhoIsHere(t *testing.T) {
	p := enter(t, 120, 20)
	p.sees("│ carol")
	p.resize(119, 20)
	p.seesNot("carol")
}

func TestRingsForMe(t *testing.T) {
	p := enter(t, 80, 24)
	s := p.m.servers[0]
	rings := func(text string) bool {
		before := p.m.rang
		p.hear(s, p.fake.says("#lobby", "bob", text))
		return p.m.rang != before
	}
	if rings("good morning") {
		t.Errorf("a message to nobody rings")
	}
	if !rings("good morning, alice") {
		t.Errorf("a message to alice does not ring")
	}
	p.pass(ringing / 2)
	if rings("alice, alice") {
		t.Errorf("it rings twice within a second")
	}
	p.pass(ringing)
	if !rings("alice?") {
		t.Errorf("it does not ring again")
	}
}

func TestTitleCountsCalls(t *testing.T) {
	p := enter(t, 80, 24)
	if got := p.m.View().WindowTitle; got != "parley" {
		t.Errorf("the title is %q", got)
	}
	p.hear(p.m.servers[0], p.fake.says("#tea", "bob", "alice?"), p.fake.says("bob", "bob", "are you there?"))
	p.sees("2 #tea             @1")
	p.sees("3 bob              @1")
	if got := p.m.View().WindowTitle; got != "(2) parley" {
		t.Errorf("the title is %q", got)
	}
}

func TestPastedLinesAreAskedAbout(t *testing.T) {
	p := enter(t, 80, 24)
	p.update(tea.PasteMsg{Content: "one\ntwo\nthree\n"})
	p.sees("You have pasted 3 lines")
	p.seesNot("alice one")
	p.press("esc")
	p.seesNot("You have pasted")
	p.update(tea.PasteMsg{Content: "one\ntwo\nthree\n"})
	p.write("y")
	p.sees("alice one")
	p.sees("alice three")
	p.update(tea.PasteMsg{Content: "four\nfive"})
	p.write("n")
	p.sees("> four five")
}

func TestAFloodIsTakenTogether(t *testing.T) {
	p := enter(t, 80, 24)
	var lines []string
	for i := range 10_000 {
		lines = append(lines, p.fake.says("#lobby", "bob", fmt.Sprintf("flood %d", i)))
	}
	p.hear(p.m.servers[0], lines...)
	p.sees("flood 9999")
}

func TestLeaving(t *testing.T) {
	for _, how := range []func(*player){
		func(p *player) { p.say("exit") },
		func(p *player) { p.say("/quit") },
		func(p *player) { p.press("ctrl+c") },
		func(p *player) { p.press("ctrl+d") },
	} {
		p := enter(t, 80, 24)
		how(p)
		if said := p.fake.heard[len(p.fake.heard)-1]; !p.m.leaving.begun || said["do"] != "quit" {
			t.Errorf("leaving %v, the server has heard %q at the end", p.m.leaving.begun, said)
		}
	}
}

// Who leaves while a message gets no answer does not stay because others talk.
func TestLeavingWhileOthersTalk(t *testing.T) {
	p := enter(t, 80, 24)
	p.fake.silent = true
	p.say("hello")
	p.say("exit")
	for range 3 {
		p.pass(time.Second)
		p.hear(p.m.servers[0], p.fake.says("#lobby", "bob", "and then there was"))
	}
	if !p.m.leaving.parted {
		t.Error("after three seconds the server does not know yet")
	}
}

// Who leaves while messages get their answers, each after a while, stays until all have one.
func TestLeavingWhileAnswersCome(t *testing.T) {
	p := enter(t, 80, 24)
	p.fake.silent = true
	for range 3 {
		p.say("hello")
	}
	p.say("exit")
	for i := range 3 {
		if p.m.leaving.parted {
			t.Fatalf("the server knows after %d answers", i)
		}
		p.pass(link.PartingQuiet - time.Millisecond)
		said := p.fake.heard[len(p.fake.heard)-1]
		p.hear(p.m.servers[0], object{"type": "done", "command": said["do"], "tag": said["tag"], "to": "#lobby", "number": 2001 + i}.line())
	}
	if !p.m.leaving.parted {
		t.Error("after all answers the server does not know yet")
	}
}

func TestCtrlDInALineDoesNotLeave(t *testing.T) {
	p := enter(t, 80, 24)
	p.write("half")
	p.press("ctrl+d")
	if p.m.leaving.begun {
		t.Errorf("it does")
	}
}

func TestWhatWasNotSentRemains(t *testing.T) {
	p := enter(t, 80, 24)
	p.fake.silent = true
	p.say("on its way")
	p.write("half a line")
	p.press("alt+2")
	p.write("for tea")
	p.press("ctrl+c")
	var out strings.Builder
	if !p.m.remains(&out) {
		t.Errorf("nothing is said to be unsent")
	}
	for _, want := range []string{"#lobby: on its way", "#lobby: half a line", "#tea: for tea"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not among what remains:\n%s", want, out.String())
		}
	}
}

// After any sizes the newest lines are where they were: at the bottom.
func TestResizingLosesNothing(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	p := enter(t, 80, 24, func(f *fake) {
		for range 120 {
			f.keep("#lobby", []string{"bob", "小明", "Ольга"}[r.IntN(3)], "x "+randomText(r, 25))
		}
	})
	first := p.m.View().Content
	for range 100 {
		p.resize(1+r.IntN(220), 1+r.IntN(70))
	}
	p.resize(80, 24)
	if got := p.m.View().Content; got != first {
		t.Errorf("the screen was\n%s\nand is\n%s", first, got)
	}
	p.press("pgup", "pgup", "pgup")
	k := p.m.talk()
	top := p.m.shown.thread.Lines[k.index].Number
	for range 100 {
		p.resize(60+r.IntN(160), 6+r.IntN(30))
		if now := p.m.talk(); !now.last && p.m.shown.thread.Lines[now.index].Number != top {
			t.Fatalf("at %d × %d the uppermost line is %d, and was %d", p.m.width, p.m.height, p.m.shown.thread.Lines[now.index].Number, top)
		}
	}
}

// Whatever is pressed and heard, each frame has the size of the screen.
func TestAnythingGoes(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	keys := []string{"enter", "tab", "esc", "pgup", "pgdown", "end", "f1", "up", "alt+1", "alt+2", "alt+3", "alt+a", "ctrl+n", "ctrl+p", "ctrl+g", "ctrl+l"}
	for range 5 {
		p := enter(t, 1+r.IntN(150), 1+r.IntN(50), many("#lobby", r.IntN(200)))
		for range 100 {
			switch s := p.m.servers[0]; r.IntN(8) {
			case 0:
				p.resize(1+r.IntN(220), 1+r.IntN(70))
			case 1, 2:
				p.press(keys[r.IntN(len(keys))])
			case 3:
				p.write(randomText(r, 5))
			case 4:
				p.update(tea.PasteMsg{Content: randomText(r, 5) + "\n" + randomText(r, 5)})
			case 5:
				if s.out != nil {
					p.hear(s, p.fake.says([]string{"#lobby", "#tea", "bob"}[r.IntN(3)], "bob", randomText(r, 20)))
				}
			case 6:
				p.pass(time.Duration(r.IntN(5000)) * time.Millisecond)
			case 7:
				if r.IntN(5) == 0 && s.session.State() != session.Offline {
					p.lose(s)
				} else if s.session.State() == session.Offline {
					p.connect(s)
				}
			}
		}
	}
}

func TestSeveralServers(t *testing.T) {
	p := sit(t, 80, 24, Server{Name: "work", Address: "a:1", Account: "alice", Secret: "x"}, Server{Name: "home", Address: "b:1"})
	p.connect(p.m.servers[0])
	p.connect(p.m.servers[1])
	rows := p.rows()
	if !slices.ContainsFunc(rows, func(r string) bool { return strings.HasPrefix(r, "work") }) ||
		!slices.ContainsFunc(rows, func(r string) bool { return strings.HasPrefix(r, "3 home · not logged in") }) {
		t.Errorf("both servers are to be in the sidebar:\n%s", p.screen())
	}
	p.press("alt+3")
	p.sees("Your name here:")
	p.write("al")
	p.press("alt+1")
	p.seesNot("Your name here:")
	p.press("alt+3")
	p.sees("> al")
}

// A key in a room with much history.
func BenchmarkKey(b *testing.B) {
	p := enter(&testing.T{}, 200, 60)
	thread := p.m.shown.thread
	thread.Lines = randomThread(rand.New(rand.NewPCG(1, 2)), 50_000).Lines
	for b.Loop() {
		p.m.Update(tea.KeyPressMsg(tea.Key{Code: 'a', Text: "a"}))
		p.m.View()
		p.m.input.SetValue("")
	}
}

func TestWhatIsTypedBeforeTheLoginStays(t *testing.T) {
	p := sit(t, 80, 24)
	p.write("hello")
	p.connect(p.m.servers[0])
	p.sees("1 #lobby")
	p.sees("> hello")
}

// A terminal takes Esc and a letter that follow each other for Alt and the letter.
func TestEscapeAndALetter(t *testing.T) {
	p := enter(t, 80, 24)
	p.press("alt+/")
	p.write("rooms")
	p.sees("> /rooms")
	p.press("alt+b")
	p.write("x")
	p.sees("> x/rooms")
	p.press("alt+z")
	p.sees("> xz/rooms")
	p.press("f1", "alt+y")
	p.seesNot("Esc closes this")
	p.sees("> xzy/rooms")
}

// A key that is told to people writes nothing, even if there is nowhere to go.
func TestKeysThatLeadNowhere(t *testing.T) {
	p := enter(t, 80, 24)
	p.write("hello")
	p.press("alt+9", "alt+a")
	p.sees("> hello")
	p.seesNot("> hello9")
	p.seesNot("> helloa")
}

// A password is neither a last word nor a draft.
func TestLeavingAtAPassword(t *testing.T) {
	p := enter(t, 80, 24)
	p.fake.answers["passwd"] = []object{{"type": "event", "event": "prompt", "what": "password", "text": "Your old password, please."}}
	p.say("/passwd")
	p.sees("Your old password, please")
	p.write("secret horse")
	p.seesNot("secret")
	p.press("ctrl+c")
	for _, o := range p.fake.heard {
		if o["do"] == "quit" {
			t.Errorf("/quit was said, which is taken for the password")
		}
	}
	var out strings.Builder
	if p.m.remains(&out); strings.Contains(out.String(), "secret") {
		t.Errorf("a password is left on the terminal: %s", out.String())
	}
}

func TestRemainsOfTheLoginHaveNoPassword(t *testing.T) {
	p := sit(t, 80, 24, Server{Name: "work", Address: "a:1"})
	p.connect(p.m.servers[0])
	p.say("alice")
	p.write("secret horse")
	p.seesNot("secret")
	p.press("ctrl+c")
	var out strings.Builder
	if p.m.remains(&out); strings.Contains(out.String(), "secret") {
		t.Errorf("a password is left on the terminal: %s", out.String())
	}
}

// Who is sent away for good while logging in is told why, and may try again.
func TestBannedAtTheLogin(t *testing.T) {
	p := sit(t, 80, 24, Server{Name: "work", Address: "a:1"})
	s := p.m.servers[0]
	p.connect(s)
	p.fake.answers["login"] = []object{{"type": "failed", "command": "login", "code": "banned", "text": "You are banned until noon."}}
	p.say("alice")
	p.say("secret horse")
	p.lose(s)
	p.sees("You are banned until noon.")
	delete(p.fake.answers, "login")
	p.press("enter")
	p.seesNot("You are banned until noon.")
	p.connect(s)
	p.sees("#lobby")
}

// Drafts remain on the terminal, where others may scroll back to them.
func TestRemainsHaveNoPassword(t *testing.T) {
	for _, draft := range []string{"/login alice horse", "login alice horse", "/passwd horse", "#x /register alice horse"} {
		p := enter(t, 80, 24)
		p.write(draft)
		p.press("ctrl+c")
		var out strings.Builder
		p.m.remains(&out)
		if got := out.String(); strings.Contains(got, "horse") || !strings.Contains(got, "********") {
			t.Errorf("of %q remains %q", draft, got)
		}
	}
}

// Half a password is never seen, whatever ends the question for it.
func TestHalfAPassword(t *testing.T) {
	prompt := []object{{"type": "event", "event": "prompt", "what": "password", "text": "Your old password, please."}}
	for name, end := range map[string]func(*player, *server){
		"lost connection": func(p *player, s *server) { p.lose(s) },
		"leaving":         func(p *player, s *server) { p.press("ctrl+c"); p.lose(s) },
		"refusal": func(p *player, s *server) {
			p.hear(s, `{"type":"failed","command":"passwd","code":"cancelled","text":"That took too long.","tag":"`+p.fake.heard[len(p.fake.heard)-1]["tag"].(string)+`"}`)
		},
		"last words": func(p *player, s *server) { p.hear(s, `{"type":"end","code":"draining","text":"Restarting."}`) },
	} {
		p := enter(t, 80, 24)
		s := p.m.servers[0]
		p.fake.answers["passwd"] = prompt
		p.say("/passwd")
		p.sees("Your old password, please")
		p.write("horse")
		end(p, s)
		p.seesNot("horse")
		var out strings.Builder
		p.m.remains(&out)
		if strings.Contains(out.String(), "horse") {
			t.Errorf("%s: a password is left on the terminal: %s", name, out.String())
		}
	}
}

// What was typed in other rooms is no part of a password, and is there afterwards.
func TestPasswordLeavesDraftsAlone(t *testing.T) {
	p := enter(t, 80, 24)
	p.press("alt+2")
	p.write("two cups")
	p.press("alt+1")
	p.fake.answers["passwd"] = []object{{"type": "event", "event": "prompt", "what": "password", "text": "Your old password, please."}}
	p.say("/passwd")
	p.write("ho")
	p.press("alt+2")
	p.sees("Your old password, please")
	p.write("horse")
	p.press("enter")
	if got := p.fake.heard[len(p.fake.heard)-1]["do"]; got != "horse" {
		t.Errorf("the password is %q", got)
	}
	p.sees("> two cups")
	p.press("alt+1")
	p.seesNot("two cups")
}

// Only a token that was kept is forgotten when the server refuses one, not one that was typed for somebody else.
func TestTypedTokenIsRefused(t *testing.T) {
	for _, typed := range []bool{true, false} {
		p := sit(t, 80, 24, Server{Name: "work", Address: "a:1", Account: "alice", Secret: "parley_kept", SecretIsToken: true})
		s := p.m.servers[0]
		p.fake.silent = !typed
		p.connect(s)
		if typed {
			p.say("/logout")
			p.press("esc")
			p.m.servers[0].enter.Update(tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl})
			p.say("bob")
			p.fake.silent = true
			p.say("parley_typed")
		} else {
			s.session.Heard(`{"type":"done","command":"format","format":"json","tag":"t1"}`, p.now)
			p.update(timer{})
		}
		login := p.fake.heard[len(p.fake.heard)-1]
		s.session.Heard(object{"type": "failed", "command": "login", "code": "bad-credentials", "text": "No.", "tag": login["tag"]}.line(), p.now)
		if forgets := p.m.ask(s) != nil; login["do"] != "login" || forgets == typed {
			t.Errorf("of the refused login %v what was kept is forgotten: %v", login, forgets)
		}
	}
}
