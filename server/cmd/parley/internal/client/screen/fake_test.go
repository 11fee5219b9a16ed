package screen

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"parley/internal/language"
	"parley/server/cmd/parley/internal/client/render"
)

// fake is a chat server for one client, as far as the screen needs one. What it is sent is in heard.
type fake struct {
	number  int64
	now     time.Time
	rooms   []string
	said    map[string][]object // messages by their thread
	answers map[string][]object // to commands, instead of the usual ones
	heard   []object
	silent  bool // it answers nothing
}

// object is a line in JSON.
type object map[string]any

func newFake() *fake {
	return &fake{number: 1000, now: evening, rooms: []string{"#lobby", "#tea"}, said: map[string][]object{}, answers: map[string][]object{}}
}

// keep makes a message.
func (f *fake) keep(thread, from, text string) object {
	f.number++
	o := object{"from": from, "number": f.number, "at": f.now.Format(time.RFC3339), "thread": thread, "text": text}
	f.said[thread] = append(f.said[thread], o)
	return o
}

// says makes the event that somebody else has said something.
func (f *fake) says(thread, from, text string) string {
	return event(thread, f.keep(thread, from, text))
}

func event(thread string, message object) string {
	o := with(message, object{"type": "event", "event": kindOf(thread)})
	return o.line()
}

func kindOf(thread string) string {
	switch {
	case thread == "#lobby":
		return "all"
	case strings.HasPrefix(thread, "#"):
		return "say"
	}
	return "msg"
}

func with(o object, more object) object {
	all := object{}
	for k, v := range o {
		all[k] = v
	}
	for k, v := range more {
		all[k] = v
	}
	if thread, ok := all["thread"].(string); ok && strings.HasPrefix(thread, "#") && thread != "#lobby" {
		all["room"] = thread
	}
	return all
}

