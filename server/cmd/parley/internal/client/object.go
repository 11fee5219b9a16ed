package client

import (
	"encoding/json"
	"strings"

	"parley/protocol"
)

// parseReply takes a line of the server apart, in whichever format it is. No line of text begins with a brace.
func parseReply(line string) (protocol.Reply, error) {
	if strings.HasPrefix(line, "{") {
		return parseObject(line)
	}
	return protocol.ParseReply([]byte(line))
}

// parseObject takes an object apart, as far as this client has to know it.
func parseObject(line string) (protocol.Reply, error) {
	var o struct{ Type, Command, Row, Event, Code, Text string }
	if err := json.Unmarshal([]byte(line), &o); err != nil {
		return protocol.Reply{}, err
	}
	r := protocol.Reply{Text: o.Text}
	switch o.Type {
	case "done":
		r.Sigil, r.Word = protocol.Done, o.Command
	case "failed":
		r.Sigil, r.Word, r.Fields = protocol.Failed, o.Command, []string{o.Code}
	case "row":
		r.Sigil, r.Word = protocol.Row, o.Row
	case "event":
		r.Sigil, r.Word = protocol.Notice, o.Event
	case "end":
		r.Sigil, r.Word = protocol.Closing, o.Code
	}
	return r, nil
}
