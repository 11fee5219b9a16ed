package session

import (
	"regexp"
	"testing"
	"time"
)

// TestRefusedFor: the person is told how long to wait before the next try.
func TestRefusedFor(t *testing.T) {
	for answer, want := range map[string]time.Duration{
		`"code":"rate-limited","retry":15`: 15 * time.Second, `"code":"bad-credentials"`: 0,
	} {
		s, now := New(Options{Key: func() string { return "k" }}), time.Now()
		s.Connected(now)
		s.Heard("* hello parley/1 line=8192 text=4096: Welcome.", now)
		s.answers(t, `{"type":"done","command":"format","format":"json"`, now)
		s.Login("tess", "my secret")
		s.answers(t, `{"type":"failed","command":"login",`+answer+`,"text":"No."`, now)
		if s.State() != Entering || s.Refusal() == "" || s.Patience() != want {
			t.Errorf("%s: %v, %q, and it is to wait for %v, not %v", answer, s.State(), s.Refusal(), s.Patience(), want)
		}
	}
}

var tagOf = regexp.MustCompile(`#(\w+)|"tag":"(\w+)"`)

// answers answers the last line of a session with the beginning of an object.
func (s *Session) answers(t *testing.T, object string, now time.Time) {
	t.Helper()
	lines := s.Outgoing()
	if len(lines) == 0 {
		t.Fatal("nothing is asked")
	}
	tag := tagOf.FindStringSubmatch(lines[len(lines)-1])
	if tag == nil {
		t.Fatalf("%q has no tag", lines)
	}
	s.Heard(object+`,"tag":"`+tag[1]+tag[2]+`"}`, now)
}
