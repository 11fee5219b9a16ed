package commands

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"parley/storage"
)

// What somebody has missed in his rooms, and what he has read since.

// unread returns what /rooms says of it: "#room=messages" for each room with any.
func (v *visitor) unread() string {
	v.room.t.Helper()
	var all []string
	for line := range strings.Lines(v.says("/rooms\n")) {
		if _, missed, ok := strings.Cut(strings.TrimSpace(line), " unread="); ok {
			all = append(all, strings.Fields(line)[2]+"="+missed)
		}
	}
	return strings.Join(all, " ")
}

// saysIn says so many things in a room.
func (v *visitor) saysIn(room string, times int) {
	v.room.t.Helper()
	for i := range times {
		v.wants(fmt.Sprintf("/msg %s %d", room, i), "+ msg "+room)
	}
}

// newest is the number of the last event of the store.
func (r *room) newest() (number int64) {
	r.store.set(func(m *memory) { number = m.number })
	return number
}

// TestUnread: what was said while somebody was away, or did not reach him, he has missed.
func TestUnread(t *testing.T) {
	r := newRoom(t)
	tea := r.inTea("alice", "bob")
	alice, bob := tea[0], tea[1]
	alice.saysIn("#tea", 3)
	bob.reached = r.newest()
	alice.saysIn("#tea", 2)
	alice.saysIn("#lobby", 1)
	bob.leave()
	alice.saysIn("#tea", 4)
	bob = r.again("bob")
	if got := bob.unread(); got != "#lobby=1 #tea=6" {
		t.Errorf("bob has missed %s", got)
	}
	bob.says("/history #tea 5\n") // the latest ones: he has not read all
	if got := bob.unread(); got != "#lobby=1 #tea=6" {
		t.Errorf("after five of six bob has missed %s", got)
	}
	alice.saysIn("#tea", 2)
	bob.says("/history #tea\n")
	if got := bob.unread(); got != "#lobby=1" {
		t.Errorf("after the history bob has missed %s", got)
	}
	bob.reached = r.newest()
	bob.leave()
	bob = r.again("bob")
	if got := bob.unread(); got != "#lobby=1" {
		t.Errorf("at the next login bob has missed %s", got)
	}
	bob.says("/since 0\n")
	bob.leave()
	if got := r.again("bob").unread(); got != "" {
		t.Errorf("after /since bob has missed %s", got)
	}
}

// TestUnreadPageByPage: /history and /since may come in pieces. What was shown is not missed any more.
func TestUnreadPageByPage(t *testing.T) {
	for _, command := range []string{"/history #tea 3 after=", "/since 3 count="} {
		r := newRoom(t)
		tea := r.inTea("alice", "bob")
		alice, bob := tea[0], tea[1]
		bob.reached = r.newest()
		bob.leave()
		alice.saysIn("#tea", 7)
		bob = r.again("bob")
		after := "0"
		for _, want := range []string{"#tea=4", "#tea=1", ""} {
			line := command + after
			if strings.HasPrefix(command, "/since") {
				line = "/since " + after + " 3"
			}
			_, after, _ = strings.Cut(bob.asks(line), " more=")
			if got := bob.unread(); got != want {
				t.Errorf("%s: bob has missed %q, want %q", line, got, want)
			}
		}
	}
}

// TestReadingsAtRandom: sessions come and go, hear, and are shown pieces of what was said. Nothing is ever noted as read that was not heard or
// shown; and if everything was shown, nothing is unread.
func TestReadingsAtRandom(t *testing.T) {
	for seed := range uint64(500) {
		m := newReader(rand.New(rand.NewPCG(seed, 0)))
		for range 60 {
			m.step()
			if m.wrong != "" {
				t.Fatalf("seed %d: %s\n%s", seed, m.wrong, strings.Join(m.diary, "\n"))
			}
		}
	}
}

// reader is an account with some rooms, and what it has really had of them.
type reader struct {
	rand     *rand.Rand
	p        *presence
	number   int64                  // the last of all
	said     map[storage.ID][]int64 // in each room
	had      map[storage.ID]map[int64]bool
	read     map[storage.ID]int64 // what the store knows
	sessions []*readerSession
	diary    []string
	wrong    string
}

type readerSession struct {
	*Session
	from, heard int64
}

