package protocol_test

import (
	"fmt"
	"strings"
	"time"

	"parley/protocol"
)

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
				out = protocol.AppendError(out, protocol.TagOf(line), "", err.(*protocol.Error))
				continue
			}
			switch r := protocol.Parse(line); {
			case r.Is("ping"):
				out = protocol.Start(out, r.Tag, protocol.Done, "ping")
				out = protocol.End(protocol.Text(out, r.Args))
			case r.Kind == protocol.Command:
				e := protocol.Errorf(protocol.UnknownCommand, "Did you mean /who?").With(string(r.Name))
				out = protocol.AppendError(out, r.Tag, "", e)
			}
		}
	}
	fmt.Print(strings.ReplaceAll(string(out), "\r\n", "\n"))
	// Output:
	// + ping: hello
	// #a1 - * unknown-command whoo: Did you mean /who?
	// - * bad-utf8: The line is not UTF-8. Set your terminal or program to UTF-8 and send it again.
}

func ExampleParse() {
	for _, line := range []string{"#a1 /MSG bob hi  there", "//shrug", "good morning", "#1 is best"} {
		r := protocol.Parse([]byte(line))
		fmt.Printf("%d tag=%q name=%q args=%q\n", r.Kind, r.Tag, r.Name, r.Args)
	}
	// Output:
	// 1 tag="a1" name="MSG" args="bob hi  there"
	// 2 tag="" name="" args="/shrug"
	// 2 tag="" name="" args="good morning"
	// 2 tag="" name="" args="#1 is best"
}

func ExampleWord() {
	name, text := protocol.Word([]byte("bob   hi  there"))
	fmt.Printf("%q %q\n", name, text)
	// Output: "bob" "hi  there"
}

func ExampleStart() {
	at := time.Date(2026, 11, 19, 21, 4, 11, 0, time.UTC)
	b := protocol.Start(nil, nil, protocol.Event, "msg")
	b = protocol.Field(b, "alice")
	b = protocol.Int(b, 814)
	b = protocol.KeyTime(b, "at", at)
	b = protocol.Text(b, "call me")
	fmt.Printf("%s", protocol.End(b))
	// Output: * msg alice 814 at=2026-11-19T21:04:11Z: call me
}

func ExampleAppendError() {
	e := &protocol.Error{Code: protocol.RateLimited, Retry: 3, Sentence: "Too many lines. Wait a little."}
	fmt.Printf("%s", protocol.AppendError(nil, []byte("a1"), "all", e))
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
