package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"parley/protocol/protocoltest"
	"parley/storage/storagetest"
)

// greeting begins the first line of the server.
const greeting = "* hello parley/1.0 line=4096 text=2000: "

// player plays a script against a server of its own.
type player struct {
	t       *testing.T
	script  *script
	store   store
	server  *running
	people  map[string]*person
	numbers numbers
	step    step
	way     way
	manual  protocoltest.Manual
	heard   []string // what was said so far, for the message of a failure
}

// way is how a conversation is played.
type way uint8

const (
	asWritten way = iota
	inJSON        // see player_json_test.go
	inChinese     // see player_chinese_test.go
)

// shards is on how many event loops: what people see does not hang on that, so one way of playing has one and the others have several.
func (w way) shards() string {
	if w == asWritten {
		return "1"
	}
	return "4"
}

// store is where the server of a conversation keeps everything.
type store struct {
	url   string
	redis *storagetest.Redis // of this conversation alone; nil if there is none
}

// person is one connection.
type person struct {
	conn *net.TCPConn
	in   *bufio.Reader
	half bool // it has ended its side

	greeted bool // its first line was read

	json     bool // it is written to in JSON
	chinese  bool // the server's sentences for it are Chinese
	prompted bool // its next line is the answer to a prompt
	within   bool // the line that it sends has not ended
}

// from sends what a balancer says of a client at that address.
func (who *person) from(address string) {
	family := "TCP4"
	if strings.Contains(address, ":") {
		family = "TCP6"
	}
	fmt.Fprintf(who.conn, "PROXY %s %s %s 40000 8888\r\n", family, address, address)
}

// running is the program, running in this process.
type running struct {
	app     *app
	errors  *observer.ObservedLogs
	cancel  context.CancelFunc
	done    chan error
	stopped sync.Once
}

func play(t *testing.T, s *script, store store, way way) {
	p := &player{
		t: t, script: s, store: store, people: map[string]*person{}, numbers: numbers{byName: map[string]string{}},
		way: way, manual: protocoltest.ReadManual(t, manual),
	}
	p.start(nil)
	defer func() {
		for _, person := range p.people {
			person.conn.Close()
		}
		p.stop()
	}()
	for _, st := range s.steps {
		p.step = st
		p.do()
	}
	for name := range p.people {
		p.step = step{line: s.steps[len(s.steps)-1].line, who: name, verb: "QUIET"}
		p.quiet(p.people[name])
	}
}

// start starts the server, with the flags of the script and further ones.
func (p *player) start(flags []string) {
	p.t.Helper()
	options := parseFlags(p.t, slices.Concat([]string{"--store", p.store.url, "--drain-time", "0s", "--shards", p.way.shards()}, p.script.flags, flags))
	core, errors := observer.New(zapcore.ErrorLevel)
	ctx, cancel := context.WithCancel(context.Background())
	a, err := newApp(ctx, options, testLog(core))
	if err != nil {
		cancel()
		p.t.Fatal(err)
	}
	p.server = &running{app: a, errors: errors, cancel: cancel, done: make(chan error, 1)}
	go func() { p.server.done <- a.Run(ctx) }()
}

// stop stops the server, which must not have logged an error. It may be called again.
func (p *player) stop() { p.server.stopped.Do(p.stopOnce) }

func (p *player) stopOnce() {
	p.server.cancel()
	if err := <-p.server.done; err != nil {
		p.t.Errorf("Run: %v", err)
	}
	if err := p.server.app.Close(); err != nil {
		p.t.Errorf("Close: %v", err)
	}
	for _, entry := range p.server.errors.All() {
		if p.script.outage && entry.Message == "the store fails" {
			continue
		}
		p.t.Errorf("%s: the server logged an error: %s %v", p.script.name, entry.Message, entry.ContextMap())
	}
}

func (p *player) do() {
	st := p.step
	switch st.verb {
	case "restart":
		p.restart(strings.Fields(st.text))
		return
	case "hangs":
		p.store.redis.Stop()
		return
	case "answers":
		p.storeAnswers()
		return
	case "user", "room":
		if out, ok := operateOn(p.t, p.store.url, "", append([]string{st.verb}, strings.Fields(st.text)...)...); !ok {
			p.fail("parley %s %s: %s", st.verb, st.text, out)
		}
		return
	case "FROM":
		p.connect(st.who).from(st.text)
		return
	}
	who := p.person(st.who)
	switch st.verb {
	case "C":
		p.send(who, strings.Repeat(p.line(who, p.numbers.expand(st.text))+"\n", st.many))
	case "C raw":
		p.send(who, p.raw(who, strings.Repeat(p.unquote(p.numbers.expand(st.text)), st.many)))
	case "S":
		for range st.many {
			p.expect(who, st.text)
		}
	case "S raw":
		p.expectBytes(who, strings.Repeat(p.unquote(st.text), st.many))
	case "END":
		p.end(who)
		p.leave(who)
	case "CLOSE":
		p.leave(who)
	case "HALF":
		who.half = true
		if err := who.conn.CloseWrite(); err != nil {
			p.fail("%v", err)
		}
	case "QUIET":
		p.quiet(who)
	}
}

// person returns the connection of that name, and opens it when it is new. It reads the greeting, unless what the
// server says first stands in the script.
func (p *player) person(name string) *person {
	who := p.people[name]
	if who == nil {
		who = p.connect(name)
	}
	if !who.greeted {
		who.greeted = true
		if p.step.verb[0] == 'S' {
			return who
		}
		if line := p.read(who); !strings.HasPrefix(line, greeting) {
			p.fail("instead of the greeting the server says %q", line)
		}
		p.use(who, name)
	}
	return who
}

