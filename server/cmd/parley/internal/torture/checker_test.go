package torture

import (
	"io"
	"slices"
	"testing"
	"time"
)

func TestChecker(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(t *story)
		want  []Kind
	}{
		{"all is well", func(*story) {}, nil},
		{"what was never answered may appear", func(t *story) { t.appear(t.silent(), 16) }, nil},
		{"what was never answered, twice", func(t *story) { t.appear(t.silent(), 16); t.appear(t.silent(), 17) }, []Kind{Repeated, Twice}},
		{"numbers may jump", func(t *story) { jump(t, 1<<52) }, nil},

		{"kept and never read", func(t *story) { hide(t.bobAgain, "late"); t.bobAgain.waiting-- }, []Kind{Lost}},
		{"kept and read by somebody else only", func(t *story) {
			t.shows(t.carol, privateLine, t.late, "")
			hide(t.bobAgain, "late")
			t.bobAgain.waiting--
		}, []Kind{Disorder, Lost, Stranger}},

		{"kept in the lobby, not in the history", func(t *story) { t.unread(lobby, "noon") }, []Kind{Missing}},
		{"kept for bob, not in the history", func(t *story) { t.unread("alice bob", "three") }, []Kind{Missing}},
		{"the last that was kept, not in the history", func(t *story) { t.unread(lobby, "good") }, []Kind{Missing}},
		{"the first that was kept, not in the history", func(t *story) { t.unread(lobby, "early") }, []Kind{Missing}},
		{"missing in one reading of two", func(t *story) { t.look(lobby); t.unread(lobby, "noon") }, []Kind{Missing}},
		{"fell out of the history before it was read", func(t *story) { t.unread(lobby, "early"); t.reading(lobby).above = 2 }, nil},
		{"kept when the history was already being read", func(t *story) { t.unread(lobby, "good"); t.reading(lobby).asked = t.good.asked }, nil},
		{"read in the lobby, not in the history", func(t *story) { t.shows(t.carol, lobbyLine, t.silent(), ""); t.look(lobby) }, []Kind{Missing}},
		{"a history out of order", func(t *story) { slices.Reverse(t.reading(lobby).rows) }, []Kind{Disorder}},
		{"a history that changes", func(t *story) {
			t.look(lobby)
			t.reading(lobby).rows[1].from = "bob"
		}, []Kind{Disorder, Stranger}},
		{"a history that shows something twice", func(t *story) {
			r := t.reading(lobby)
			r.rows = append(r.rows, r.rows[len(r.rows)-1])
		}, []Kind{Disorder}},

		{"read under another number", func(t *story) { t.carol.lines[lineOf(t.carol, "answer")].seen.number = 99 }, []Kind{Twice}},
		{"two under one number", func(t *story) { t.good.number = 14 }, []Kind{Missing, Twice}},
		{"another number in the history", func(t *story) { t.reading("alice bob").rows[2].number = 99 }, []Kind{Missing, Twice}},
		{"one author's messages, said without waiting, kept in another order", func(t *story) {
			first, second := t.says(t.carol, "bob", "first", 17, 1), t.says(t.carol, "bob", "second", 16, 1)
			second.asked = first.asked
			t.shows(t.bobAgain, privateLine, second, "")
			t.shows(t.bobAgain, privateLine, first, "")
		}, []Kind{Disorder}},
		{"two authors' messages, said without waiting, kept in another order", func(t *story) {
			first, second := t.says(t.carol, "bob", "first", 17, 1), t.says(t.bobAgain, "carol", "second", 16, 1)
			second.asked = first.asked
			t.shows(t.bobAgain, privateLine, first, "")
			t.shows(t.carol, privateLine, second, "")
		}, nil},
		{"said by somebody else when the first was kept, kept before it", func(t *story) {
			first, second := t.says(t.carol, "bob", "first", 17, 1), t.says(t.bobAgain, "carol", "second", 16, 1)
			t.shows(t.bobAgain, privateLine, first, "")
			t.shows(t.carol, privateLine, second, "")
		}, []Kind{Disorder}},

		{"refused and shown", func(t *story) { t.appear(t.refused, 16) }, []Kind{Refused}},
		{"refused last of all, and brought back by a stop", func(t *story) {
			m := t.says(t.carol, "alice", "last", 0, 0)
			m.code = "unavailable"
			t.stop(1)
			t.appear(m, 16)
		}, []Kind{Refused}},
		{"unsure, with a store of one process", func(t *story) { t.refused.code = unsure }, []Kind{Groundless}},
		{"refused for an odd reason", func(t *story) { t.refused.code = "internal" }, []Kind{Groundless}},
		{"refused in the lobby as if there were an inbox", func(t *story) {
			m := t.says(t.carol, lobby, "x", 0, 0)
			m.code = "inbox-full"
		}, []Kind{Groundless}},
		{"refused, though the inbox can't be full", func(t *story) { t.refused.code = "inbox-full" }, []Kind{Groundless}},
		{"refused, and the inbox can be full", func(t *story) { t.refused.code = "inbox-full"; t.inbox = 2 }, nil},
		{"refused, and the inbox can be full by what was never answered", func(t *story) {
			t.refused.code = "inbox-full"
			t.messages = append(t.messages, &message{from: "carol", to: "bob", text: "unanswered", log: t.carol, asked: t.one.asked})
		}, nil},
		{"refused, and the inbox can be full, as it was before a later login", func(t *story) {
			t.refused.code = "inbox-full"
			t.inbox = 2
			t.login("bob", 0)
		}, nil},
		{"refused, though the inbox can't be full since the last login", func(t *story) { t.says(t.carol, "bob", "x", 0, 0).code = "inbox-full" }, []Kind{Groundless}},
		{"more waits than an inbox holds", func(t *story) { t.inbox = 1 }, []Kind{Waiting}},

		{"a command swallowed", func(t *story) { hide(t.carol, "two"); t.two.answered, t.two.number = time.Time{}, 0 }, []Kind{Unanswered}},
		{"a command answered twice", func(t *story) { again(t.carol, "two") }, []Kind{Unanswered}},
		{"commands answered in another order", func(t *story) { swap(t.carol, "morning", "two") }, []Kind{Disorder, Unanswered}},
		{"the last command not answered, the connection broken", func(t *story) { t.unanswered(t.bobAgain) }, nil},
		{"the last command not answered, the connection ended in order", func(t *story) { t.unanswered(t.bob) }, []Kind{Unanswered}},
		{"the last command not answered, behind /quit", func(t *story) { t.unanswered(t.bob); t.bob.closing = "bye" }, []Kind{Unanswered}},
		{"the last command not answered, told why", func(t *story) { t.unanswered(t.bob); t.drain(t.bob) }, nil},
		{"the last command not answered, the reader frozen", func(t *story) { t.unanswered(t.bob); t.bob.troubled = true }, nil},
		{"the last command not answered, the server killed", func(t *story) { t.unanswered(t.bob); t.epochs[1].stopped = t.bob.ended.Add(-1) }, nil},
		{"the last command not answered, the server killed later", func(t *story) { t.unanswered(t.bob); t.epochs[1].stopped = t.bob.ended.Add(1) }, []Kind{Unanswered}},
		{"the last command not answered, the client did not end it", func(t *story) { t.unanswered(t.bob); t.bob.leaving = false }, nil},

		{"private messages out of order", func(t *story) { swap(t.bob, "one", "three") }, []Kind{Disorder}},
		{"waiting messages out of order", func(t *story) { swap(t.bobAgain, "three", "late") }, []Kind{Disorder}},
		{"a private message twice in a session", func(t *story) { again(t.bob, "one") }, []Kind{Repeated}},
		{"a waiting message twice in a session", func(t *story) { again(t.bobAgain, "late") }, []Kind{Repeated}},
		{"a waiting message behind other events", func(t *story) { swap(t.bob, "waited", "morning") }, []Kind{Disorder}},
		{"first seen in a later session, behind what an earlier one showed", func(t *story) {
			hide(t.bob, "one")
			t.bobAgain.lines = slices.Insert(t.bobAgain.lines, 0, line{kind: privateLine, at: t.bobAgain.loggedIn, seen: t.seen(t.one, privateLine, "at")})
			t.bobAgain.waiting++
		}, []Kind{Disorder, NotLive}},
		{"never shown live", func(t *story) { hide(t.bob, "three") }, []Kind{NotLive}},
		{"never shown live to one of two sessions", func(t *story) { hide(t.alice2, "two") }, []Kind{NotLive}},
		{"shown live too late", func(t *story) { swap(t.bob, "one", "noon") }, []Kind{Disorder}},
		{"not shown behind the last that the reader said", func(t *story) { hide(t.carol, "answer") }, []Kind{Lost}},
		{"a copy never shown", func(t *story) { hide(t.alice2, "one") }, []Kind{NotLive}},
		{"a copy shown twice", func(t *story) { again(t.alice2, "one") }, []Kind{Repeated}},
		{"a copy to the session that said it", func(t *story) { t.shows(t.alice, copyLine, t.one, "") }, []Kind{Stranger}},
		{"a copy that says another recipient", func(t *story) { t.alice2.lines[lineOf(t.alice2, "one")].seen.to = "carol" }, []Kind{Stranger}},

		{"fewer came than waited", func(t *story) { t.bobAgain.waiting++ }, []Kind{Waiting}},
		{"fewer came than waited, and another session may have read them", func(t *story) { t.bobAgain.waiting++; t.bob.ended = time.Time{} }, nil},
		{"fewer came than waited, and the connection broke", func(t *story) {
			t.bob.waiting++
			t.bob.lines, t.bob.leaving, t.bob.ended = nil, false, time.Time{}
			t.bob.requests = nil
		}, []Kind{Lost}},

		{"stored, though a session was there", func(t *story) { t.one.sessions = 0 }, []Kind{Presence}},
		{"sent to one, though two sessions were there", func(t *story) { t.two.sessions = 1 }, []Kind{Presence}},
		{"sent, though nobody was there", func(t *story) { t.late.sessions = 1 }, []Kind{Presence}},
		{"sent to more than were there", func(t *story) { t.three.sessions = 2 }, []Kind{Presence}},
		{"sent, though the sessions were of another start", func(t *story) { t.late.sessions = 1; t.bob.ended = time.Time{}; t.bob.epoch = 0 }, []Kind{Presence}},
		{"sent to a session that may still have been there", func(t *story) { t.late.sessions = 1; t.bob.ended = t.late.asked }, nil},
		{"sent to a session that was not heard of any more", func(t *story) { t.late.sessions = 1; t.bob.ended = time.Time{} }, nil},

		{"at= of a later time", func(t *story) { t.bob.lines[0].seen.at = t.waited.asked.Add(5 * time.Second).Format(time.RFC3339) }, []Kind{WrongTime}},
		{"at= of an earlier time, everywhere", func(t *story) { t.everywhere(t.waited.asked.Add(-10 * time.Second)) }, []Kind{WrongTime}},
		{"at= of a later time, everywhere", func(t *story) { t.everywhere(t.good.asked.Add(10 * time.Second)) }, []Kind{WrongTime}},
		{"another at= in the history", func(t *story) {
			t.reading("alice bob").rows[0].at = t.waited.asked.Add(time.Second).Format(time.RFC3339)
		}, []Kind{WrongTime}},
		{"no at= in the history", func(t *story) { t.reading(lobby).rows[0].at = "" }, []Kind{WrongTime}},
		{"at= that is no time", func(t *story) { t.reading(lobby).rows[0].at = "noon" }, []Kind{WrongTime}},
		{"no at= though it has waited", func(t *story) { t.bobAgain.lines[1].seen.at = "" }, []Kind{Waiting, WrongTime}},
		{"at= though it was said just now", func(t *story) {
			i := lineOf(t.carol, "answer")
			t.carol.lines[i].seen = t.seen(t.answer, privateLine, "at")
		}, []Kind{Disorder, WrongTime}},

		{"the lobby out of order", func(t *story) { swap(t.alice, "morning", "noon") }, []Kind{Disorder}},
		{"the lobby twice", func(t *story) { again(t.alice, "noon") }, []Kind{Repeated}},
		{"one's own words once more", func(t *story) { t.shows(t.carol, lobbyLine, t.evening, "") }, []Kind{Repeated}},
		{"left out in the middle of the lobby", func(t *story) { hide(t.alice, "noon") }, []Kind{Skipped}},
		{"left out at the head", func(t *story) { hide(t.bob, "morning") }, []Kind{Skipped}},
		{"left out at the tail", func(t *story) { hide(t.bob, "evening", "fence0", "fence1") }, []Kind{Skipped}},
		{"the lobby never shown live", func(t *story) { hide(t.alice, "morning", "noon", "evening") }, []Kind{Skipped}},
		{"what another session of the account said, not shown", func(t *story) { hide(t.alice2, "fence0") }, []Kind{Skipped}},
		{"behind the last of a broken connection", func(t *story) { hide(t.carol, "good") }, nil},
		{"before the login", func(t *story) {
			t.bob.lines = slices.Insert(t.bob.lines, 1, line{kind: lobbyLine, at: t.bob.loggedIn, seen: t.seen(t.early, lobbyLine, "")})
		}, nil},
		{"before the login, with a gap", func(t *story) {
			t.carol.lines = slices.Insert(t.carol.lines, 0, line{kind: lobbyLine, at: t.carol.loggedIn, seen: t.seen(t.early, lobbyLine, "")})
			hide(t.carol, "noon")
		}, []Kind{Skipped}},

		{"a repeat in a later session", func(t *story) {
			t.bobAgain.lines = slices.Insert(t.bobAgain.lines, 0, line{kind: privateLine, at: t.bobAgain.loggedIn, seen: t.seen(t.one, privateLine, "at")})
			t.bobAgain.waiting++
		}, nil},
		{"the answer to something private, before what was kept earlier", func(t *story) {
			second, first := t.says(t.bobAgain, "carol", "second", 17, 1), t.says(t.carol, "bob", "first", 16, 1)
			first.asked = second.asked
			t.shows(t.bobAgain, privateLine, first, "")
			t.shows(t.carol, privateLine, second, "")
			t.all(t.says(t.bobAgain, lobby, "third", 18, 0))
		}, nil},
		{"something said in the lobby swallowed", func(t *story) {
			hide(t.carol, "morning")
			t.morning.answered, t.morning.number = time.Time{}, 0
		}, []Kind{Unanswered}},
		{"the last command not answered, the end never read", func(t *story) { t.unanswered(t.bob); t.bob.ended = time.Time{} }, nil},
		{"refused, and in the history between others", func(t *story) { t.between("alice bob", 2) }, []Kind{Refused}},
		{"refused in the lobby, and in the history between others", func(t *story) {
			t.refused.to = lobby
			t.between(lobby, 3)
		}, []Kind{Refused}},
		{"shown before its author read the answer, and not in the history", func(t *story) {
			t.unread(lobby, "good")
			t.good.answered = t.tick(time.Second)
		}, []Kind{Missing}},
		{"shown in the lobby when the history had been read", func(t *story) { t.shows(t.carol, lobbyLine, t.silent(), "") }, nil},
		{"shown in the lobby, and another history was read", func(t *story) {
			t.shows(t.carol, lobbyLine, t.silent(), "")
			t.look("alice bob")
		}, nil},
		{"shown in the lobby, and may have fallen out of the history", func(t *story) {
			t.shows(t.carol, lobbyLine, t.silent(), "")
			t.look(lobby)
			t.readings[len(t.readings)-1].above = 20
		}, nil},
		{"fewer came than waited, and another session came later", func(t *story) { t.bob.waiting++ }, []Kind{Waiting}},
		{"fewer came than waited, and the other session was of another start", func(t *story) {
			t.bobAgain.waiting++
			t.bob.ended, t.bob.epoch = time.Time{}, 0
		}, []Kind{Presence, Waiting}},
		{"said while what waits was still being shown", func(t *story) {
			t.bobAgain.asked, t.bobAgain.loggedIn = t.late.asked.Add(-2*time.Millisecond), t.late.asked.Add(-time.Millisecond)
			t.late.sessions = 1
		}, nil},
		{"left out in the lobby behind what was shown, said before the login was over", func(t *story) {
			t.carol.loggedIn = t.noon.answered
			hide(t.carol, "noon")
		}, []Kind{Skipped}},
		{"the wrong text under a number", func(t *story) { t.reading("alice bob").rows[1].number = 6 }, []Kind{Disorder, Missing, Twice, WrongTime}},
		{"a copy to the recipient", func(t *story) {
			s := t.seen(t.one, copyLine, "")
			s.to = "alice"
			t.bob.lines = append(t.bob.lines, line{kind: copyLine, at: t.tick(time.Millisecond), seen: s})
		}, []Kind{Stranger}},
		{"one's own words in place of the answer", func(t *story) {
			i := lineOf(t.carol, "evening")
			t.carol.lines[i] = line{kind: lobbyLine, at: t.carol.lines[i].at, seen: t.seen(t.evening, lobbyLine, "")}
			t.evening.answered, t.evening.number = time.Time{}, 0
		}, []Kind{Repeated, Unanswered}},

		{"nobody said it", func(t *story) { t.shows(t.bob, lobbyLine, &message{from: "carol", text: "boo"}, "") }, []Kind{Stranger}},
		{"somebody else said it", func(t *story) { t.alice.lines[lineOf(t.alice, "noon")].seen.from = "carol" }, []Kind{Stranger}},
		{"a private message in the lobby", func(t *story) { t.shows(t.carol, lobbyLine, t.one, "") }, []Kind{Stranger}},
		{"a private message to its author", func(t *story) { t.shows(t.alice, privateLine, t.three, "") }, []Kind{Stranger}},
		{"a private message in another's history", func(t *story) {
			r := t.reading("bob carol")
			r.rows = slices.Insert(r.rows, 0, t.seen(t.one, privateLine, "at"))
		}, []Kind{Stranger}},
		{"noticed by a client", func(t *story) { t.notice(Breach{Crashed, ""}) }, []Kind{Crashed}},

		{"nothing was said", func(t *story) { *t.history = *newHistory(3, io.Discard) }, []Kind{TooLittle}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStory()
			test.spoil(s)
			slices.Sort(test.want)
			breaches := s.check()
			if got := kinds(breaches); !slices.Equal(got, test.want) {
				t.Fatalf("the checker names %q, want %q: %q", got, test.want, breaches)
			}
		})
	}
}

// kinds are those of the breaches, sorted, each once; nil for none.
func kinds(breaches []Breach) []Kind {
	var all []Kind
	for _, b := range breaches {
		all = append(all, b.Kind)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
