package protocol

import (
	"strings"
	"testing"
	"time"
)

const benchLine = "/msg bob a line of some length, as people write them in a chat all day long\r\n"

// packet is a read of many lines.
var packet = []byte(strings.Repeat(benchLine, 64))

func readPacket(f *Framer, in []byte) (n int) {
	for {
		_, rest, ok, _ := f.Next(in)
		if !ok {
			return n
		}
		in = rest
		n++
	}
}

func encodeMessage(b, text []byte, at time.Time) []byte {
	b = Start(b, nil, Event, "msg")
	b = Int(Field(b, "alice"), 814)
	b = KeyField(KeyTime(b, "at", at), "to", "bob")
	return End(Text(b, text))
}

func TestFastPathsAllocateNothing(t *testing.T) {
	var f Framer
	b := make([]byte, 0, 1024)
	at := time.Date(2026, 11, 19, 21, 4, 11, 0, time.UTC)
	e := Errorf(NoSuchUser, "There is no account called nobody.").With("nobody")
	cyrillic, unfit := []byte("доброе утро"), []byte("a\x1b b:")
	paths := []struct {
		name string
		run  func()
	}{
		{"Framer.Next", func() { readPacket(&f, packet) }},
		{"Framer.Reply", func() { f.Reply() }},
		{"Parse", func() { Parse(packet[:len(benchLine)-2]) }},
		{"Word", func() { Word(packet[:len(benchLine)-2]) }},
		{"CheckText", func() { CheckText(cyrillic) }},
		{"a message", func() { encodeMessage(b, cyrillic, at) }},
		{"Echo", func() { Echo(Echo(b, unfit), "unfit here") }},
		{"AppendError", func() { AppendError(b, []byte("a1"), "msg", e) }},
	}
	for _, path := range paths {
		if n := testing.AllocsPerRun(100, path.run); n != 0 {
			t.Errorf("%s allocates %v times", path.name, n)
		}
	}
}

func BenchmarkFramerWholeLines(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(benchLine)))
	var f Framer
	for n := 0; n < b.N; {
		n += readPacket(&f, packet)
	}
}

func BenchmarkFramerLineInTwoPieces(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(benchLine)))
	var f Framer
	first, second := packet[:30], packet[30:len(benchLine)]
	for b.Loop() {
		f.Next(first)
		f.Next(second)
	}
}

// The worst case: short lines in CR NUL, none of which the fast path takes.
func BenchmarkFramerTelnetCharacterMode(b *testing.B) {
	b.ReportAllocs()
	in := []byte("\xff\xf1" + strings.Repeat("\r\x00", 1<<15))
	b.SetBytes(int64(len(in)))
	var f Framer
	for b.Loop() {
		readPacket(&f, in)
	}
}

func BenchmarkFramerTooLong(b *testing.B) {
	b.ReportAllocs()
	in := []byte(strings.Repeat("x", 1<<16))
	b.SetBytes(int64(len(in)))
	var f Framer
	for b.Loop() {
		f.Next(in)
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	line := []byte("#a1 " + strings.TrimSpace(benchLine))
	for b.Loop() {
		r := Parse(line)
		Word(r.Args)
	}
}

func BenchmarkCheckText(b *testing.B) {
	for name, text := range map[string]string{"ASCII": "good morning to all of you ", "Cyrillic": "доброе утро всем "} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			text := []byte(strings.Repeat(text, 5))
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				CheckText(text)
			}
		})
	}
}

func BenchmarkEncodeMessage(b *testing.B) {
	b.ReportAllocs()
	at := time.Date(2026, 11, 19, 21, 4, 11, 0, time.UTC)
	out := make([]byte, 0, 1024)
	for b.Loop() {
		encodeMessage(out, packet[:75], at)
	}
}

func BenchmarkAppendError(b *testing.B) {
	b.ReportAllocs()
	e := Errorf(NoSuchUser, "There is no account called nobody.").With("nobody")
	out := make([]byte, 0, 1024)
	for b.Loop() {
		AppendError(out, nil, "msg", e)
	}
}
