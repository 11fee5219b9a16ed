package protocol

import (
	"errors"
	"testing"

	"parley/internal/language"
)

func TestAppendFailure(t *testing.T) {
	busy := &Error{Code: Busy, Retry: 2, Sentence: language.Say("Too much at once. Try again.")}
	tests := []struct {
		tag, command string
		err          *Error
		want         string
	}{
		{"", "msg", Errorf(NoSuchUser, "There is no account called %s.", "nobody").With("name", "nobody"),
			"- msg no-such-user nobody: There is no account called nobody.\r\n"},
		{"", "", Errorf(UnknownCommand, "Did you mean /who?").With("word", "whoo"),
			"- * unknown-command whoo: Did you mean /who?\r\n"},
		{"", "*", Errorf(UnknownCommand, "No.").With("word", ""), "- * unknown-command ?: No.\r\n"},
		{"a1", "all", busy, "#a1 - all busy retry=2: Too much at once. Try again.\r\n"},
		{"", "msg", busy.With("who", "bob").With("limit", "10"), "- msg busy who=bob limit=10 retry=2: Too much at once. Try again.\r\n"},
		{"", "msg", &Error{Code: InboxFull, Fields: []Field{Word("name", "bob"), Number("limit", 500), Flag("soon")}, Retry: 1, Sentence: language.Say("Full.")},
			"- msg inbox-full bob limit=500 soon retry=1: Full.\r\n"},
		{"", "x\r\n+ y", Errorf(BadName, "a\nb").With("name", "a b:").With("other", "\x1b[2J"), "- x??+?y bad-name a?b? other=?[2J: a\uFFFDb\r\n"},
		{"", "msg", &Error{Code: Internal}, "- msg internal: \r\n"},
	}
	for _, tt := range tests {
		if got := string(Text.AppendFailure([]byte("in front "), []byte(tt.tag), tt.command, tt.err)); got != "in front "+tt.want {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
}

func TestErrorWithLeavesTheOriginal(t *testing.T) {
	e := Errorf(BadName, "No.").With("name", "a")
	b, c := e.With("other", "b"), e.With("other", "c")
	if len(e.Fields) != 1 || b.Fields[1] != Word("other", "b") || c.Fields[1] != Word("other", "c") {
		t.Errorf("%v %v %v", e.Fields, b.Fields, c.Fields)
	}
}

func TestErrorIsAnError(t *testing.T) {
	var target *Error
	if err := error(Errorf(Internal, "Sorry.")); !errors.As(err, &target) || err.Error() != "internal: Sorry." {
		t.Errorf("%v", err)
	}
}
