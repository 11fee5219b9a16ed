package bench

import (
	"testing"
	"time"

	"parley/protocol"
)

func TestLines(t *testing.T) {
	for _, test := range []struct {
		lines
		line  string
		kind  protocol.Type
		says  string // the text of a message, the code of a failure, the last word
		retry time.Duration
	}{
		{textLines{}, "* all bob: ~x.1: y", protocol.Notice, "1: y", 0},
		{textLines{}, "* all bob: what is ~x.1?", protocol.Notice, "", 0},
		{textLines{}, "+ all 8", protocol.Done, "", 0},
		{textLines{}, "- all rate-limited retry=3: Slowly.", protocol.Failed, "rate-limited", 3 * time.Second},
		{textLines{}, "! draining: Going down.", protocol.Closing, "draining", 0},
		{objectLines{}, `{"type":"event","event":"all","from":"bob","text":"~x.1: y"}`, protocol.Notice, "1: y", 0},
		{objectLines{}, `{"type":"event","event":"all","from":"bob","text":"what is ~x.1?"}`, protocol.Notice, "", 0},
		{objectLines{}, `{"type":"done","command":"all","number":8}`, protocol.Done, "", 0},
		{objectLines{}, `{"type":"failed","code":"rate-limited","retry":3,"text":"Slowly."}`, protocol.Failed, "rate-limited", 3 * time.Second},
		{objectLines{}, `{"type":"failed"`, protocol.Failed, "unknown", 0},
		{objectLines{}, `{"type":"end","code":"draining","text":"Going down."}`, protocol.Closing, "draining", 0},
		{objectLines{}, "* all bob: hi", 0, "", 0},
	} {
		line := []byte(test.line + "\r\n")
		kind, says, retry := test.lines.kind(line), "", time.Duration(0)
		switch kind {
		case protocol.Notice:
			says = string(test.lines.text(line, []byte("~x.")))
		case protocol.Failed:
			var code protocol.Code
			code, retry = test.lines.refusal(line)
			says = string(code)
		case protocol.Closing:
			says = test.lines.closing(line)
		}
		if kind != test.kind || says != test.says || retry != test.retry {
			t.Errorf("%s is of the kind %q and says %q, %s", test.line, kind, says, retry)
		}
	}
}