func (o object) line() string {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// parse reads what a client has sent.
func parse(line string) object {
	o := object{}
	if json.Unmarshal([]byte(line), &o) == nil {
		return o
	}
	if tag, rest, ok := strings.Cut(line, " "); ok && strings.HasPrefix(tag, "#") {
		o["tag"], line = tag[1:], rest
	}
	do, args, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	o["do"], o["args"] = do, args
	return o
}

// answer answers a line of the client.
func (f *fake) answer(line string) (lines []string) {
	o := parse(line)
	f.heard = append(f.heard, o)
	if f.silent {
		return nil
	}
	do, _ := o["do"].(string)
	rows, ok := f.answers[do]
	if !ok {
		rows = f.usual(do, o)
	}
	for _, row := range rows {
		if tag, ok := o["tag"]; ok {
			row = with(row, object{"tag": tag})
		}
		if _, ok := row["type"]; !ok {
			row = with(row, object{"type": "done", "command": do})
		}
		lines = append(lines, row.line())
	}
	return lines
}

func (f *fake) usual(do string, o object) (rows []object) {
	switch do {
	case "login":
		return []object{{"name": o["name"], "waiting": 0, "last": f.number}}
	case "register":
		return []object{{"name": o["name"]}}
	case "rooms":
		for _, room := range f.rooms {
			rows = append(rows, object{"type": "row", "row": "room", "room": room, "members": 5, "here": 3})
		}
		return append(rows, object{"count": len(f.rooms)})
	case "who":
		for _, name := range []string{"alice", "bob", "carol"} {
			rows = append(rows, object{"type": "row", "row": "user", "name": name, "idle": 1, "sessions": 1})
		}
		return append(rows, object{"count": 3})
	case "history":
		return f.history(o)
	case "all", "msg":
		to, _ := o["to"].(string)
		if do == "all" {
			to = "#lobby"
		}
		text, _ := o["text"].(string)
		return []object{{"to": to, "number": f.keep(to, "alice", text)["number"]}}
	case "help":
		return []object{{"type": "row", "row": "help", "about": "who", "text": "/who [room] - lists who is online"}, {"count": 1}}
	case "quit":
		return []object{{}, {"type": "end", "code": "bye", "text": "See you."}}
	}
	return []object{{}}
}

// history answers with 50 messages.
func (f *fake) history(o object) (rows []object) {
	thread, _ := o["name"].(string)
	if thread == "" {
		thread = "#lobby"
	}
	said := f.said[thread]
	if before, ok := o["before"].(float64); ok {
		for len(said) > 0 && said[len(said)-1]["number"].(int64) >= int64(before) {
			said = said[:len(said)-1]
		}
	}
	done := object{}
	if more := len(said) - 50; more > 0 {
		said = said[more:]
		done["more"] = said[0]["number"]
	}
	for _, m := range said {
		rows = append(rows, with(m, object{"type": "row", "row": kindOf(thread)}))
	}
	done["count"] = len(said)
	return append(rows, done)
}

// player is somebody at a screen, who talks to a fake server.
type player struct {
	t    *testing.T
	m    *model
	fake *fake
	now  time.Time
	said map[*server]chan string
}

// sit opens a screen for alice, who is not connected yet.
func sit(t *testing.T, columns, rows int, servers ...Server) *player {
	p := &player{t: t, fake: newFake(), now: evening, said: map[*server]chan string{}}
	if servers == nil {
		servers = []Server{{Name: "work", Address: "chat.example.org:8888", Account: "alice", Secret: "parley_secret", SecretIsToken: true}}
	}
	p.m = newModel(context.Background(), Options{Servers: servers, Language: language.English, Now: func() time.Time { return p.now }})
	p.m.Init()
	p.resize(columns, rows)
	return p
}

// enter opens a screen for alice, who is logged in.
func enter(t *testing.T, columns, rows int, prepare ...func(*fake)) *player {
	p := sit(t, columns, rows)
	for _, do := range prepare {
		do(p.fake)
	}
	p.connect(p.m.servers[0])
	return p
}

// connect has a connection stand.
func (p *player) connect(s *server) {
	s.dialing, s.out = false, make(chan string, outAhead)
	p.said[s] = s.out
	s.session.Connected(p.now)
	p.hear(s, "* hello parley/1.0 line=4096 text=2000: Welcome.")
}

// hear tells lines of the server, and answers what the client says to them.
func (p *player) hear(s *server, lines ...string) {
	p.t.Helper()
	p.update(heard{server: s, lines: lines})
}

// update tells the model something, and has the server answer what it says to it.
func (p *player) update(msg tea.Msg) {
	p.t.Helper()
	p.m.Update(msg)
	for range 1000 {
		answered := false
		for s, said := range p.said {
			for len(said) > 0 {
				answered = true
				line := <-said
				p.m.Update(heard{server: s, lines: p.fake.answer(line)})
			}
		}
		if !answered {
			p.check()
			return
		}
	}
	p.t.Fatal("the client does not stop to ask")
}

func (p *player) resize(columns, rows int) {
	p.t.Helper()
	p.update(tea.WindowSizeMsg{Width: columns, Height: rows})
}

// lose has the connection end.
func (p *player) lose(s *server) {
	p.t.Helper()
	p.update(heard{server: s, ended: true})
}

// pass has time pass.
func (p *player) pass(d time.Duration) {
	p.t.Helper()
	p.now = p.now.Add(d)
	p.update(timer{})
}

var special = map[string]tea.Key{
	"enter": {Code: tea.KeyEnter}, "tab": {Code: tea.KeyTab}, "esc": {Code: tea.KeyEscape}, "pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown},
	"end": {Code: tea.KeyEnd}, "f1": {Code: tea.KeyF1}, "up": {Code: tea.KeyUp},
}

// press presses keys, as they are called: "enter", "alt+1", "ctrl+n".
func (p *player) press(keys ...string) {
	p.t.Helper()
	for _, name := range keys {
		key, ok := special[name]
		if !ok {
			for mod, bit := range map[string]tea.KeyMod{"alt+": tea.ModAlt, "ctrl+": tea.ModCtrl} {
				if letter, is := strings.CutPrefix(name, mod); is {
					key, ok = tea.Key{Code: rune(letter[0]), Mod: bit}, true
				}
			}
		}
		if !ok {
			p.t.Fatalf("there is no key %q", name)
		}
		p.update(tea.KeyPressMsg(key))
	}
}

// write types a text.
func (p *player) write(text string) {
	p.t.Helper()
	for _, r := range text {
		p.update(tea.KeyPressMsg(tea.Key{Code: r, Text: string(r)}))
	}
}

// say types a line and ends it.
func (p *player) say(line string) {
	p.t.Helper()
	p.write(line)
	p.press("enter")
}

// rows are what is on the screen, without colours.
func (p *player) rows() []string {
	return strings.Split(ansi.Strip(p.m.View().Content), "\n")
}

func (p *player) screen() string { return strings.Join(p.rows(), "\n") }

// check wants each frame to fit the screen.
func (p *player) check() {
	p.t.Helper()
	v := p.m.View()
	rows := strings.Split(v.Content, "\n")
	if p.m.height >= leastHeight && p.m.width >= leastWidth && len(rows) != p.m.height {
		p.t.Fatalf("the frame has %d rows, the screen %d:\n%s", len(rows), p.m.height, v.Content)
	}
	for _, row := range rows {
		if render.Width(row) > p.m.width && p.m.width >= 2 {
			p.t.Fatalf("a row has %d cells, the screen %d: %q", render.Width(row), p.m.width, row)
		}
	}
	if c := v.Cursor; c != nil && (c.X < 0 || c.Y < 0 || c.X >= p.m.width || c.Y >= p.m.height) {
		p.t.Fatalf("the cursor is at %d, %d of %d × %d", c.X, c.Y, p.m.width, p.m.height)
	}
}

// sees wants something to be on the screen.
func (p *player) sees(want string) {
	p.t.Helper()
	if !strings.Contains(p.screen(), want) {
		p.t.Fatalf("%q is not on the screen:\n%s", want, p.screen())
	}
}

func (p *player) seesNot(want string) {
	p.t.Helper()
	if strings.Contains(p.screen(), want) {
		p.t.Fatalf("%q is on the screen:\n%s", want, p.screen())
	}
}

// many says so many messages of bob.
func many(thread string, n int) func(*fake) {
	return func(f *fake) {
		for i := range n {
			f.keep(thread, "bob", fmt.Sprintf("message %d", i))
		}
	}
}
