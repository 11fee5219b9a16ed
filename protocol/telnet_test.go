package protocol

import (
	"reflect"
	"strings"
	"testing"
)

// Sequences as real clients send them.
const (
	telnetHello = "\xff\xfd\x03" + "\xff\xfb\x18" + "\xff\xfb\x1f" + "\xff\xfb\x20" + // DO SGA, WILL TTYPE NAWS TSPEED
		"\xff\xfb\x21" + "\xff\xfb\x22" + "\xff\xfb\x27" + "\xff\xfd\x05" // WILL LFLOW LINEMODE NEW-ENVIRON, DO STATUS
	telnetCtrlC  = "\xff\xf4\xff\xfd\x06"                           // IP, DO TIMING-MARK
	telnetWindow = "\xff\xfa\x1f\x00\x50\x00\x0a\xff\xf0"           // SB NAWS 80 10 SE: a window of ten lines holds an LF
	telnetType   = "\xff\xfa\x18\x00xterm-256color\xff\xff\xff\xf0" // SB TTYPE IS …, an escaped 0xFF in it
)

func TestTelnetLines(t *testing.T) {
	tests := []struct {
		name string
		in   string
		want []string
	}{
		{"a hello before the first line", telnetHello + "/who\r\n", []string{"/who"}},
		{"subnegotiations", "/w" + telnetWindow + "h" + telnetType + "o\r\n", []string{"/who"}},
		{"Ctrl-C within a line", "/w" + telnetCtrlC + "ho\r\n/ping\r\n", []string{"/who", "/ping"}},
		{"a sequence between CR and LF", "/who\r\xff\xf1\n/ping\r\n", []string{"/who", "/ping"}},
		{"NOP, BRK, AO, AYT and GA", "a\xff\xf1b\xff\xf3c\xff\xf5d\xff\xf6e\xff\xf9f\n", []string{"abcdef"}},
		{"EC erases a character", "né\xff\xf7o\n", []string{"no"}},
		{"EL erases the line", "/msg bob\xff\xf8/who\n", []string{"/who"}},
		{"EL erases a CR", "a\r\xff\xf8b\n", []string{"b"}},
		{"an escaped 0xFF is no UTF-8", "a\xff\xffb\nc\n", []string{"bad-utf8|a\xffb", "c"}},
		{"Latin-1 in front of a letter", "\xffber\nc\n", []string{"bad-utf8|\xffber", "c"}},
		{"Latin-1 at the end of a line", "a\xff\nc\n", []string{"bad-utf8|a\xff", "c"}},
		{"Latin-1 at the end of a line, CR LF", "a\xff\r\nc\n", []string{"bad-utf8|a\xff", "c"}},
		{"Latin-1 at the end of the input", "a\xff", []string{"bad-utf8|a\xff"}},
		{"a sequence cut by the end of the input", "a\xff\xfd", []string{"a"}},
		{"a subnegotiation given up for a command", "a\xff\xfa\x18\x01\xff\xf1b\n", []string{"ab"}},
		{"a subnegotiation without an end", "#t /all \xff\xfa" + strings.Repeat("x\n", maxSub) + "c\n",
			append([]string{"line-too-long|#t /all "}, repeat("x", maxSub/2-1, "c")...)},
		{"each subnegotiation may be long", strings.Repeat("\xff\xfa"+strings.Repeat("x", maxSub-2)+"\xff\xf0", 3) + "a\n", []string{"a"}},
		{"a stray SE", "a\xff\xf0b\n", []string{"ab"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := lines(new(Framer), tt.in); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("at once %.300q\n want %.300q", got, tt.want)
			}
			if got := lines(new(Framer), strings.Split(tt.in, "")...); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("byte by byte %.300q\n want %.300q", got, tt.want)
			}
		})
	}
}

