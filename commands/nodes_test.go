package commands

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/commands/ratelimit"
	"parley/storage"
)

// What other nodes do, and how the chat here looks to them. The store in memory plays the others.

// eventually waits until something is heard, whatever else is.
func (v *visitor) eventually(what, line string) {
	v.room.t.Helper()
	heard := ""
	v.room.until(what, func() bool { heard += v.took(); return strings.Contains(heard, line) })
}

func (r *room) id(name string) (id storage.ID) {
	r.store.set(func(m *memory) { id = m.accounts[name].ID })
	return id
}

// elsewhere has accounts logged in on another node.
func (r *room) elsewhere(list ...storage.Present) {
	for i := range list {
		list[i].Account = r.id(list[i].Name)
	}
	r.store.set(func(m *memory) { m.crowded, m.others = true, list })
}

// sessionsOn are so many sessions on another node.
func sessionsOn(ids ...int64) (list []storage.Session) {
	for _, id := range ids {
		list = append(list, storage.Session{ID: id, From: "192.0.2.9", Client: "json", Token: "3fa9c2e1", Since: noon})
	}
	return list
}

// TestWhatOthersSay comes at once, to all whom it concerns. The bell brings it.
func TestWhatOthersSay(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	aliceToo := r.again("alice")
	for i := range 20 {
		r.store.happens(r.store.said("bob", "#lobby", fmt.Sprint("lobby ", i)), r.store.said("alice", "bob", fmt.Sprint("private ", i)))
		want := fmt.Sprintf("* all bob: lobby %d\r\n", i)
		alice.eventually("the lobby", want)
		r.until("the copies", func() bool { return strings.Contains(aliceToo.took(), fmt.Sprint("to=bob: private ", i)) })
		bob.eventually("what was said to bob", fmt.Sprintf(": private %d\r\n", i))
	}
}

// TestBellIsAnsweredAtOnce: not at the next heartbeat, and until nothing more comes, which is how the store knows what was read.
func TestBellIsAnsweredAtOnce(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	last := 0
	r.store.set(func(m *memory) { m.after = func(b *storage.Batch) { last = len(b.Events) } })
	begun := time.Now()
	for i := range 100 {
		r.store.happens(r.store.said("alice", "#lobby", fmt.Sprint(i)))
		alice.eventually("what was said", fmt.Sprintf("* all alice: %d\r\n", i))
	}
	r.poll("a commit behind the last one that brought something", func() bool {
		brought := 0
		r.store.set(func(*memory) { brought = last })
		return brought == 0
	})
	if beats := int(time.Since(begun) / heartbeat); beats >= 100 {
		t.Errorf("each took a heartbeat: %d", beats)
	}
}

// TestAwayEndsWithTheLastSession, also where the end is told just before the account comes back.
func TestAwayEndsWithTheLastSession(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	r.member("bob").leave()
	r.known("alice")
	bob, id := r.from(""), r.id("bob")
	release := r.hold()
	bob.sends("/login bob correct horse")
	r.asked(1)
	r.store.happens(storage.Event{Kind: storage.AwaySet, To: id, ToName: "bob", Change: &storage.Change{On: true}}, storage.Event{Kind: storage.Gone, To: id, ToName: "bob"})
	release()
	r.answered()
	if got := alice.asks("/msg bob hi"); !strings.HasSuffix(got, " sent=1") {
		t.Errorf("got %q", got)
	}
}

