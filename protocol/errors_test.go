package protocol

import (
	"errors"
	"testing"
)

func TestAppendError(t *testing.T) {
	busy := &Error{Code: Busy, Retry: 2, Sentence: "Too much at once. Try again."}
	tests := []struct {
		tag, command string
		err          *Error
		want         string
	}{
		{"", "msg", Errorf(NoSuchUser, "There is no account called %s.", "nobody").With("nobody"),
			"- msg no-such-user nobody: There is no account called nobody.\r\n"},
		{"", "", Errorf(UnknownCommand, "Did you mean /who?").With("whoo"),
			"- * unknown-command whoo: Did you mean /who?\r\n"},
		{"a1", "all", busy, "#a1 - all busy retry=2: Too much at once. Try again.\r\n"},
		{"", "msg", busy.With("bob", "limit=10"), "- msg busy bob limit=10 retry=2: Too much at once. Try again.\r\n"},
		{"", "x\r\n+ y", Errorf(Usage, "a\nb").With("a b:", ""), "- x??+?y usage a?b? ?: a\uFFFDb\r\n"},
	}
	for _, tt := range tests {
		if got := string(AppendError(nil, []byte(tt.tag), tt.command, tt.err)); got != tt.want {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
}

func TestErrorWithLeavesTheOriginal(t *testing.T) {
	e := Errorf(BadName, "No.").With("a")
	b, c := e.With("b"), e.With("c")
	if len(e.Fields) != 1 || b.Fields[1] != "b" || c.Fields[1] != "c" {
		t.Errorf("%v %v %v", e.Fields, b.Fields, c.Fields)
	}
}

func TestErrorIsAnError(t *testing.T) {
	var target *Error
	if err := error(Errorf(Internal, "Sorry.")); !errors.As(err, &target) || err.Error() != "internal: Sorry." {
		t.Errorf("%v", err)
	}
}
