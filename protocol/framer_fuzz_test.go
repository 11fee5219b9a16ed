package protocol

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// sample is a bit of everything that a connection may carry.
const sample = telnetHello + "/login alice correct horse\r\n" + "#a1 /who\n" + "good mornink\bg, grüße 🎉\r\x00" +
	telnetWindow + "/msg\tbob hi\x7fo\r\n" + telnetCtrlC + "a\rb\n" + "a\x00b\n" + "Latin-1 \xfc\xff\n" +
	"\xff\xfd\x01\xff\xf8\xff\xf7" + telnetType + "//shrug\r\n" + "no end"

// FuzzFramerCuts: however the bytes are cut into pieces, the lines, the
// errors and the telnet answers are the same, and no more than a line is held.
func FuzzFramerCuts(f *testing.F) {
	long := strings.Repeat("long ", MaxLine/4)
	f.Add([]byte(sample), []byte{1, 2, 3, 50})
	f.Add([]byte(long+"\r\n/who\r\n"), []byte{200, 255, 1})
	f.Add([]byte(long[:MaxLine-1]+"\r\n"+long[:MaxLine-2]+"\r\n/who\n"), []byte{255})
	f.Add([]byte("\xff\xfa"+long[:2*maxSub]+"\n/who\n"), []byte{7})
	f.Add([]byte("\r\n\r\x00\r\r\n\xe2\x82\b\xac\n\xff\xff\xff\n"), []byte{1})
	f.Fuzz(func(t *testing.T, data, cuts []byte) {
		want, wantReply, wantTelnet := cut(t, data, nil)
		for _, c := range [][]byte{cuts, {1}} {
			got, reply, telnet := cut(t, data, c)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("cut by % x\n gives %q\n  want %q", c, got, want)
			}
			if !bytes.Equal(reply, wantReply) || telnet != wantTelnet {
				t.Errorf("cut by % x: telnet %v, answers % x; want %v, % x", c, telnet, reply, wantTelnet, wantReply)
			}
		}
		for _, line := range want {
			if !strings.HasPrefix(line, "refused ") && (strings.ContainsAny(line, "\x00\t\n\r") || !utf8.ValidString(line)) {
				t.Errorf("a line came out as %q", line)
			}
		}
	})
}

// cut feeds data in pieces as long as cuts says, over and over; at once when
// it says nothing.
func cut(t *testing.T, data, cuts []byte) (got []string, reply []byte, telnet bool) {
	var f Framer
	show := func(line []byte, err error) {
		if err != nil {
			if len(line) > headLen {
				t.Fatalf("%d bytes of a refused line", len(line))
			}
			got = append(got, "refused "+err.Error()+string(line))
			return
		}
		if len(line) >= MaxLine {
			t.Fatalf("a line of %d bytes", len(line))
		}
		got = append(got, "line "+string(line))
	}
	for i := 0; len(data) > 0; i++ {
		n := len(data)
		if len(cuts) > 0 {
			n = min(n, max(1, int(cuts[i%len(cuts)])))
		}
		piece := bytes.Clone(data[:n])
		for in, ok := piece, true; ok; {
			var line []byte
			var err error
			if line, in, ok, err = f.Next(in); ok {
				show(line, err)
			}
		}
		clear(piece) // as the next read does: nothing may be kept of it
		data = data[n:]
		if len(f.held) >= MaxLine || cap(f.held) > 2*MaxLine || f.telnet != nil && len(f.telnet.reply) > 1700 {
			t.Fatalf("%d of %d bytes are held", len(f.held), cap(f.held))
		}
	}
	if line, ok, err := f.End(); ok {
		show(line, err)
	}
	if f.Unfinished() {
		t.Fatal("something is unfinished behind the end")
	}
	return got, f.Reply(), f.Telnet()
}
