package server

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// joinEverywhere logs people in, under the names name0, name1 and so on, until every shard has one.
func (s *testServer) joinEverywhere(name string) (people []*user) {
	s.t.Helper()
	for covered := 0; covered < len(s.shards); {
		people = append(people, s.join(fmt.Sprint(name, len(people))))
		covered = 0
		for _, sh := range s.shards {
			s.onLoop(sh, func() {
				if len(sh.audiences) > 0 {
					covered++
				}
			})
		}
	}
	return people
}

// On whatever loop they are, all who hear the lobby hear the same order. Whoever speaks gets the answers where the others get the events. The
// history has the same order.
func TestOneOrderAcrossShards(t *testing.T) {
	const each = 100
	for _, shards := range []int{1, 2, 3} {
		t.Run(fmt.Sprint(shards, " shards"), func(t *testing.T) {
			s := start(t, func(o *setup) { o.Shards = shards })
			people := s.joinEverywhere("p")
			heard := make([][]string, len(people))
			var all sync.WaitGroup
			for i, u := range people {
				all.Go(func() {
					for n := range each {
						u.say(fmt.Sprint("/all ", n))
					}
				})
				all.Go(func() {
					own := 0
					for range each * len(people) {
						line := u.line()
						if strings.HasPrefix(line, "+ all ") {
							line = fmt.Sprintf("* all p%d: %d", i, own)
							own++
						}
						heard[i] = append(heard[i], strings.TrimPrefix(line, "* all "))
					}
				})
			}
			all.Wait()
			for i := range heard {
				if !slices.Equal(heard[i], heard[0]) {
					t.Fatalf("p%d heard\n%q\nand p0\n%q", i, heard[i], heard[0])
				}
			}
			kept := people[0].history(min(200, len(heard[0])))
			if last := heard[0][len(heard[0])-len(kept):]; !slices.Equal(kept, last) {
				t.Fatalf("the history has\n%q\nwas heard\n%q", kept, last)
			}
		})
	}
}

// history returns that many of the lobby's last lines, as "author: text".
func (u *user) history(count int) (lines []string) {
	u.t.Helper()
	u.say(fmt.Sprint("/history ", count))
	for range count {
		head, text, _ := strings.Cut(u.want("= all "), ": ")
		lines = append(lines, strings.Fields(head)[2]+": "+text)
	}
	u.want("+ history ")
	return lines
}

// Private messages go from loop to loop: to every session of the reader, and to the writer's other sessions.
func TestPrivateMessagesAcrossShards(t *testing.T) {
	const messages = 50
	s := start(t, func(o *setup) { o.Shards = 3 })
	s.joinEverywhere("somebody")
	writer, echo := s.join("writer"), s.join("writer")
	readers := []*user{s.join("reader"), s.join("reader"), s.join("reader")}
	for i := range messages {
		got := writer.ask(fmt.Sprintf("/msg reader text %d", i))
		var number int64
		if _, err := fmt.Sscanf(got, "+ msg reader %d sent=3", &number); err != nil {
			t.Fatal(got)
		}
		for _, r := range readers {
			r.want(fmt.Sprintf("* msg writer %d: text %d", number, i))
		}
		echo.want(fmt.Sprintf("* msg writer %d to=reader: text %d", number, i))
	}
}
