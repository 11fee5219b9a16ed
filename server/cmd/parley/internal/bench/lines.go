package bench

import (
	"bytes"
	"encoding/json"
	"time"

	"parley/protocol"
)

// lines is how the clients write and read lines when they are in.
type lines interface {
	// saying returns what stands before and behind the text of a message; to is a name or a room, or empty for the lobby.
	saying(to string) (before, behind string)
	// kind says what a line of the server is.
	kind(line []byte) protocol.Type
	// text returns the text of a message behind the mark that it begins with; nil if it begins otherwise.
	text(event, mark []byte) []byte
	// refusal reads a failure.
	refusal(line []byte) (code protocol.Code, retry time.Duration)
	// closing returns the closing word.
	closing(line []byte) string
}

// textLines are for people.
type textLines struct{}

func (textLines) saying(to string) (before, behind string) {
	if to == "" {
		return "/all ", "\n"
	}
	return "/msg " + to + " ", "\n"
}

func (textLines) kind(line []byte) protocol.Type { return protocol.Type(line[0]) }

func (textLines) text(event, mark []byte) []byte {
	_, text, _ := bytes.Cut(event, []byte(": "))
	text, ok := bytes.CutPrefix(text, mark)
	if !ok {
		return nil
	}
	return bytes.TrimSuffix(text, []byte("\r\n"))
}

func (textLines) refusal(line []byte) (code protocol.Code, retry time.Duration) {
	reply, _ := protocol.ParseReply(line)
	return refusal(reply)
}

func (textLines) closing(line []byte) string {
	reply, _ := protocol.ParseReply(line)
	return reply.Word
}

// objectLines are for programs. What comes often is not decoded, so that the clients cost little: the first member says what a line is, and
// the text is the last one. The texts of the test have nothing in them that must be escaped.
type objectLines struct{}

func (objectLines) saying(to string) (before, behind string) {
	if to == "" {
		return `{"do":"all","text":"`, "\"}\n"
	}
	return `{"do":"msg","to":"` + to + `","text":"`, "\"}\n"
}

func (objectLines) kind(line []byte) protocol.Type {
	word, ok := bytes.CutPrefix(line, []byte(`{"type":"`))
	switch {
	case !ok:
		return 0
	case bytes.HasPrefix(word, []byte("event")):
		return protocol.Notice
	case bytes.HasPrefix(word, []byte("done")):
		return protocol.Done
	case bytes.HasPrefix(word, []byte("failed")):
		return protocol.Failed
	case bytes.HasPrefix(word, []byte("end")):
		return protocol.Closing
	}
	return 0
}

func (objectLines) text(event, mark []byte) []byte {
	at := bytes.Index(event, mark) // rather than the member, whose first byte comes often
	if at < 0 || !bytes.HasSuffix(event[:at], []byte(`,"text":"`)) {
		return nil
	}
	return bytes.TrimSuffix(event[at+len(mark):], []byte("\"}\r\n"))
}

func (objectLines) refusal(line []byte) (code protocol.Code, retry time.Duration) {
	o := struct {
		Code  protocol.Code
		Retry int
	}{Code: "unknown"}
	_ = json.Unmarshal(line, &o)
	return o.Code, time.Duration(o.Retry) * time.Second
}

func (objectLines) closing(line []byte) string {
	code, _ := objectLines{}.refusal(line)
	return string(code)
}
