package server

import (
	"fmt"
	"strings"
	"testing"
)

// Sessions end in every way just behind what a loop keeps for them. Each gets its answers first, and nothing is lost or told twice.
func TestSessionsEndBehindWhatALoopKeeps(t *testing.T) {
	for _, shards := range []int{1, 2, 4} {
		t.Run(fmt.Sprint(shards, " shards"), func(t *testing.T) {
			s := start(t, func(o *setup) { o.Shards = shards })
			bob := s.join("bob")
			for n := 0; n < 15 || n < 300 && s.store.now.Load() == 0; n++ {
				alice := s.dial()
				alice.enter("alice")
				for i := range 4 {
					alice.ask(fmt.Sprintf("/msg bob %d.%d", n, i))
					bob.want("* msg alice ")
				}
				text := fmt.Sprintf("/msg bob %d.last", n)
				switch n % 5 {
				case 0:
					alice.say(text, "/quit")
				case 1:
					alice.say(text, "/logout", "/ping")
				case 2:
					alice.send(text)
					alice.halfClose()
				case 3:
					alice.say(text, "/format json", "/quit")
				case 4:
					alice.say(text)
					alice.want("+ msg ")
					alice.reset()
				}
				if line := bob.want("* msg alice "); !strings.HasSuffix(line, fmt.Sprintf("%d.last", n)) {
					t.Fatal(line)
				}
				if n%5 < 4 {
					alice.want("+ msg ")
				}
				if n%5 == 1 {
					alice.want("+ logout")
					alice.want("+ ping")
					alice.say("/quit")
				}
				if n%5 < 4 {
					alice.rest()
				}
			}
			if s.store.now.Load() == 0 {
				t.Error("nothing was kept on a loop")
			}
		})
	}
}