// use has the server speak with somebody who was greeted as the conversation is played.
func (p *player) use(who *person, name string) {
	switch {
	case p.script.speaksForItself(name):
	case p.way == inJSON:
		p.useJSON(who)
	case p.way == inChinese:
		p.useChinese(who)
	}
}

func (p *player) connect(name string) *person {
	conn, err := net.Dial("tcp", p.server.app.Addr().String())
	if err != nil {
		p.fail("%v", err)
	}
	who := &person{conn: conn.(*net.TCPConn), in: bufio.NewReader(conn)}
	p.people[name] = who
	return who
}

func (p *player) send(who *person, text string) {
	p.note("C", text)
	if _, err := io.WriteString(who.conn, text); err != nil {
		p.fail("%v", err)
	}
}

// read takes the next line of the server, as text.
func (p *player) read(who *person) string {
	line := p.readLine(who)
	if strings.HasPrefix(line, "{") {
		if err := checkJSON(line); err != nil {
			p.fail("the schema does not know %s\n%v", line, err)
		}
	} else if who.json {
		p.fail("instead of JSON the server says %q", line)
	}
	if who.json {
		line = p.inText(line)
	}
	if p.way == inJSON { // which the conversation does not know
		line = strings.Replace(line, " client=json", " client=text", 1)
	}
	if who.prompted = aPrompt.MatchString(line); who.chinese {
		p.checkChinese(line)
	}
	return line
}

// readLine takes the next line of the server as it is. It must end in CR LF.
func (p *player) readLine(who *person) string {
	_ = who.conn.SetReadDeadline(time.Now().Add(soon))
	line, err := who.in.ReadString('\n')
	if err != nil {
		p.fail("a line is missing: %v, after %q", err, line)
	}
	p.note("S", line)
	line, ok := strings.CutSuffix(line, "\r\n")
	if !ok {
		p.fail("the line %q does not end in CR LF", line)
	}
	return line
}

func (p *player) expect(who *person, want string) {
	got := p.read(who)
	if who.chinese {
		got, want = p.withoutSentence(got), p.withoutSentence(want)
	}
	if err := p.numbers.match(got, want); err != nil {
		p.fail("%v\n got: %s\nwant: %s", err, got, p.numbers.expand(want))
	}
	if strings.HasPrefix(got, greeting) {
		p.use(who, p.step.who)
	}
}

func (p *player) expectBytes(who *person, want string) {
	_ = who.conn.SetReadDeadline(time.Now().Add(soon))
	got := make([]byte, len(want))
	n, err := io.ReadFull(who.in, got)
	p.note("S", string(got[:n]))
	if err != nil || string(got) != want {
		p.fail("the bytes differ (%v)\n got: %q\nwant: %q", err, got[:n], want)
	}
}

// end sees the server end the connection in order; a reset may cost the last line.
func (p *player) end(who *person) {
	_ = who.conn.SetReadDeadline(time.Now().Add(soon))
	if rest, err := who.in.ReadString('\n'); err != io.EOF || rest != "" {
		p.fail("the server did not close the connection: %v, %q", err, rest)
	}
}

// leave closes the connection and waits until the server has noticed.
func (p *player) leave(who *person) {
	before := p.server.app.server.Online()
	who.conn.Close()
	delete(p.people, p.step.who)
	if !comesTrue(func() bool { return p.server.app.server.Online() <= len(p.people) }) {
		p.fail("the server has still %d connections of %d", p.server.app.server.Online(), before)
	}
}

// quiet sees that nothing was said to a connection, but the answer to what it asks now.
func (p *player) quiet(who *person) {
	if who.half {
		p.fail("a connection that has ended its side must be followed to its END")
	}
	p.send(who, p.line(who, "/ping nothing more")+"\n")
	got := p.read(who)
	if strings.HasPrefix(got, "{") {
		got = p.inText(got)
	}
	if got != "+ ping: nothing more" {
		p.fail("something was said that is not in the conversation: %s", got)
	}
}

// restart ends the server, which tells everybody, and starts another on the same store.
func (p *player) restart(flags []string) {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		p.stop()
	}()
	for name, who := range p.people {
		if line := p.read(who); !strings.HasPrefix(line, "! draining: ") && !strings.HasPrefix(line, `{"type":"end","code":"draining",`) {
			p.fail("instead of ! draining %s is told %q", name, line)
		}
		p.end(who)
		who.conn.Close()
		delete(p.people, name)
	}
	<-stopped
	p.start(flags)
}

// storeAnswers ends an outage. The server needs a moment to see it: a login is refused for another reason then.
func (p *player) storeAnswers() {
	p.store.redis.Cont()
	for deadline := time.Now().Add(soon); ; {
		who := p.person("STORE")
		p.send(who, p.line(who, "/login nobody at all")+"\n")
		answer := p.read(who)
		if strings.HasPrefix(answer, "- login bad-credentials") {
			p.leave(who)
			return
		}
		if !strings.HasPrefix(answer, "- login unavailable retry=") || time.Now().After(deadline) {
			p.fail("the store does not come back: %s", answer)
		}
	}
}

func (p *player) unquote(text string) string {
	s, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
	if err != nil {
		p.fail("the escapes of %s can't be read: %v", text, err)
	}
	return s
}

func (p *player) note(side, text string) {
	const most = 200
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	p.heard = append(p.heard, p.step.who+" "+side+": "+strings.TrimRight(text, "\r\n"))
}

func (p *player) fail(format string, args ...any) {
	p.t.Helper()
	p.t.Logf("so far:\n%s", strings.Join(p.heard[max(0, len(p.heard)-15):], "\n"))
	p.t.Fatalf("%s:%d: %s: "+format, append([]any{p.script.name, p.step.line, p.step.who}, args...)...)
}
