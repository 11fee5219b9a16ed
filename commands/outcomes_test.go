package commands

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"parley/protocol"
	"parley/storage"
)

// What the chat does when a commit has no outcome, and what it tells the store of who is here.

// next has the next batch with asks end so. Done says that it is done all the same.
func (r *room) next(outcome error, done bool) {
	r.store.set(func(m *memory) { m.outcome, m.undone = outcome, !done })
}

// TestUnsure: every command that changes something may be answered so. What was done after all is told to all who are here, the asker as well.
func TestUnsure(t *testing.T) {
	for _, line := range []string{
		"/all hi", "/msg bob hi", "/msg #tea hi", "/join #new", "/leave #tea", "/topic #tea hi", "/invite #tea dave", "/room #tea quiet", "/role #tea bob op",
		"/kick #tea bob", "/ban #tea bob", "/mute #tea bob", "/unban #tea carol", "/block bob", "/away", "/back", "/token", "/passwd", "/register eve correct horse",
	} {
		for _, done := range []bool{true, false} {
			r := newRoom(t)
			tea := r.inTea("alice", "bob", "carol")
			r.member("dave").leave()
			alice := tea[0]
			alice.wants("/ban #tea carol", "+ ban")
			command := strings.Fields(line[1:])[0]
			if command == "register" {
				alice.leave()
			}
			alice.took()
			if r.next(storage.ErrUnsure, done); command == "passwd" {
				line = "/passwd\ncorrect horse\nbattery staple"
			}
			if heard := alice.says(line + "\n"); !strings.Contains(heard, "- "+command+" unsure: ") {
				t.Fatalf("%s is answered %q", line, heard)
			}
		}
	}
}

// TestUnsureAndDone: the events come later.
func TestUnsureAndDone(t *testing.T) {
	r := newRoom(t)
	tea := r.inTea("alice", "bob")
	alice, bob := tea[0], tea[1]
	for _, c := range []struct{ line, alice, bob string }{
		{"/msg bob one", " to=bob: one\r\n", ": one\r\n"},
		{"/all two", "* all alice: two\r\n", "* all alice: two\r\n"},
		{"/msg #tea three", "* say #tea alice: three\r\n", "* say #tea alice: three\r\n"},
		{"/topic #tea four", "* topic #tea alice: four\r\n", "* topic #tea alice: four\r\n"},
		{"/leave #tea", "* leave #tea alice\r\n", "* leave #tea alice\r\n"},
		{"/join #tea", "* join #tea alice\r\n", "* join #tea alice\r\n"},
	} {
		r.next(storage.ErrUnsure, true)
		command := strings.Fields(c.line[1:])[0]
		alice.wants(c.line, "- "+command+" unsure: ")
		alice.eventually("alice is shown what she did", c.alice)
		bob.eventually("bob is shown it", c.bob)
	}
	bob.wants("/msg #tea she hears it", "+ msg #tea ")
	alice.hears("* say #tea bob: she hears it\r\n")
}

// TestUnsureVerdict: the outcome of one ask is not known, while that of the batch is.
func TestUnsureVerdict(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	r.store.set(func(m *memory) {
		m.after = func(b *storage.Batch) {
			for i := range b.Asks {
				if string(b.Asks[i].Text) == "unsure" {
					b.Verdicts[i].Err = storage.ErrUnsure
					b.Events = slices.DeleteFunc(b.Events, func(e storage.Event) bool { return e.Ask == i })
				}
			}
		}
	})
	r.inOneBatch(func() { alice.sends("/all one", "/all unsure", "/all three") })
	alice.hears("+ all ", "- all unsure: ", "+ all ")
}

// TestLoginsAreNeverUnsure: nothing is lost by trying again, and who is not here is not kept as here.
func TestLoginsAreNeverUnsure(t *testing.T) {
	for _, done := range []bool{true, false} {
		r := newRoom(t)
		alice := r.member("alice")
		r.member("bob").leave()
		alice.wants("/watch bob", "+ watch 1")
		bob := r.from("")
		secret := "parley_AAAAAAAAAAAAAAAAAAAAAAAAAA"
		r.store.set(func(m *memory) { m.tokens[storage.TokenHash(secret)] = "bob" })
		for _, password := range []string{"correct horse", secret} {
			r.next(storage.ErrUnsure, done)
			bob.wants("/login bob "+password, "- login unavailable retry=1: ")
			if done {
				alice.eventually("bob seems to come, and was never here", "* here bob\r\n* gone bob\r\n")
			}
			r.known("alice")
		}
		bob.wants("/login bob correct horse", "+ login bob ")
		r.known("alice", "bob")
	}
}

// TestUnsureRegistration leaves nobody behind, either.
func TestUnsureRegistration(t *testing.T) {
	r := newRoom(t)
	bob := r.from("")
	r.next(storage.ErrUnsure, true)
	bob.wants("/register bob correct horse", "- register unsure: The store did not say whether it has made the account. ")
	r.known()
	bob.wants("/register bob correct horse", "- register name-taken bob: ")
	bob.wants("/login bob correct horse", "+ login bob ")
	r.known("bob")
}

