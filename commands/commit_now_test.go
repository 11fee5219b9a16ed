package commands

import (
	"testing"
	"time"
)

// What a loop has the store keep itself is left to it. It is rung again for what the committer keeps after that.
func TestCommitNow(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	r.store.set(func(m *memory) { m.now = true })
	for late := time.Now().Add(soon); ; {
		_, outcome := alice.do([]byte("/all now"), nil)
		if outcome != Asked {
			t.Fatal(outcome)
		}
		alice.outstanding++
		if r.chat.CommitNow(0) {
			break
		}
		alice.waitForAnswers() // the committer was busy with its heartbeat
		if time.Now().After(late) {
			t.Fatal("nothing is kept at once")
		}
	}
	if r.rung(); alice.outstanding > 0 {
		t.Error("the answer was not left to the loop")
	}
	alice.took()
	r.store.set(func(m *memory) { m.now = false })
	if line := alice.asks("/all later"); line[0] != '+' {
		t.Error(line)
	}
}
