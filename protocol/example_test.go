package protocol_test

import (
	"fmt"
	"strings"
	"time"

	"parley/internal/language"
	"parley/protocol"
)

// commands are those of a small server. It has one.
type commands struct{ ping *protocol.Form }

func (c commands) Form(name []byte) *protocol.Form {
	if strings.EqualFold(string(name), c.ping.Name) {
		return c.ping
	}
	return nil
}

var chat = commands{ping: &protocol.Form{Name: "ping", Params: []protocol.Param{{Name: "word", Kind: protocol.Rest, Optional: true}}}}

// A server's side of a connection: packets in, answers out.
func Example() {
	var framer protocol.Framer
	var out []byte
	for _, packet := range []string{"/pi", "ng hello\r\n#a1 /whoo\n", "gr\xfc\xdfe\n"} {
		for in := []byte(packet); ; {
			line, rest, ok, err := framer.Next(in)
			if !ok {
				break
			}
			in = rest
			if err != nil {
				r := protocol.Refused(line, err.(*protocol.Error))
				out = protocol.Text.AppendFailure(out, r.Tag, "", r.Err)
				continue
			}
			switch r := protocol.Text.Parse(line, chat); {
			case r.Form == chat.ping:
				out = protocol.Text.AppendLine(out, &protocol.Line{Type: protocol.Done, Tag: r.Tag, Word: "ping", Text: r.Arg("word")})
			case r.Plain == nil:
				e := protocol.Errorf(protocol.UnknownCommand, "Did you mean /ping?").With("word", string(r.Name))
				out = protocol.Text.AppendFailure(out, r.Tag, "", e)
			}
		}
	}
	fmt.Print(strings.ReplaceAll(string(out), "\r\n", "\n"))
	// Output:
	// + ping: hello
	// #a1 - * unknown-command whoo: Did you mean /ping?
	// - * bad-utf8: The line is not UTF-8. Set your terminal or program to UTF-8 and send it again.
}

func ExampleFormat_Parse() {
	for _, line := range []string{"#a1 /PING one  two", "/ping", "//shrug", "good morning", "#1 is best"} {
		r := protocol.Text.Parse([]byte(line), chat)
		if r.Form != nil {
			fmt.Printf("tag=%q %s word=%q\n", r.Tag, r.Form.Name, r.Arg("word"))
		} else {
			fmt.Printf("tag=%q plain=%q\n", r.Tag, r.Plain)
		}
	}
	// Output:
	// tag="a1" ping word="one  two"
	// tag="" ping word=""
	// tag="" plain="/shrug"
	// tag="" plain="good morning"
	// tag="" plain="#1 is best"
}

func ExampleSplitText() {
	for _, line := range []string{"#a1 /MSG bob hi  there", "//shrug", "good morning", "#1 is best"} {
		l := protocol.SplitText([]byte(line))
		fmt.Printf("%d tag=%q name=%q args=%q\n", l.Kind, l.Tag, l.Name, l.Args)
	}
	// Output:
	// 1 tag="a1" name="MSG" args="bob hi  there"
	// 2 tag="" name="" args="/shrug"
	// 2 tag="" name="" args="good morning"
	// 2 tag="" name="" args="#1 is best"
}

func ExampleFirstWord() {
	name, text := protocol.FirstWord([]byte("bob   hi  there"))
	fmt.Printf("%q %q\n", name, text)
	// Output: "bob" "hi  there"
}

func ExampleForm_Usage() {
	fmt.Println(chat.ping.Usage())
	// Output: /ping [word]
}

func ExampleFormat_AppendLine() {
	line := &protocol.Line{Type: protocol.Row, Tag: []byte("a1"), Word: "user", Fields: []protocol.Field{
		protocol.Word("name", "bob"), protocol.Number("idle", 35), protocol.Number("sessions", 2),
	}}
	fmt.Printf("%s", protocol.Text.AppendLine(nil, line))
	// Output: #a1 = user bob idle=35 sessions=2
}

func ExampleFormat_AppendEvent() {
	message := &protocol.Event{
		Kind: protocol.PrivateMessage, Number: 814, At: time.Date(2026, 11, 19, 21, 4, 11, 0, time.UTC),
		From: "alice", With: "alice", Text: []byte("call me"), Late: true,
	}
	fmt.Printf("%s", protocol.Text.AppendEvent(nil, message))
	// Output: * msg alice 814 at=2026-11-19T21:04:11Z: call me
}

func ExampleFormat_AppendFailure() {
	e := &protocol.Error{Code: protocol.RateLimited, Retry: 3, Sentence: language.Say("Too many lines. Wait a little.")}
	fmt.Printf("%s", protocol.Text.AppendFailure(nil, []byte("a1"), "all", e))
	// Output: #a1 - all rate-limited retry=3: Too many lines. Wait a little.
}

func ExampleCheckText() {
	fmt.Println(protocol.CheckText([]byte("grüße 🎉")) == nil)
	fmt.Println(protocol.CheckText([]byte("\x1b[2J")).Sentence)
	// Output:
	// true
	// The text holds the character U+001B, which could disturb a reader's terminal. Send it without.
}

func ExampleParseReply() {
	r, err := protocol.ParseReply([]byte("#a1 = msg alice 813 at=2026-11-19T21:04:11Z: hi there\r\n"))
	at, _ := r.Key("at")
	fmt.Printf("%s %c %s %s %s %q %v\n", r.Tag, r.Sigil, r.Word, r.Fields[0], at, r.Text, err)
	// Output: a1 = msg alice 2026-11-19T21:04:11Z "hi there" <nil>
}

func ExampleReply_Value() {
	r, _ := protocol.ParseReply([]byte("+ msg bob 814 sent=1\r\n"))
	for _, name := range []string{"to", "number", "sent"} {
		value, _ := r.Value(name)
		fmt.Println(name, value)
	}
	// Output:
	// to bob
	// number 814
	// sent 1
}