// known waits until the store knows that these accounts are here and no others, each with the sessions that it has.
func (r *room) known(names ...string) {
	r.t.Helper()
	want := map[storage.ID]string{}
	r.chat.presence.mu.RLock()
	for id, a := range r.chat.presence.online {
		want[id] = a.name
		for _, s := range a.sessions {
			want[id] += fmt.Sprint(" ", s.id, s.client(), s.token)
		}
	}
	r.chat.presence.mu.RUnlock()
	if len(want) != len(names) {
		r.t.Fatalf("online are %v, want %q", want, names)
	}
	got := map[storage.ID]string{}
	r.poll("the store knows who is here", func() bool {
		r.chat.Commit()
		r.store.set(func(m *memory) {
			clear(got)
			for id, p := range m.known {
				got[id] = p.Name
				for _, s := range p.Sessions {
					got[id] += fmt.Sprint(" ", s.ID, s.Client, s.Token)
				}
			}
		})
		return fmt.Sprint(got) == fmt.Sprint(want)
	})
}

// TestBuried: nothing of the batch is done, all sessions end, and what is known of the server is read again.
func TestBuried(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	bob.wants("/watch alice", "+ watch 1")
	bob.says("/format json\n")
	r.store.set(func(m *memory) {
		m.locked = true
		m.sanctions = append(m.sanctions, memorySanction{0, storage.Sanction{Target: "192.0.2.0/24"}})
	})
	r.chat.bans.add(storage.Sanction{Target: "198.51.100.0/24"}) // it was taken back meanwhile
	r.next(storage.ErrBuried, false)
	release := r.hold()
	alice.sends("/all one", "/all two")
	release()
	alice.eventually("the end", "! resync: ")
	bob.eventually("the end in bob's format", `{"type":"end","code":"resync",`)
	r.answered()
	r.until("both are gone", func() bool { return !alice.session.LoggedIn() && !bob.session.LoggedIn() })
	r.known()
	if n := len(r.chat.watches.sessions); n > 0 {
		t.Errorf("%d are watched", n)
	}
	r.poll("it is known what is forbidden", func() bool { return r.chat.Lockdown() && r.chat.bans.Len() == 1 })
	r.from("192.0.2.7").wants("/login alice correct horse", "- login banned: ")
	alice = r.again("alice")
	alice.wants("/who", "+ who 1")
	alice.wants("/history", "+ history 0")
	r.known("alice")
}

// TestAcksOfBefore: what has reached a session that had to end says nothing of the store as it is now, which may be another one. What reaches a session
// that has come since counts.
func TestAcksOfBefore(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	alice.wants("/msg bob one", "+ msg bob")
	old, account := &bob.session, bob.session.account.id
	r.store.set(func(m *memory) { m.failAcks = true }) // this one is to be tried again
	r.chat.Ack(old, account, math.MaxInt64)
	r.poll("it has failed", func() (failed bool) {
		r.store.set(func(m *memory) { failed = !m.failAcks })
		return failed
	})
	r.next(storage.ErrBuried, false)
	alice.sends("/all two")
	alice.eventually("the end", "! resync: ")
	bob.eventually("the end", "! resync: ")
	r.chat.Ack(old, account, math.MaxInt64)
	r.chat.AckInvite(old, account, math.MaxInt64)
	alice = r.again("alice")
	alice.wants("/all three", "+ all ")
	waiting := func() (n int) {
		r.store.set(func(m *memory) { n = len(m.inbox[account]) })
		return n
	}
	if waiting() != 1 {
		t.Error("it does not wait any more")
	}
	bob = r.again("bob")
	r.chat.Ack(&bob.session, account, math.MaxInt64)
	r.poll("it is acknowledged", func() bool { return waiting() == 0 })
}

// TestBuriedAnswers: each ask is answered before the end.
func TestBuriedAnswers(t *testing.T) {
	r := newRoom(t)
	alice, bob, carol := r.member("alice"), r.member("bob"), r.member("carol")
	carol.leave()
	r.inOneBatch(func() {
		r.next(storage.ErrBuried, false)
		alice.sends("/all one", "/all two")
		bob.joins("#tea")
		carol.sends("/login carol correct horse")
		r.asked(4)
	})
	r.until("the end of both", func() bool { return alice.isTold("! resync: ") && bob.isTold("! resync: ") })
	alice.hears("- all unavailable retry=1: ", "- all unavailable retry=1: ", "! resync: ")
	bob.hears("- join unavailable retry=1: ", "! resync: ")
	carol.hears("- login unavailable retry=1: ")
	carol.wants("/login carol correct horse", "+ login carol ")
	r.known("carol")
}

