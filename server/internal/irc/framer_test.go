package irc

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"parley/protocol"
)

// lines feeds the pieces one by one, then ends the input. A line that was refused is shown as its code, "|" and what there is of it.
func lines(f *Framer, pieces ...string) (got []string) {
	show := func(line []byte, err error) {
		if err != nil {
			got = append(got, fmt.Sprint(err.(*protocol.Error).Code, "|", string(line)))
			return
		}
		got = append(got, string(line))
	}
	buffer := make([]byte, 0, 64)
	for _, piece := range pieces {
		buffer = append(buffer[:0], piece...)
		for in := buffer; ; {
			line, rest, ok, err := f.Next(in)
			if !ok {
				break
			}
			show(line, err)
			in = rest
		}
	}
	if line, ok, err := f.End(); ok {
		show(line, err)
	}
	return got
}

func TestFramer(t *testing.T) {
	for _, c := range []struct {
		pieces string // with "|" between them
		want   []string
	}{
		{"NICK a\r\nUSER b\n", []string{"NICK a", "USER b"}},
		{"NI|CK a\r|\nUS|ER b|\n", []string{"NICK a", "USER b"}},
		{"PING 1", []string{"PING 1"}},
		{"\r\n\n", []string{"", ""}},
		{"a\tb\n", []string{"a b"}},
		{"a\rb\nc\n", []string{"bad-char|a\rb", "c"}},
		{"a\r\r\n", []string{"bad-char|a\r"}},
		{"a|\x00b\nc\n", []string{"bad-char|a\x00b", "c"}},
		{"a\xff\nc\n", []string{"bad-utf8|a\xff", "c"}},
		{"caf\xc3|\xa9\n", []string{"café"}},
		{"\xff\xfbnot telnet\n", []string{"bad-utf8|\xff\xfbnot telnet"}},
		{"ab\x08\x7f\n", []string{"ab\x08\x7f"}},
	} {
		if got := lines(&Framer{}, strings.Split(c.pieces, "|")...); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %q, want %q", c.pieces, got, c.want)
		}
	}
}

// However long a line is, only so much of it is kept, and the next one is read.
func TestFramerKeepsLittleOfALongLine(t *testing.T) {
	var f Framer
	for range 1000 {
		if _, _, ok, _ := f.Next([]byte(strings.Repeat("a", 1000))); ok {
			t.Fatal("a line without an end")
		}
		if len(f.held) > maxLine {
			t.Fatalf("%d bytes are kept", len(f.held))
		}
	}
	line, rest, ok, err := f.Next([]byte("\nPING 1\n"))
	if !ok || err != error(errTooLong) || len(line) != maxLine || string(rest) != "PING 1\n" || f.Unfinished() {
		t.Errorf("%d bytes, %q, %v, %v", len(line), rest, ok, err)
	}
	long := "@" + strings.Repeat("a", protocol.MaxIRCTags-2) + " " + strings.Repeat("b", protocol.MaxIRCBody-2)
	if got := lines(&f, long+"\r\n"); len(got) != 1 || got[0] != long {
		t.Errorf("a line that is as long as may be: %d lines", len(got))
	}
}

// FuzzFramer: pieces make no difference.
func FuzzFramer(f *testing.F) {
	f.Add("NICK a\r\nUSER \xff b\r\n\r\rx\x00\n", uint8(3))
	f.Fuzz(func(t *testing.T, in string, size uint8) {
		var pieces []string
		for rest := in; rest != ""; {
			n := min(len(rest), 1+int(size))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		if whole, cut := lines(&Framer{}, in), lines(&Framer{}, pieces...); !reflect.DeepEqual(whole, cut) {
			t.Errorf("whole %q, in pieces %q", whole, cut)
		}
	})
}

// FuzzClient: whatever comes, nothing breaks, a line with a label has one answer with it, and what is kept of a client is bounded.
func FuzzClient(f *testing.F) {
	f.Add("CAP REQ :sasl batch labeled-response\nNICK alice\nUSER a 0 * a\nAUTHENTICATE PLAIN\nAUTHENTICATE AGFsaWNlAHdvbmRlcmxhbmQ=\nCAP END\n", false)
	f.Add("CAP REQ :batch labeled-response\nNICK bob\nUSER a 0 * a\nCAP END\n@label=1 JOIN #a,#b\n@label=2 MODE #a +ovbbm-q a b c m:d\n@label=3 NICK carol\nJOIN 0", true)
	f.Add("PASS alice:wonderland\nNICK alice\nUSER a 0 * a\nPRIVMSG parley :/help\nNS LOGOUT\nCHATHISTORY BETWEEN #a msgid=1 msgid=2 9", true)
	f.Fuzz(func(t *testing.T, in string, guests bool) {
		w := newTalk(t, guests)
		var framer Framer
		for rest := []byte(in + "\n"); len(rest) > 0 && !w.closed; {
			line, behind, _, err := framer.Next(rest)
			rest = behind
			labels := w.client.labels()
			m, _ := protocol.ParseIRC([]byte(string(line)))
			label := string(m.Label)
			w.out = nil
			w.do(w.client.Line(line, err))
			if labels && label != "" {
				if n := strings.Count("\n"+string(w.out), "\n@label="+label+" ") + strings.Count("\n"+string(w.out), "\n@label="+label+";"); n != 1 {
					t.Fatalf("%q: the label %q is there %d times: %q", line, label, n, w.out)
				}
			}
			if w.label != nil || len(w.client.steps) > 0 || len(w.client.sasl.text) > saslMost {
				t.Fatalf("%q leaves something behind", line)
			}
		}
	})
}