func newReader(r *rand.Rand) *reader {
	m := &reader{rand: r, p: newPresence(), number: 10, said: map[storage.ID][]int64{}, had: map[storage.ID]map[int64]bool{}, read: map[storage.ID]int64{}}
	for room := range storage.ID(3) {
		m.had[room+1] = map[int64]bool{}
	}
	return m
}

func (m *reader) note(format string, args ...any) {
	m.diary = append(m.diary, fmt.Sprintf(format, args...))
}

func (m *reader) step() {
	room := storage.ID(1 + m.rand.IntN(3))
	switch what := m.rand.IntN(10); {
	case what < 4:
		m.number++
		m.said[room] = append(m.said[room], m.number)
		m.note("%d is said in %d", m.number, room)
	case what < 5 || len(m.sessions) == 0:
		m.enter()
	case what < 7:
		s := m.sessions[m.rand.IntN(len(m.sessions))]
		m.hears(s)
		m.p.heard(s.Session, s.heard)
		for _, list := range m.p.someMoved(10) {
			m.keep(list)
		}
	case what < 9:
		m.isShown(room)
	default:
		i := m.rand.IntN(len(m.sessions))
		s := m.sessions[i]
		m.sessions = slices.Delete(m.sessions, i, i+1)
		m.hears(s)
		m.note("a session ends, which has heard up to %d", s.heard)
		if a := m.p.leave(s.Session, s.heard); a != nil {
			m.keep(m.p.readings(a))
		}
	}
}

func (m *reader) enter() {
	e := &entry{account: storage.Account{ID: 9, Key: "bob"}, since: m.number}
	for room := storage.ID(1); room <= 3; room++ {
		one := storage.Membership{RoomInfo: storage.RoomInfo{Room: storage.Room{ID: room}}, Read: m.read[room]}
		for _, n := range m.said[room] {
			if n > one.Read {
				one.Unread++
			}
		}
		e.rooms = append(e.rooms, one)
	}
	s := &readerSession{Session: &Session{}, from: m.number, heard: m.number}
	m.p.enter(s.Session, e)
	m.sessions = append(m.sessions, s)
	m.note("a session begins at %d, the store knows %v", m.number, m.read)
}

// hears has a session hear some more of what was said since it came.
func (m *reader) hears(s *readerSession) {
	upto := s.heard + m.rand.Int64N(m.number-s.heard+1)
	for room, said := range m.said {
		for _, n := range said {
			if n > s.heard && n <= upto {
				m.had[room][n] = true
			}
		}
	}
	s.heard = upto
	m.note("a session hears up to %d", upto)
}

// isShown shows some of what was said, in a room or in all of them.
func (m *reader) isShown(room storage.ID) {
	from := m.rand.Int64N(m.number + 1)
	upto := from + m.rand.Int64N(m.number-from+1)
	all := m.rand.IntN(2) == 0
	if m.rand.IntN(4) == 0 {
		from, upto = 0, m.number
	}
	var shown []storage.Event
	for other, said := range m.said {
		for _, n := range said {
			if n > from && n <= upto && (all || other == room) {
				shown = append(shown, storage.Event{Thread: storage.RoomThread(other), Number: n})
				m.had[other][n] = true
			}
		}
	}
	a := m.sessions[0].account
	if all {
		room = 0
	}
	m.note("of room %d it is shown what is above %d, up to %d", room, from, upto)
	m.keep(m.p.read(a, room, from, upto, shown))
	if unread := m.p.unread(a); from == 0 && upto == m.number {
		for id, n := range unread {
			if n > 0 && (all || id == room) {
				m.wrong = fmt.Sprintf("it was shown all of room %d, and %d are unread", id, n)
			}
		}
	}
}

// keep notes a reading as the store does, and compares it with what was had.
func (m *reader) keep(list []storage.Reading) {
	for _, one := range list {
		m.note("noted as read: %v", one)
		m.read[one.Room] = max(m.read[one.Room], one.Number)
		for _, n := range m.said[one.Room] {
			if n <= one.Number && !m.had[one.Room][n] {
				m.wrong = fmt.Sprintf("of room %d all is read up to %d, but %d was not had", one.Room, one.Number, n)
			}
		}
	}
}