// TestForgotten: the store has lost who is here, and what is forbidden may have changed.
func TestForgotten(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	r.again("alice")
	r.member("bob")
	r.store.set(func(m *memory) {
		clear(m.known)
		m.known[99] = storage.Present{Account: 99, Name: "ghost"}
		m.locked, m.forgotten = true, true
	})
	r.known("alice", "bob")
	r.poll("the lockdown is known", r.chat.Lockdown)
	alice.wants("/who", "+ who 2")
}

// TestReadAgain: what an event has changed while the state of the server was read is not undone by what was read before.
func TestReadAgain(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	started, goOn := make(chan struct{}, 100), make(chan struct{})
	r.store.set(func(m *memory) {
		m.forgotten = true
		m.reading = func() { started <- struct{}{}; <-goOn }
	})
	r.chat.Commit()
	<-started // the lockdown was read: off
	r.store.set(func(m *memory) { m.locked = true })
	r.store.happens(storage.Event{Kind: storage.LockdownSet, Number: 1000, Change: &storage.Change{On: true}})
	r.poll("the lockdown is known", r.chat.Lockdown)
	close(goOn)
	<-started // once more
	alice.wants("/all the committer goes on", "+ all ")
	if !r.chat.Lockdown() {
		t.Error("what was read before is believed")
	}
}

// TestPresenceIsToldAgain: the store did not take it.
func TestPresenceIsToldAgain(t *testing.T) {
	for _, outcome := range []error{storage.ErrUnavailable, storage.ErrUnsure} {
		r := newRoom(t)
		alice, bob := r.member("alice"), r.member("bob")
		bobToo := r.again("bob")
		r.next(outcome, false)
		release := r.hold()
		bob.leave()
		alice.sends("/all hi")
		release()
		r.answered()
		r.known("alice", "bob")
		bobToo.says("/format json\n")
		r.known("alice", "bob")
		bobToo.leave()
		r.known("alice")
	}
}

// TestActivityIsTold: at each heartbeat, of those who have sent something, and only to other nodes.
func TestActivityIsTold(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	alice.wants("/all the logins are told", "+ all ")
	told := make(chan []storage.Present, 1000)
	r.store.set(func(m *memory) {
		m.before = func(b *storage.Batch) {
			if len(b.Present) > 0 {
				told <- slices.Clone(b.Present)
			}
		}
	})
	beats := func(n int) {
		start := 0
		r.store.set(func(m *memory) { start = m.commits })
		r.poll("heartbeats", func() bool {
			now := 0
			r.store.set(func(m *memory) { now = m.commits })
			return now >= start+n
		})
	}
	bob.session.active.Store(noon.Unix() * 2)
	beats(2)
	if len(told) > 0 {
		t.Errorf("while it was alone it told of %v", <-told)
	}
	r.store.set(func(m *memory) { m.crowded = true })
	for range 100 {
		if list := <-told; slices.ContainsFunc(list, func(p storage.Present) bool { return p.Name == "bob" && p.Active.Unix() == noon.Unix()*2 }) {
			break
		}
	}
	beats(2)
	for len(told) > 0 {
		if list := <-told; slices.ContainsFunc(list, func(p storage.Present) bool { return p.Name == "bob" }) {
			t.Errorf("it tells again of %v", list)
		}
	}
}

// TestPresenceIsExact: people come, go and change their format at random, while commits fail. In the end the store knows exactly who is here.
func TestPresenceIsExact(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		r := newRoom(t)
		names := []string{"alice", "bob", "carol"}
		for _, name := range names {
			r.member(name).leave()
		}
		var here []*visitor
		for range 60 {
			switch what := random.IntN(10); {
			case what < 1:
				r.next([]error{storage.ErrUnavailable, storage.ErrUnsure, storage.ErrUnsure, storage.ErrBuried}[random.IntN(4)], random.IntN(2) == 0)
			case what < 5 || len(here) == 0:
				v := r.from("")
				v.says("/login " + names[random.IntN(3)] + " correct horse\n")
				here = append(here, v)
			case what < 7:
				v := here[random.IntN(len(here))]
				v.says("/format " + []string{"text", "json"}[random.IntN(2)] + "\n")
			default:
				i := random.IntN(len(here))
				here[i].leave()
				here = slices.Delete(here, i, i+1)
			}
			here = slices.DeleteFunc(here, func(v *visitor) bool { return !v.session.LoggedIn() })
		}
		r.answered()
		online := map[string]bool{}
		for _, v := range here {
			if v.session.LoggedIn() {
				online[v.session.Name()] = true
			}
		}
		r.known(slices.Collect(maps.Keys(online))...)
		r.visitors = nil
	}
}

// TestRefusalUnsure is what clients are told.
func TestRefusalUnsure(t *testing.T) {
	told := string(protocol.Text.AppendFailure(nil, nil, "msg", tell(storage.ErrUnsure)))
	if told != "- msg unsure: The store did not say whether it has this. If it was kept, you will be shown it; you may look at /history before you say it again.\r\n" {
		t.Errorf("got %q", told)
	}
}
