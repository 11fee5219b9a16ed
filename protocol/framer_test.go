package protocol

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// lines feeds the pieces one by one, then ends the input. Each line is shown
// as its text, or as "code|beginning" when it was refused. All pieces are read
// into one buffer, as a server does, so that a line kept from it would show.
func lines(f *Framer, pieces ...string) []string {
	var got []string
	show := func(line []byte, err error) {
		if err != nil {
			got = append(got, fmt.Sprintf("%s|%s", err.(*Error).Code, line))
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

func TestFramerLines(t *testing.T) {
	tests := []struct {
		name   string
		pieces []string
		want   []string
	}{
		{"LF", []string{"/who\n"}, []string{"/who"}},
		{"CR LF", []string{"/who\r\n"}, []string{"/who"}},
		{"CR NUL in telnet", []string{"\xff\xf1/who\r\x00/ping\r\x00"}, []string{"/who", "/ping"}},
		{"CR NUL elsewhere", []string{"/all a\r\x00/quit\nc\n"}, []string{"bad-char|/all a", "c"}},
		{"several at once", []string{"a\nb\r\n\nc\n"}, []string{"a", "b", "", "c"}},
		{"no end at the end of the input", []string{"a\n/quit"}, []string{"a", "/quit"}},
		{"nothing at the end of the input", []string{"a\n"}, []string{"a"}},
		{"in pieces", []string{"/msg b", "ob hi", "\n/w", "ho\n"}, []string{"/msg bob hi", "/who"}},
		{"CR, then LF", []string{"a\r", "\nb\r", "\n"}, []string{"a", "b"}},
		{"CR, then NUL in telnet", []string{"\xff\xf1a\r", "\x00b\n"}, []string{"a", "b"}},
		{"CR within", []string{"#t /all a\rb\nc\n"}, []string{"bad-char|#t /all a", "c"}},
		{"CR, then a letter", []string{"a\r", "b\nc\n"}, []string{"bad-char|a", "c"}},
		{"CR CR LF", []string{"a\r\r\nb\n"}, []string{"bad-char|a", "b"}},
		{"CR at the end of the input", []string{"a\r"}, []string{"bad-char|a"}},
		{"NUL", []string{"a\x00b\nc\n"}, []string{"bad-char|a", "c"}},
		{"a refused line without an end", []string{"a\x00b"}, []string{"bad-char|a"}},
		{"tabs", []string{"/msg\tbob\thi\n"}, []string{"/msg bob hi"}},
		{"BS takes one back in telnet", []string{"\xff\xf1/whp\bo\n"}, []string{"/who"}},
		{"DEL takes one back in telnet", []string{"\xff\xf1/whp\x7fo\n"}, []string{"/who"}},
		{"BS takes a whole character", []string{"\xff\xf1né\b\x7fo\n"}, []string{"o"}},
		{"BS in a piece of its own", []string{"\xff\xf1日本", "\b", "\n"}, []string{"日"}},
		{"BS elsewhere is the text's business", []string{"/all \b\b/quit\n"}, []string{"/all \b\b/quit"}},
		{"BS at the front", []string{"\xff\xf1\b\ba\n"}, []string{"a"}},
		{"all taken back, no end", []string{"\xff\xf1ab\b\b"}, nil},
		{"UTF-8", []string{"grüße 日本 🎉\n"}, []string{"grüße 日本 🎉"}},
		{"UTF-8 in pieces", []string{"\xf0\x9f", "\x8e\x89\n"}, []string{"🎉"}},
		{"not UTF-8", []string{"#t /all gr\xfc\xdfe\nb\n"}, []string{"bad-utf8|#t /all gr\xfc\xdfe", "b"}},
		{"not UTF-8, in pieces", []string{"gr\xfc", "n\nb\n"}, []string{"bad-utf8|gr\xfcn", "b"}},
		{"cut UTF-8", []string{"a\xe2\x82\n"}, []string{"bad-utf8|a\xe2\x82"}},
		{"escapes are the text's business", []string{"\x1b[2J\n"}, []string{"\x1b[2J"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := lines(new(Framer), tt.pieces...); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%q\n gives %q\n  want %q", tt.pieces, got, tt.want)
			}
		})
	}
}

func TestFramerLength(t *testing.T) {
	fits := strings.Repeat("x", MaxLine-1)
	long := strings.Repeat("x", 3*MaxLine)
	refused := "line-too-long|" + strings.Repeat("x", headLen)
	tests := []struct {
		name string
		in   string
		want []string
	}{
		{"the longest with LF", fits + "\nb\n", []string{fits, "b"}},
		{"the longest with CR LF", fits[1:] + "\r\nb\n", []string{fits[1:], "b"}},
		{"one more with LF", fits + "x\nb\n", []string{refused, "b"}},
		{"one more with CR LF", fits + "\r\nb\n", []string{refused, "b"}},
		{"one more with CR NUL", "\xff\xf1" + fits + "\r\x00b\n", []string{refused, "b"}},
		{"far too long", long + "\nb\n", []string{refused, "b"}},
		{"far too long and edited", long + "\b\b\nb\n", []string{refused, "b"}},
		{"far too long without an end", long, []string{refused}},
		{"two in a row", long + "\n" + long + "\nb\n", []string{refused, refused, "b"}},
		{"what was taken back does not count", "\xff\xf1" + strings.Repeat("x\b", MaxLine) + "b\n", []string{"b"}},
		{"the tag is kept", "#t   /all " + long + "\n", []string{"line-too-long|#t   /all " + strings.Repeat("x", headLen-10)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := lines(new(Framer), tt.in); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("at once: %.200q", got)
			}
			if got := lines(new(Framer), strings.Split(tt.in, "")...); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("byte by byte: %.200q", got)
			}
		})
	}
}