func TestTelnetAnswers(t *testing.T) {
	tests := []struct {
		name string
		in   string
		want string
	}{
		{"no telnet", "/who\r\n", ""},
		{"NOP", "\xff\xf1", ""},
		{"AYT", "\xff\xf6", ""},
		{"DO is refused", "\xff\xfd\x03", "\xff\xfc\x03"},
		{"WILL is refused", "\xff\xfb\x18", "\xff\xfe\x18"},
		{"each once", strings.Repeat("\xff\xfd\x03\xff\xfb\x03", 5), "\xff\xfc\x03\xff\xfe\x03"},
		{"option 255", "\xff\xfd\xff", "\xff\xfc\xff"},
		{"DONT and WONT are never answered", "\xff\xfe\x03\xff\xfc\x18", ""},
		{"DO ECHO, not offered", "\xff\xfd\x01", "\xff\xfc\x01"},
		{"Ctrl-C twice", telnetCtrlC + telnetCtrlC, "\xff\xfb\x06\xff\xfb\x06"},
		{"WILL TIMING-MARK", "\xff\xfb\x06", "\xff\xfe\x06"},
		{"an option within a subnegotiation is none", "\xff\xfa\xfd\x03\xff\xf0", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var f Framer
			f.Next([]byte(tt.in))
			if got := string(f.Reply()); got != tt.want {
				t.Errorf("% x is answered % x, want % x", tt.in, got, tt.want)
			}
			if again := f.Reply(); again != nil {
				t.Errorf("answered once more: % x", again)
			}
		})
	}
}

func TestTelnetAnswersAreBounded(t *testing.T) {
	var f Framer
	for option := range 256 {
		f.Next([]byte{iac, do, byte(option), iac, will, byte(option)})
	}
	f.Next([]byte(strings.Repeat(telnetCtrlC, 10_000)))
	if n := len(f.Reply()); n > 1700 {
		t.Errorf("%d bytes of answers were waiting", n)
	}
	f.Next([]byte(telnetCtrlC))
	if got := string(f.Reply()); got != "\xff\xfb\x06" {
		t.Errorf("afterwards a Ctrl-C is answered % x", got)
	}
}

func TestTelnetIsKnownBySequence(t *testing.T) {
	tests := []struct {
		in   string
		want bool
	}{
		{"/who\r\n", false},
		{"\b\x7f\r\x00", false},
		{telnetHello, true},
		{telnetCtrlC, true},
		{"\xff\xf1", true},
		{"Latin-1 \xffber\n", false},
		{"Latin-1 \xff\xffber\n", false},
	}
	for _, tt := range tests {
		var f Framer
		lines(&f, tt.in)
		if got := f.Telnet(); got != tt.want {
			t.Errorf("after %q: %v, want %v", tt.in, got, tt.want)
		}
	}
}

func TestTelnetEcho(t *testing.T) {
	var f Framer
	step := func(what string, got []byte, want string) {
		t.Helper()
		if string(got) != want {
			t.Errorf("%s: % x, want % x", what, got, want)
		}
	}
	step("hide from who is no telnet", f.HideEcho(), "")
	step("show to who is no telnet", f.ShowEcho(), "")
	f.Next([]byte(telnetHello))
	f.Reply()
	step("show what was not hidden", f.ShowEcho(), "")
	for range 2 {
		step("hide", f.HideEcho(), "\xff\xfb\x01")
		step("hide again", f.HideEcho(), "")
		f.Next([]byte("\xff\xfd\x01"))
		step("the client agrees", f.Reply(), "")
		step("show", f.ShowEcho(), "\xff\xfc\x01")
		step("show again", f.ShowEcho(), "")
		f.Next([]byte("\xff\xfe\x01"))
		step("the client agrees to that", f.Reply(), "")
	}
	for _, want := range []string{"\xff\xfc\x01", ""} {
		f.Next([]byte("\xff\xfd\x01"))
		step("the client asks for it itself", f.Reply(), want)
	}
}

// repeat returns n times s, and then last.
func repeat(s string, n int, last string) []string {
	var all []string
	for range n {
		all = append(all, s)
	}
	return append(all, last)
}