// TestForeignEvents: what is done on another node does here what it does there.
func TestForeignEvents(t *testing.T) {
	event := func(kind storage.EventKind, change storage.Change) storage.Event {
		return storage.Event{Kind: kind, Number: 1000, Change: &change}
	}
	for _, c := range []struct {
		e    storage.Event
		want string
	}{
		{event(storage.PasswordChanged, storage.Change{}), "! replaced: "},
		{event(storage.AccountRemoved, storage.Change{}), "! removed: "},
		{event(storage.Kicked, storage.Change{}), "! ended: An operator has ended your session."},
		{event(storage.Banned, storage.Change{}), "! banned: You are banned from this server."},
		{event(storage.TokenRevoked, storage.Change{}), "! ended: The token of this session was revoked."},
		{storage.Event{Kind: storage.SessionEnded, Change: &storage.Change{Session: 2}}, "! ended: You have ended this session."},
	} {
		r := newRoom(t)
		alice, bob := r.member("alice"), r.member("bob")
		c.e.To, c.e.ToName = r.id("bob"), "bob"
		r.store.happens(c.e)
		bob.eventually(c.want, c.want)
		r.until("bob's session has ended", func() bool { return !bob.session.LoggedIn() })
		alice.wants("/who", "+ who 1")
		alice.hears()
	}
}

// TestKickedElsewhereWhileLoggingIn: the session that a login begins is ended by what happens behind it, and not by what happened before.
func TestKickedElsewhereWhileLoggingIn(t *testing.T) {
	r := newRoom(t)
	r.member("bob").leave()
	bob := r.from("")
	release := r.hold()
	bob.sends("/login bob correct horse")
	r.asked(1)
	id := r.id("bob")
	r.store.happens(storage.Event{Kind: storage.Kicked, Number: 1000, To: id, ToName: "bob"}, storage.Event{Kind: storage.SessionEnded, To: id, Change: &storage.Change{Session: 1}})
	release()
	r.answered()
	bob.hears("+ login bob ")
	r.store.happens(storage.Event{Kind: storage.PasswordChanged, Number: 1001, To: id, ToName: "bob"})
	bob.eventually("the end", "! replaced: ")
}

// TestSaidElsewhereWhileLoggingIn: what is said behind the login reaches the session, also if something was asked for before it in the same batch that
// nobody is told of.
func TestSaidElsewhereWhileLoggingIn(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	r.member("bob").leave()
	bob := r.from("")
	release := r.hold()
	alice.sends("/msg nobody hi")
	r.asked(1)
	bob.sends("/login bob correct horse")
	r.asked(2)
	said := storage.Event{Kind: storage.Message, Number: 1000, Thread: storage.PairThread(r.id("alice"), r.id("bob")),
		From: r.id("alice"), FromName: "alice", To: r.id("bob"), ToName: "bob", Text: []byte("welcome")}
	r.store.set(func(m *memory) {
		m.before = func(b *storage.Batch) {
			if len(b.Asks) == 2 {
				m.happens(said)
			}
		}
	})
	release()
	r.answered()
	bob.eventually("what was said behind the login", "* msg alice 1000: welcome")
}

// TestAddressBannedElsewhere holds for those who log in later, too.
func TestAddressBannedElsewhere(t *testing.T) {
	r := newRoom(t)
	r.member("bob").leave()
	bob, late := r.from("192.0.2.7"), r.from("192.0.2.8")
	bob.wants("/login bob correct horse", "+ login bob ")
	ban := storage.Event{Kind: storage.Banned, Number: 1000, ToName: "192.0.2.0/24", Change: &storage.Change{}}
	r.store.happens(ban)
	bob.eventually("the ban", "! banned: ")
	late.wants("/login bob correct horse", "- login banned: ")
	ban.Kind, ban.Number = storage.Unbanned, 1001
	r.store.happens(ban)
	r.poll("it is over", func() bool { return strings.HasPrefix(late.asks("/login bob correct horse"), "+ login") })
}