func TestFramerUnfinished(t *testing.T) {
	tests := []struct {
		in   string
		want bool
	}{
		{"", false},
		{"a\n", false},
		{"a", true},
		{"\xff\xf1a\b", false},
		{"a\r", true},
		{"\r", true},
		{"\x00", true},
		{strings.Repeat("x", MaxLine+1), true},
		{strings.Repeat("x", MaxLine+1) + "\n", false},
		{"\xff", true},
		{"\xff\xfd", true},
		{"\xff\xfd\x01", false},
		{"\xff\xfa\x1f\x00", true},
		{"\xff\xfa\x1f\x00\xff\xf0", false},
	}
	for _, tt := range tests {
		var f Framer
		for in, ok := []byte(tt.in), true; ok; {
			_, in, ok, _ = f.Next(in)
		}
		if got := f.Unfinished(); got != tt.want {
			t.Errorf("after %.20q: %v, want %v", tt.in, got, tt.want)
		}
	}
}

func TestFramerHoldsNothingBetweenLines(t *testing.T) {
	if size := reflect.TypeFor[Framer]().Size(); size > 64 {
		t.Errorf("a Framer has %d bytes; thousands of idle connections have one each", size)
	}
	var f Framer
	lines(&f, "half a li", "ne\n", strings.Repeat("x", 2*MaxLine), "\n", "tab\tbed\n")
	if !reflect.ValueOf(f).IsZero() {
		t.Errorf("between lines the framer holds %+v", f)
	}
}

func TestFramerHoldsLittleOfARefusedLine(t *testing.T) {
	for _, in := range []string{
		strings.Repeat("x", 16*MaxLine),
		strings.Repeat("x", MaxLine/2) + "\x00" + strings.Repeat("x", MaxLine/2),
	} {
		var f Framer
		f.Next([]byte(in[:MaxLine/4]))
		f.Next([]byte(in[MaxLine/4:]))
		if f.refused == nil || cap(f.held) > 2*headLen {
			t.Errorf("refused: %v, and %d bytes are held", f.refused, cap(f.held))
		}
	}
}

func TestFramerLineIsNotCopied(t *testing.T) {
	in := []byte("/all grüße\r\n/who\n")
	var f Framer
	line, rest, ok, err := f.Next(in)
	if !ok || err != nil || &line[0] != &in[0] {
		t.Errorf("a whole line was copied: %q %v %v", line, ok, err)
	}
	if string(rest) != "/who\n" {
		t.Errorf("rest is %q", rest)
	}
}
