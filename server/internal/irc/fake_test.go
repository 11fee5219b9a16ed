package irc

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"parley/commands"
	"parley/protocol"
)

// fakeChat is a chat that knows alice and her password, and lets guests in who are called otherwise. It does requests as the chat would, and answers each
// by a line that shows it.
type fakeChat struct {
	forms    map[string]*protocol.Form
	caps     protocol.IRCCaps
	verified string
	name     string // who is logged in
	guest    bool
	rooms    []string
	failure  *protocol.Error
	client   *Client
	motd     []string
}

func newFakeChat() *fakeChat {
	f := &fakeChat{forms: map[string]*protocol.Form{}}
	for _, form := range commands.Forms() {
		f.forms[form.Name] = form
	}
	for name, params := range map[string]string{
		"verify": "name password", "enter": "", "attach": "", "caps": "value", "counts": "",
		"monitor": "action names", "chathistory": "sub target from to limit", "targets": "from to limit", "profile": "real bot",
	} {
		form := &protocol.Form{Name: name}
		for param := range strings.FieldsSeq(params) {
			form.Params = append(form.Params, protocol.Param{Name: param})
		}
		f.forms[name] = form
	}
	return f
}

func (f *fakeChat) Form(name string) *protocol.Form { return f.forms[name] }

// publicForms are those that people can name.
type publicForms struct{ *fakeChat }

func (f publicForms) Form(name []byte) *protocol.Form { return f.forms[string(bytes.ToLower(name))] }

func (f *fakeChat) Parse(line []byte) protocol.Request {
	return protocol.Text.Parse(line, publicForms{f})
}
func (f *fakeChat) SetCaps(caps protocol.IRCCaps) { f.caps = caps }
func (f *fakeChat) Verified() string              { return f.verified }
func (f *fakeChat) LoggedIn() bool                { return f.name != "" }
func (f *fakeChat) Guest() bool                   { return f.guest }
func (f *fakeChat) Operator() bool                { return f.name == "root" }
func (f *fakeChat) Name() string                  { return f.name }
func (f *fakeChat) Rooms() []string               { return f.rooms }
func (f *fakeChat) HasGuest(name string) bool     { return name == "taken" }
func (f *fakeChat) Failure() *protocol.Error      { return f.failure }
func (f *fakeChat) MOTD() []string                { return f.motd }
func (f *fakeChat) Counts() commands.Counts       { return commands.Counts{} }

// do does a request, and returns the line that answers it.
func (f *fakeChat) do(q *protocol.Request) string {
	f.failure = nil
	if q.Form == nil {
		f.failure = protocol.Errorf(protocol.UnknownCommand, "No.")
		return "unknown"
	}
	shown := q.Form.Name
	for i := range q.Form.Params {
		if i < protocol.MaxParams {
			if arg := q.Arg(q.Form.Params[i].Name); arg != nil {
				shown += " " + string(arg)
			}
		}
	}
	arg := func(name string) string { return string(q.Arg(name)) }
	fails := func(code protocol.Code) { f.failure = protocol.Errorf(code, "No.") }
	switch q.Form.Name {
	case "verify":
		f.verified = ""
		if arg("password") == "wonderland" && strings.EqualFold(arg("name"), "alice") {
			f.verified = "alice"
		} else {
			fails(protocol.BadCredentials)
		}
	case "enter":
		f.name, f.verified = f.verified, ""
	case "guest":
		if name := arg("name"); name == "alice" || name == "taken" {
			fails(protocol.NameTaken)
		} else {
			f.name, f.guest = name, true
		}
	case "register":
		if arg("name") == "alice" {
			fails(protocol.NameTaken)
		} else {
			f.name, f.guest = arg("name"), false
		}
	case "logout":
		f.name, f.guest, f.verified = "", false, ""
	case "join":
		f.client.Joined(arg("room"))
	}
	if f.failure != nil {
		shown += ": " + string(f.failure.Code)
	}
	return shown
}

// talk is a client with its chat, driven as a connection drives it.
type talk struct {
	t      testing.TB
	chat   *fakeChat
	client *Client
	out    []byte
	label  *Answer
	closed bool
}

func newTalk(t testing.TB, guests bool) *talk {
	w := &talk{t: t, chat: newFakeChat()}
	w.client = NewClient(w.chat, &protocol.IRCLimits{Name: 32, Note: 300, Rooms: 100, Bans: 100, Watches: 100, History: 100, Targets: MaxTargets, Modes: MaxModes, Guests: guests})
	w.chat.client = w.client
	return w
}

// say gives lines, and returns what is answered. The answer to a request shows the request, behind a ">"; hidden answers are in brackets.
func (w *talk) say(lines ...string) []string {
	w.t.Helper()
	w.out = nil
	for _, line := range lines {
		if !w.closed {
			w.do(w.client.Line([]byte(line), nil))
		}
	}
	text := strings.ReplaceAll(string(w.out), ":irc.parley ", "")
	return strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n")
}

func (w *talk) do(steps []Step) {
	for n := 0; len(steps) > 0 && !w.closed; n++ {
		if n > 10_000 {
			w.t.Fatal("the steps have no end")
		}
		s := steps[0]
		steps = steps[1:]
		more := len(steps) > 0 && !steps[0].End
		switch {
		case s.Begin != nil:
			w.label = s.Begin
		case s.End:
			w.out = w.label.End(w.out)
			w.label = nil
		case s.Then != nil:
			steps = append(s.Then(), steps...)
		case s.Request != nil:
			shown := w.chat.do(s.Request)
			if s.Hide == Everything || s.Hide == Failure && w.chat.failure != nil {
				continue
			}
			w.show([]byte(fmt.Sprintf("> %s\r\n", shown)), more)
			w.closed = shown == "quit" || strings.HasPrefix(shown, "quit ")
		default:
			w.show(s.Text, more)
			w.closed = s.Close
		}
	}
}

func (w *talk) show(lines []byte, more bool) {
	if w.label != nil {
		w.out = w.label.Append(w.out, lines, more)
	} else {
		w.out = append(w.out, lines...)
	}
}

// want gives a line, and compares the answer. A line that ends in "…" needs only begin so.
func (w *talk) want(line string, want ...string) {
	w.t.Helper()
	got := w.say(line)
	same := len(got) == len(want)
	for i := 0; same && i < len(want); i++ {
		if begin, open := strings.CutSuffix(want[i], "…"); open {
			same = strings.HasPrefix(got[i], begin)
		} else {
			same = got[i] == want[i]
		}
	}
	if !same {
		w.t.Errorf("%s\n got  %q\n want %q", line, got, want)
	}
}

// in is a client that is logged in as alice, with these capabilities.
func in(t testing.TB, caps string) *talk {
	t.Helper()
	w := newTalk(t, false)
	w.say("CAP REQ :"+caps+" sasl", "NICK alice", "USER alice 0 * alice", "AUTHENTICATE PLAIN", "AUTHENTICATE "+plainOf("alice", "wonderland"), "CAP END")
	if w.chat.name != "alice" {
		t.Fatal("alice is not logged in")
	}
	return w
}