// TestWatchOnNodes: who comes and goes is told where somebody watches, wherever it happens.
func TestWatchOnNodes(t *testing.T) {
	r := newRoom(t)
	alice := r.inTea("alice", "bob")[0]
	tea := storage.ID(0)
	r.store.set(func(m *memory) { tea = m.rooms["#tea"].ID })
	alice.wants("/watch #tea", "+ watch 1")
	alice.took()
	carol := storage.Event{Kind: storage.Here, To: 99, ToName: "carol", Change: &storage.Change{Rooms: []storage.ID{lobby, tea}}}
	r.store.happens(carol)
	alice.eventually("she comes", "* here carol\r\n")
	carol.Kind = storage.Gone
	r.store.happens(carol)
	alice.eventually("she goes", "* gone carol\r\n")
	carol.Change = &storage.Change{Rooms: []storage.ID{lobby}}
	r.store.happens(carol, r.store.said("bob", "#tea", "a mark"))
	r.until("the mark", func() bool {
		heard := alice.took()
		if strings.Contains(heard, "carol") {
			t.Errorf("alice hears %q", heard)
		}
		return strings.Contains(heard, "a mark")
	})
}

// TestWhoOnNodes: everything that counts who is here counts those on other nodes, each account once.
func TestWhoOnNodes(t *testing.T) {
	r := newRoom(t)
	tea := r.inTea("alice", "bob", "carol", "dave")
	alice, bob := tea[0], tea[1]
	tea[2].leave()
	tea[3].leave()
	r.known("alice", "bob")
	now := time.Now()
	lunch := "lunch"
	r.elsewhere(storage.Present{Name: "alice", Active: now.Add(-time.Hour), Sessions: sessionsOn(7, 8)},
		storage.Present{Name: "carol", Active: now.Add(-100 * time.Second), Sessions: sessionsOn(9), Away: &lunch},
		storage.Present{Name: "carol", Active: now.Add(-50 * time.Second), Sessions: sessionsOn(10), Away: &lunch})
	list := strings.Split(strings.ReplaceAll(alice.says("/who\n"), "idle=51", "idle=50"), "\r\n")
	want := []string{"= user alice idle=0 sessions=3", "= user bob idle=0 sessions=1", "= user carol idle=50 sessions=2 away: lunch", "+ who 3", ""}
	if !reflect.DeepEqual(list, want) {
		t.Errorf("got %q", list)
	}
	list = strings.Split(strings.ReplaceAll(alice.says("/who #tea\n"), "idle=51", "idle=50"), "\r\n")
	want = []string{"= user alice idle=0 sessions=3 role=owner", "= user bob idle=0 sessions=1", "= user carol idle=50 sessions=2 away: lunch", "= user dave away", "+ who 4", ""}
	if !reflect.DeepEqual(list, want) {
		t.Errorf("got %q", list)
	}
	if got := alice.says("/rooms\n"); !strings.Contains(got, "= room #lobby members=4 here=3\r\n= room #tea members=4 here=3 role=owner\r\n") {
		t.Errorf("got %q", got)
	}
	bob.wants("/leave #tea", "+ leave #tea")
	bob.wants("/join #tea", "+ join #tea members=4 here=3")
	r.store.set(func(m *memory) { m.silent = true })
	for _, line := range []string{"/who", "/who #tea", "/rooms", "/sessions", "/end 7"} {
		alice.wants(line, "- "+strings.Fields(line[1:])[0]+" unavailable retry=1: ")
	}
	bob.wants("/leave #tea", "+ leave #tea")
	bob.wants("/join #tea", "+ join #tea members=4 here=2")
	r.store.set(func(m *memory) { m.silent, m.crowded = false, false }) // the others are gone
	alice.wants("/who", "+ who 2")
}

