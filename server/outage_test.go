package server

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/storage"
)

// feeds reports whether a batch asks for a later page of an inbox.
func feeds(b *storage.Batch) bool {
	return slices.ContainsFunc(b.Asks, func(a storage.Ask) bool { return a.Kind == storage.Feed })
}

// If the store goes away while the waiting messages are fed, they come later. What the client sends meanwhile is done after them, and not in
// between.
func TestStoreIsAwayBetweenPages(t *testing.T) {
	s := start(t, func(o *setup) { o.Chat.StoreTimeout = 2 * time.Second })
	writer, reader := s.join("writer"), s.join("reader")
	reader.ask("/logout")
	numbers := writer.writes("reader", 300)
	refused := make(chan struct{}, 100)
	s.store.away(func(b *storage.Batch) bool {
		later := feeds(b)
		if later {
			refused <- struct{}{}
		}
		return later
	})
	reader.say("/login reader "+password, "/history 200", "/who", "#t /ping")
	within(t, "pages are refused", func() { <-refused; <-refused })
	s.store.away(nil)
	reader.want("+ login reader waiting=300")
	reader.wantMessages(numbers)
	reader.want("+ history ")
	reader.want("= user ")
	reader.want("= user ")
	reader.want("+ who 2")
	reader.want("#t + ping")
	live := writer.ask("/msg reader live")
	if !strings.HasSuffix(live, " sent=1") {
		t.Error(live)
	}
	reader.want("* msg writer ")
}

// Somebody who leaves during that is gone.
func TestLeavingBetweenPages(t *testing.T) {
	s := start(t, func(o *setup) { o.Chat.StoreTimeout = time.Second })
	writer, reader := s.join("writer"), s.join("reader")
	reader.ask("/logout")
	numbers := writer.writes("reader", 100)
	s.store.away(feeds)
	reader.say("/login reader " + password)
	reader.want("+ login reader waiting=100")
	reader.reset()
	eventually(t, "the session is gone", func() bool { return writer.ask("/who") == "+ who 1" })
	s.store.away(nil)
	u := s.dial()
	u.say("/login reader " + password)
	u.want("+ login reader waiting=")
	for last := ""; !strings.HasPrefix(last, fmt.Sprintf("* msg writer %d ", numbers[len(numbers)-1])); {
		last = u.want("* msg writer ")
	}
}

// A registration is one commit: it is answered by what that has come to, and needs nothing more of the store.
func TestRegistrationIsOneCommit(t *testing.T) {
	s := start(t)
	u := s.dial()
	creates := func(b *storage.Batch) bool {
		return slices.ContainsFunc(b.Asks, func(a storage.Ask) bool { return a.Kind == storage.Create })
	}
	s.store.away(creates)
	if got := u.ask("/register alice " + password); !strings.HasPrefix(got, "- register unavailable") {
		t.Error(got)
	}
	s.store.away(func(b *storage.Batch) bool { return !creates(b) })
	if got := u.ask("/register bob " + password); got != "+ register bob" {
		t.Error(got)
	}
	s.store.away(nil)
	u.ask("/logout")
	if got := u.ask("/login alice " + password); !strings.HasPrefix(got, "- login bad-credentials") {
		t.Error(got)
	}
	if got := u.ask("/login bob " + password); !strings.HasPrefix(got, "+ login bob waiting=0 ") {
		t.Error(got)
	}
}

// Acks that the store refuses are asked again after a while, not again and again.
func TestAcksDoNotHammerTheStore(t *testing.T) {
	s := start(t, func(o *setup) { o.Chat.StoreTimeout = time.Minute })
	writer, reader := s.join("writer"), s.join("reader")
	asked := make(chan struct{}, 1<<20)
	s.store.away(func(b *storage.Batch) bool {
		if len(b.Acks) > 0 {
			asked <- struct{}{}
		}
		return len(b.Acks) > 0
	})
	reader.wantMessages(writer.writes("reader", 1))
	<-asked
	before := s.store.commits.Load()
	const posts = 50
	for range posts {
		if got := writer.ask("/msg reader hello"); !strings.HasPrefix(got, "- msg unavailable") {
			t.Error(got)
		}
	}
	if n := s.store.commits.Load() - before; n > 3*posts {
		t.Errorf("the store was asked %d times for %d messages", n, posts)
	}
	s.store.away(nil)
	if got := writer.ask("/msg reader hello"); !strings.HasPrefix(got, "+ msg reader ") {
		t.Error(got)
	}
	reader.want("* msg writer ")
	s.wantAcked("reader")
}

// A login that is under way when the time for it is over may go on; when it fails, the time is over.
func TestLoginTimeIsOverInMidLogin(t *testing.T) {
	s := start(t)
	s.store.holdSlow()
	u := s.dial()
	sh := s.shards[0]
	s.onLoop(sh, func() {
		if !sh.conns[0].timers.isArmed(timerLogin) {
			t.Error("it may take for ever")
		}
	})
	u.say("/login slow " + password)
	s.waitWorking(sh)
	timeIsOver := func() {
		c := sh.conns[0]
		c.expired(timerLogin)
		if !c.timers.isArmed(timerLogin) && c.state == open {
			t.Error("nobody looks at it again")
		}
	}
	s.onLoop(sh, timeIsOver)
	s.store.goOn()
	u.want("- login bad-credentials")
	s.onLoop(sh, timeIsOver)
	u.want("! login-timeout")
	u.wantEnd()
}
