package main

import (
	"fmt"
	"go/format"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// botsPage is the manual of those who write bots. The second word behind the fence of an example is the file that it stands in, or says how it
// is tried: in a pipe, with the hook that runs, as what is posted to that.
const botsPage = "../../../docs/bots.md"

// chineseBots are the pages that have programs for readers of Chinese.
var chineseBots = []string{"../../../docs/zh-CN/quick-start.md", "../../../docs/zh-CN/protocol.md"}

// bot is a bot of the page that answers private messages.
type bot struct {
	name   string
	file   string
	answer string
	netcat string // what it takes for nc, if it is in sh
}

func (b bot) String() string { return strings.TrimSpace(b.file + " " + b.netcat) }

// answerers are these bots, the one in sh with each kind of netcat.
func answerers() (all []bot) {
	all = []bot{{name: "dice", file: "dice.py", answer: `You rolled [1-6]\.`}, {name: "pong", file: "pong.go", answer: `pong .*`},
		{name: "echo", file: "echo.go", answer: `你说：.*`}}
	for _, nc := range netcats {
		all = append(all, bot{"clock", "clock.sh", `It is \d\d:\d\d\.`, strings.Join(nc.command, " ")})
	}
	return all
}

// TestBots lets each of them run, with a server of its own.
func TestBots(t *testing.T) {
	for _, b := range answerers() {
		t.Run(b.String(), func(t *testing.T) {
			t.Parallel()
			tryBot(t, b)
		})
	}
}

// tryBot writes to the bot before it is there and afterwards.
func tryBot(t *testing.T, b bot) {
	address := startProgram(t)
	register(t, address, b.name)
	home := botHome(t, address)
	giveToken(t, address, home, b.name)
	ann := dialAs(t, address, "ann")
	ann.says("/msg %s before you came", b.name)
	ann.hears(`\+ msg ` + b.name + ` \d+ stored`)

	runs := b.start(t, home)
	ann.hears(`\* msg ` + b.name + ` \d+: ` + b.answer)

	self := loginAs(t, address, b.name) // the bot hears what it says, and must not answer
	self.says("/msg ann what the owner says")
	ann.hears(`\* msg .*: what the owner says`)
	self.says("/msg %s a note to myself", b.name)
	self.hears(`\+ msg .* sent=2`)
	for _, said := range []string{"now", "%s $(exit) * \\ größer \"x\"", ": to=bob: x"} {
		ann.says("/msg %s %s", b.name, said)
		ann.hears(`\* msg ` + b.name + ` \d+: ` + b.answer)
	}
	self.says("/history %s", b.name)
	self.hears(`\+ history 1`)

	self.says("/passwd\n%s\nbattery staple", aPassword) // ends the account's other sessions
	self.hears(`\+ passwd`)
	if out, _ := runs.end(); !strings.Contains(out, "The password of this account was changed.") {
		t.Errorf("the bot does not say why it ended: %s", out)
	}
}

// botHome makes the home of whoever follows the page: its programs are there, and parley is installed. No bot pauses for long.
func botHome(t *testing.T, address string) (home string) {
	t.Helper()
	home = homeWith(t, nil)
	hurry := strings.NewReplacer("sleep 60", "sleep 0.2", "\npause = 1\n", "\npause = 0.01\n", "2 * pause, 60)", "2 * pause, 0.1)",
		"min(2*pause, time.Minute)", "10 * time.Millisecond", "pause := time.Second", "pause := time.Millisecond")
	for _, e := range botPages(t, address) {
		if strings.Contains(e.kind, ".") {
			write(t, filepath.Join(home, e.kind), hurry.Replace(e.text))
		}
	}
	return home
}

// botPages reads all pages that have bots.
func botPages(t *testing.T, address string) (all []example) {
	t.Helper()
	for _, page := range append([]string{botsPage}, chineseBots...) {
		all = append(all, examples(t, page, address)...)
	}
	return all
}

// start starts the bot, whose token is in its home.
func (b bot) start(t *testing.T, home string) *process {
	t.Helper()
	if b.netcat != "" {
		need(t, strings.Fields(b.netcat)[0])
		write(t, filepath.Join(home, "bin", "nc"), fmt.Sprintf("#!/bin/sh\nexec %s \"$@\"\n", b.netcat))
	}
	if strings.HasSuffix(b.file, ".go") {
		return startAt(t, home, build(t, home, b.file))
	}
	return startAt(t, home, map[string]string{".sh": "sh", ".py": "python3"}[filepath.Ext(b.file)], b.file)
}

// build makes a program of a file in Go, which must be as gofmt wants it.
func build(t *testing.T, home, file string) (program string) {
	t.Helper()
	file = filepath.Join(home, file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if neat, err := format.Source(text); err != nil || string(neat) != string(text) {
		t.Errorf("gofmt would change %s (%v):\n%s", file, err, neat)
	}
	program = strings.TrimSuffix(file, ".go")
	if out, err := exec.Command("go", "build", "-o", program, file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// startAt starts a program in a home.
func startAt(t *testing.T, home string, command ...string) *process {
	t.Helper()
	need(t, command[0])
	return start(t, readerEnv(home), "", append([]string{"sh", "-c", `cd "$HOME" && exec "$@"`, "sh"}, command...)...)
}

// TestBotsWithAWrongToken end and say why.
func TestBotsWithAWrongToken(t *testing.T) {
	address := startProgram(t)
	for _, b := range []bot{{name: "clock", file: "clock.sh", netcat: "nc.openbsd"}, {name: "dice", file: "dice.py"}, {name: "pong", file: "pong.go"}, {name: "scribe", file: "scribe.py"}} {
		register(t, address, b.name)
		home := botHome(t, address)
		writeSecret(t, filepath.Join(home, b.name+".token"), "parley_AAAAAAAAAAAAAAAAAAAAAAAAAA\n")
		write(t, filepath.Join(home, "scribe.json"), `{"number": 0, "notes": []}`)
		out, err := b.start(t, home).end()
		if err == nil || !strings.Contains(out, "The name or the password is wrong.") {
			t.Errorf("%s ended with %v and said %q", b, err, out)
		}
	}
}

// TestBotsNoticeTheEnd has the connection end without a last line.
func TestBotsNoticeTheEnd(t *testing.T) {
	for _, b := range answerers() {
		t.Run(b.String(), func(t *testing.T) {
			t.Parallel()
			endBot(t, b)
		})
	}
}

// endBot lets a bot log in at a server that dies then.
func endBot(t *testing.T, b bot) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	home := botHome(t, listener.Addr().String())
	writeSecret(t, filepath.Join(home, b.name+".token"), "parley_x\n")
	runs := b.start(t, home)
	_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(soon))
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	newPlain(t, conn.(*net.TCPConn)).heardLogin(b.name)
	conn.Close()
	_, _ = runs.end()
}

// heardLogin is for the server's side: it waits for the login of a bot.
func (p *plain) heardLogin(name string) {
	p.t.Helper()
	_ = p.conn.SetReadDeadline(time.Now().Add(soon))
	for {
		line, err := p.in.ReadString('\n')
		if err != nil {
			p.t.Fatalf("the bot does not log in: %v", err)
		}
		if strings.HasSuffix(line, "/login "+name+" parley_x\n") {
			return
		}
	}
}

// TestBotsAreShort keeps the promise of a bot in ten lines.
func TestBotsAreShort(t *testing.T) {
	programs := 0
	for _, e := range botPages(t, "127.0.0.1:1") {
		if !strings.Contains(e.kind, ".") {
			continue
		}
		programs++
		most := 29
		switch e.kind {
		case "dice.py", "clock.sh":
			most = 10
		case "echo.go":
			_, e.text, _ = strings.Cut(e.text, "func main() {\n")
			most = 11 // with the brace behind them
		case "watch.go": // no bot, but a client that misses nothing
			most = 90
		}
		if lines := strings.Count(e.text, "\n"); lines > most {
			t.Errorf("%s has %d lines, more than %d", e.kind, lines, most)
		}
	}
	if programs != 8 {
		t.Errorf("the pages have %d programs", programs)
	}
}

// TestBotsPage tries what the page says beside its programs.
func TestBotsPage(t *testing.T) {
	address := startProgram(t)
	ann := dialAs(t, address, "ann")
	ci := dialAs(t, address, "ci")
	for _, p := range []*plain{ann, ci} {
		p.says("/join #builds")
		p.hears(`\+ join #builds .*`)
	}
	home := botHome(t, address)
	giveToken(t, address, home, "ci")
	tried := map[string]int{}
	for _, e := range examples(t, botsPage, address) {
		tried[e.kind]++
		switch e.kind {
		case "pipe":
			need(t, "nc")
			out, err := startAt(t, home, "sh", "-c", e.text).end()
			if err != nil || !strings.Contains(out, "+ msg #builds ") && !strings.Contains(out, `{"type":"done","command":"msg","to":"#builds"`) {
				t.Errorf("%s: %v, and it says\n%s", e.text, err, out)
			}
			ann.hears(`\* say #builds ci: Build 12 is done\.`)
		case "", "hook", "alert": // see TestHook
		default:
			if !strings.Contains(e.kind, ".") {
				t.Errorf("nothing says how this is to be tried: %s", e.text)
			}
		}
	}
	for kind, n := range map[string]int{"pipe": 3, "hook": 1, "alert": 1} {
		if tried[kind] != n {
			t.Errorf("the page has %d examples of the kind %q", tried[kind], kind)
		}
	}
}
