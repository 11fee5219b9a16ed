package protocol

import (
	"strings"
	"testing"
	"time"

	"parley/internal/language"
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

var (
	aMessage = &Event{Kind: PrivateMessage, Number: 814, At: time.Date(2026, 11, 19, 21, 4, 11, 0, time.UTC), From: "alice", With: "bob",
		Text: packet[:75], Late: true, Copy: true}
	inARoom  = &Event{Kind: RoomMessage, Number: 815, At: aMessage.At, From: "alice", Room: LobbyName, Text: packet[:75]}
	quoted   = &Event{Kind: RoomMessage, Number: 816, At: aMessage.At, From: "alice", Room: "#tea", Text: []byte(`"so" \ "so"`)}
	cyrillic = []byte("доброе утро")
	aLine    = &Line{Type: Row, Tag: []byte("a1"), Word: "user", Text: cyrillic,
		Fields: []Field{Word("name", "Ольга"), Number("idle", 35), Time("at", aMessage.At), Flag("more")}}
	aFailure = Errorf(NoSuchUser, "There is no account called nobody.").With("name", "a\x1b b:")
)

func TestFastPathsAllocateNothing(t *testing.T) {
	var f Framer
	b := make([]byte, 0, 1024)
	var forms Forms = testForms()
	message, history := []byte("#a1 /MSG bob hi  there"), []byte("/history bob 50 before=9007199254740991")
	said := []byte("@label=a1 PRIVMSG #tea :is it green?")
	names := (&IRCAsk{View: ViewNames, Nick: "bob", Command: "NAMES", Arg: "#tea"}).Tag()
	shown := (&IRCAsk{View: ViewHistory, Caps: Batch | ServerTime, Nick: "bob", Command: "CHATHISTORY", Arg: "LATEST #tea"}).Tag()
	aName := &Line{Type: Row, Tag: names, Word: "user", Fields: []Field{Word("name", "alice"), Number("sessions", 1), Word("role", "op")}}
	aKick := &Line{Type: Notice, Word: "kick", Fields: []Field{Word("room", "#tea"), Word("name", "bob"), Word("by", "alice"), Time("at", aMessage.At)}}
	type path struct {
		name string
		run  func()
	}
	paths := []path{
		{"Framer.Next", func() { readPacket(&f, packet) }},
		{"Framer.Reply", func() { f.Reply() }},
		{"Parse of a message", func() { Text.Parse(message, forms) }},
		{"Parse of numbers", func() { Text.Parse(history, forms) }},
		{"Parse of a text", func() { Text.Parse(cyrillic, forms) }},
		{"Request.Arg", func() { r := Text.Parse(message, forms); r.Arg("text"); r.Complete() }},
		{"SplitText", func() { SplitText(message) }},
		{"FirstWord", func() { FirstWord(message) }},
		{"CheckText", func() { CheckText(cyrillic) }},
		{"Parse of a text in JSON", func() { JSON.Parse(cyrillic, forms) }},
		{"ParseIRC", func() { m, _ := ParseIRC(said); FromIRC("PRIVMSG", m.Param(1)) }},
		{"AppendLine of names for IRC", func() { IRC.AppendLine(IRC.AppendLine(b, aName), aName) }},
		{"AppendLine of an event for IRC", func() { IRC.AppendLine(b, aKick) }},
		{"AppendMessageRow with a batch", func() { IRC.AppendMessageRow(b, shown, aMessage) }},
		{"AppendFailure with a numeric", func() { IRC.AppendFailure(b, names, "who", aFailure) }},
	}
	for f := range Formats {
		paths = append(paths, []path{
			{"AppendEvent, private, in " + f.String(), func() { f.AppendEvent(b, aMessage) }},
			{"AppendEvent, in a room, in " + f.String(), func() { f.AppendEvent(b, inARoom) }},
			{"AppendEvent with quotes in " + f.String(), func() { f.AppendEvent(b, quoted) }},
			{"AppendMessageRow in " + f.String(), func() { f.AppendMessageRow(b, message[1:3], aMessage) }},
			{"AppendLine in " + f.String(), func() { f.AppendLine(b, aLine) }},
		}...)
		if f.Language() == language.English {
			paths = append(paths, path{"AppendFailure in " + f.String(), func() { f.AppendFailure(b, message[1:3], "msg", aFailure) }})
		}
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
	lines := [eachLanguage]string{
		Text: "#a1 " + strings.TrimSpace(benchLine),
		JSON: `{"do":"msg","name":"bob","text":"` + strings.TrimSpace(strings.TrimPrefix(benchLine, "/msg bob ")) + `","tag":"a1"}`,
	}
	var forms Forms = testForms()
	for f := range eachLanguage {
		b.Run(f.String(), func(b *testing.B) {
			b.ReportAllocs()
			line := []byte(lines[f])
			for b.Loop() {
				r := f.Parse(line, forms)
				r.Arg("text")
			}
		})
	}
}

func BenchmarkParseIRC(b *testing.B) {
	b.ReportAllocs()
	line := []byte("PRIVMSG #tea :a line of some length, as people write them in a chat all day long")
	for b.Loop() {
		m, _ := ParseIRC(line)
		FromIRC("PRIVMSG", m.Param(1))
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

func BenchmarkAppendEvent(b *testing.B) {
	for name, e := range map[string]*Event{"private": aMessage, "room": inARoom, "quotes": quoted} {
		for i, f := range []Format{Text, JSON, IRC, Formats - 1} {
			b.Run(name+"/"+[]string{"text", "json", "irc", "irc with tags"}[i], func(b *testing.B) {
				b.ReportAllocs()
				out := make([]byte, 0, 1024)
				for b.Loop() {
					f.AppendEvent(out, e)
				}
			})
		}
	}
}

func BenchmarkAppendLine(b *testing.B) {
	b.ReportAllocs()
	out := make([]byte, 0, 1024)
	for b.Loop() {
		Text.AppendLine(out, aLine)
	}
}

func BenchmarkAppendFailure(b *testing.B) {
	b.ReportAllocs()
	out := make([]byte, 0, 1024)
	for b.Loop() {
		Text.AppendFailure(out, nil, "msg", aFailure)
	}
}