// TestSentOnNodes: an answer counts the recipient's sessions everywhere, and so does what is kept for a repeat.
func TestSentOnNodes(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	bot := r.again("alice")
	bot.says("/format json\n")
	away := "skiing"
	reach := storage.Reach{}
	r.store.set(func(m *memory) {
		m.after = func(b *storage.Batch) {
			for i := range b.Asks {
				if b.Asks[i].Kind == storage.Say {
					b.Verdicts[i].Reach = reach
				}
			}
		}
	})
	for _, c := range []struct {
		reach storage.Reach
		here  int
		want  string
		json  string
	}{
		{storage.Reach{Sessions: 2}, 1, " sent=3", `,"sent":3}`},
		{storage.Reach{}, 1, " sent=1", `,"sent":1}`},
		{storage.Reach{Sessions: 2, Away: &away}, 0, " sent=2 away: skiing", `,"sent":2,"away":true,"text":"skiing"}`},
		{storage.Reach{}, 0, " stored", `,"stored":true}`},
	} {
		if c.here == 0 && bob.session.LoggedIn() {
			bob.leave()
		}
		r.store.set(func(*memory) { reach = c.reach })
		if got := alice.asks("/msg bob hi"); !strings.HasSuffix(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if once := bot.says(fmt.Sprintf(`{"do":"msg","to":"bob","text":"hi","once":"%s"}`+"\n", c.want)); !strings.Contains(once, c.json) {
			t.Errorf("with a key: got %q, want %q", once, c.json)
		}
	}
}

// TestAwayOnNodes: what an account says about being away holds on every node where it is.
func TestAwayOnNodes(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	r.store.happens(storage.Event{Kind: storage.AwaySet, To: r.id("bob"), ToName: "bob", Text: []byte("lunch"), Change: &storage.Change{On: true}})
	r.poll("he is away", func() bool { return strings.HasSuffix(alice.asks("/msg bob hi"), " sent=1 away: lunch") })
	bob.wants("/back", "+ back")
	if got := alice.asks("/msg bob hi"); !strings.HasSuffix(got, " sent=1") {
		t.Errorf("got %q", got)
	}
	bob.wants("/away tea", "+ away: tea")
	bob.leave()
	lunch := "lunch on another node"
	r.elsewhere(storage.Present{Name: "bob", Sessions: sessionsOn(7), Away: &lunch})
	r.store.set(func(m *memory) { m.aways[m.others[0].Account] = &lunch })
	r.again("bob")
	if got := alice.asks("/msg bob hi"); !strings.HasSuffix(got, " sent=1 away: "+lunch) {
		t.Errorf("got %q", got)
	}
}

// TestSessionsOnNodes are listed, and ended, wherever they are.
func TestSessionsOnNodes(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	r.again("alice")
	r.elsewhere(storage.Present{Name: "alice", Sessions: sessionsOn(70, 71)})
	lines := strings.Split(alice.says("/sessions\n"), "\r\n")
	first := "= session 70 from=192.0.2.9 since=2026-11-19T12:00:00Z client=json token=3fa9c2e1"
	if len(lines) != 6 || lines[0] != first && lines[2] != first || lines[4] != "+ sessions 4" {
		t.Errorf("got %q", lines)
	}
	var ended []int64
	r.store.set(func(m *memory) {
		m.after = func(b *storage.Batch) {
			for _, e := range b.Events {
				if e.Kind == storage.SessionEnded {
					ended = append(ended, e.Change.Session)
				}
			}
		}
	})
	alice.wants("/end 71", "+ end 71")
	alice.wants("/end 72", "- end no-such-session 72: ")
	alice.wants("/end 2", "+ end 2")
	r.store.set(func(*memory) {
		if !reflect.DeepEqual(ended, []int64{71}) {
			t.Errorf("the others were told of %v", ended)
		}
	})
	if heard := alice.says("/end 1\n"); heard != "+ end 1\r\n! ended: You have ended this session.\r\n" || alice.session.LoggedIn() {
		t.Errorf("got %q", heard)
	}
}

// TestStatsOfNodes has the sums of all nodes, and a row for each.
func TestStatsOfNodes(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	r.store.set(func(m *memory) {
		a := m.accounts["alice"]
		a.Operator = true
		m.accounts["alice"] = a
		m.nodes = []storage.Node{
			{Self: storage.Self{Address: "10.0.0.1:8888", Version: "1.0"}, ID: "one", Started: noon, Accounts: 1, Sessions: 1, This: true},
			{ID: "two", Started: noon, Accounts: 2, Sessions: 3, Silent: 1900 * time.Millisecond},
		}
	})
	alice.leave()
	alice = r.again("alice")
	r.member("bob").leave()
	r.elsewhere(storage.Present{Name: "alice", Sessions: sessionsOn(70)}, storage.Present{Name: "bob", Sessions: sessionsOn(71, 72)})
	heard := alice.says("/stats\n")
	for _, want := range []string{
		"= stat accounts=2: ", "= stat sessions=4: ", "= stat nodes=2: ",
		"= node one address=10.0.0.1:8888 version=1.0 since=2026-11-19T12:00:00Z accounts=1 sessions=1 silent=0 this\r\n" +
			"= node two since=2026-11-19T12:00:00Z accounts=2 sessions=3 silent=1\r\n+ stats 12\r\n",
	} {
		if !strings.Contains(heard, want) {
			t.Errorf("%q is not in %q", want, heard)
		}
	}
}

// TestLimitsOnNodes count what is done on all of them, and what is done here where the store can't say.
func TestLimitsOnNodes(t *testing.T) {
	r := newRoom(t, func(c *Config) {
		c.LoginRate, c.NewRoomRate = ratelimit.Per(30, time.Hour), ratelimit.Per(2, time.Hour)
		c.RegisterRate, c.RegisterRateAll = ratelimit.Per(3, time.Hour), ratelimit.Per(9, time.Hour)
	})
	alice := r.member("alice")
	r.store.set(func(m *memory) {
		m.crowded = true
		m.taken["login:192.0.2.1/32"] = 29
		m.taken["register:192.0.2.1/32"], m.taken["register"] = 2, 7
		m.taken[fmt.Sprint("rooms:", m.accounts["alice"].ID)] = 1
	})
	one, other := r.from("192.0.2.1"), r.from("192.0.2.2")
	one.wants("/login alice correct horse", "+ login alice ")
	one.leave()
	one.wants("/login alice correct horse", "- login rate-limited retry=120: ")
	one.wants("/register carol correct horse", "+ register carol")
	one.leave()
	one.wants("/register dave correct horse", "- register rate-limited retry=1200: ")
	other.wants("/register dave correct horse", "+ register dave")
	other.leave()
	other.wants("/register eve correct horse", "- register rate-limited retry=400: ")
	alice.wants("/join #one", "+ join #one ")
	alice.wants("/join #one", "- join already-in-room #one: ")
	alice.wants("/join #two", "- join rate-limited retry=1800: You have made many rooms")
	r.store.set(func(m *memory) { m.silent = true })
	one.wants("/login alice correct horse", "+ login alice ")
	one.leave()
	alice.wants("/join #two", "+ join #two ")
	alice.wants("/join #three", "- join rate-limited retry=")
}

// TestGuessesOnNodes: wrong passwords are counted together, right ones cost nothing.
func TestGuessesOnNodes(t *testing.T) {
	r := newRoom(t)
	r.member("alice").leave()
	r.store.set(func(m *memory) { m.crowded, m.taken["guess:alice:192.0.2.1/32"] = true, Guesses-1 })
	mallory, owner := r.from("192.0.2.1"), r.from("192.0.2.2")
	for range 3 * Guesses {
		owner.wants("/login alice correct horse", "+ login alice ")
		owner.leave()
	}
	mallory.wants("/login alice open sesame", "- login bad-credentials: ")
	mallory.wants("/login alice open sesame", "- login rate-limited retry=15: ")
	mallory.wants("/login alice correct horse", "- login rate-limited retry=15: ") // it is not looked at
	owner.wants("/login alice correct horse", "+ login alice ")
	r.store.set(func(m *memory) { m.taken["guess:alice:192.0.2.2/32"] = Guesses })
	if heard := owner.says("/passwd\nwrong\nbattery staple\n"); !strings.Contains(heard, "- passwd rate-limited retry=15: ") {
		t.Errorf("got %q", heard)
	}
}
