package commands

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"parley/storage"
)

// Sessions of some accounts log in and out, speak, join, leave and kick each other at random, many in one batch. What each of them hears is compared
// with a model that knows neither deliveries nor presence: it goes through what the store has done one by one, and tells every member at once.
func TestRoomsAgainstModel(t *testing.T) {
	for seed := range uint64(20) {
		m := newCrowd(t, rand.New(rand.NewPCG(seed, 0)))
		for range 30 {
			m.batch()
			if m.check(); t.Failed() {
				t.Fatalf("seed %d, the last batch:\n%s", seed, strings.Join(m.diary, "\n"))
			}
		}
	}
}

// crowd is the model.
type crowd struct {
	*room
	rand    *rand.Rand
	people  []*person
	members map[string]map[string]bool // of rooms, by name
	inbox   map[string][]string        // of accounts, what was said to them in this batch
	lines   []crowdLine                // of this batch: the store is asked in this order
	seen    []storage.Batch            // what it has done
	diary   []string
}

// person is a session, and what the model knows of it.
type person struct {
	*visitor
	name string // of its account; empty when it is not logged in
	busy bool   // it has asked for something in this batch behind which nothing may follow
	want []string
}

type crowdLine struct {
	*person
	words []string
	name  string // who says it
}

var crowdNames = []string{"alice", "bob", "carol", "dave"}

func newCrowd(t *testing.T, r *rand.Rand) *crowd {
	m := &crowd{room: newRoom(t), rand: r, members: map[string]map[string]bool{storage.LobbyName: {}}}
	for _, name := range crowdNames {
		m.member(name).leave()
		m.members[storage.LobbyName][name] = true
	}
	m.visitors = nil
	for range 7 {
		m.people = append(m.people, &person{visitor: m.from("")})
	}
	return m
}

// batch has some things asked for at once.
func (m *crowd) batch() {
	m.lines, m.seen, m.diary, m.inbox = nil, nil, nil, map[string][]string{}
	m.store.set(func(s *memory) { clear(s.inbox) }) // what they have heard until now does not come again
	for _, p := range m.people {
		p.busy = false
		if p.name != "" && m.rand.IntN(10) == 0 {
			p.says("/logout\n")
			m.note(p, "logs out")
			p.name = ""
		}
	}
	release := m.hold()
	for range m.rand.IntN(12) {
		m.act(m.people[m.rand.IntN(len(m.people))])
	}
	m.store.set(func(s *memory) {
		s.after = func(b *storage.Batch) {
			m.seen = append(m.seen, storage.Batch{Asks: slices.Clone(b.Asks), Verdicts: slices.Clone(b.Verdicts), Events: slices.Clone(b.Events)})
		}
	})
	release()
	m.answered()
	m.store.set(func(s *memory) { s.after = nil })
}

// act has somebody do something.
func (m *crowd) act(p *person) {
	in := []string{storage.LobbyName, "#tea", "#beer", "#wine"}[m.rand.IntN(4)]
	whom := crowdNames[m.rand.IntN(len(crowdNames))]
	switch what := m.rand.IntN(12); {
	case p.busy:
	case p.name == "":
		p.name, p.busy = whom, true
		m.sends(p, "/login "+whom+" correct horse")
		m.asked(len(m.lines))
	case what < 5:
		m.sends(p, fmt.Sprintf("/msg %s text%d", in, m.rand.IntN(1000)))
	case what < 7:
		m.sends(p, fmt.Sprintf("/msg %s text%d", whom, m.rand.IntN(1000)))
	case p.outstanding > 0:
	default:
		p.busy = true
		switch {
		case what < 9:
			m.sends(p, "/join "+in)
			m.asked(len(m.lines))
		case what < 10:
			m.sends(p, "/leave "+in)
		default:
			m.sends(p, "/kick "+in+" "+whom)
		}
	}
}

func (m *crowd) sends(p *person, line string) {
	m.note(p, line)
	m.lines = append(m.lines, crowdLine{p, strings.Fields(line), p.name})
	p.visitor.sends(line)
}

func (m *crowd) note(p *person, what string) {
	for i := range m.people {
		if m.people[i] == p {
			m.diary = append(m.diary, fmt.Sprintf("%d (%s): %s", i, p.name, what))
		}
	}
}

// check compares what everybody has heard with the model.
func (m *crowd) check() {
	m.t.Helper()
	// In this batch somebody is here from his login on. A name stands for the account from the beginning, so it is taken away until then.
	absent := map[*person]bool{}
	for _, line := range m.lines {
		absent[line.person] = absent[line.person] || line.words[0] == "/login"
	}
	place := 0
	for _, b := range m.seen {
		events := b.Events
		for len(events) > 0 && events[0].Ask < 0 {
			events = events[1:] // who is not here any more, which the chat says when it likes
		}
		for i := range b.Verdicts {
			if b.Asks[i].Kind == storage.Seen {
				continue // the chat's own
			}
			line := m.lines[place]
			place++
			delete(absent, line.person)
			line.answered(b.Verdicts[i].Err != nil)
			if line.words[0] == "/login" {
				line.want = append(line.want, m.inbox[line.words[1]]...)
			}
			for own := true; len(events) > 0 && events[0].Ask == i; own = false {
				m.tell(&events[0], line.person, own, absent)
				events = events[1:]
			}
		}
	}
	if place != len(m.lines) {
		m.t.Errorf("the store has done %d asks of %d", place, len(m.lines))
	}
	for i, p := range m.people {
		m.note(p, "has heard:")
		p.hears(p.want...)
		if m.t.Failed() {
			m.t.Fatalf("that was session %d\n%s", i, strings.Join(m.diary, "\n"))
		}
		p.want = nil
	}
}

// answered adds the answer to a line.
func (l *crowdLine) answered(failed bool) {
	sign := "+ "
	if failed {
		sign = "- "
	}
	l.want = append(l.want, sign+l.words[0][1:]+" ")
}

// tell adds an event to what is heard by those whom it concerns. Own says that the asker has an answer in its place.
func (m *crowd) tell(e *storage.Event, asker *person, own bool, absent map[*person]bool) {
	room := e.ToName
	if e.Kind != storage.Message {
		room = e.Change.Room
	}
	if e.Kind == storage.Joined {
		if m.members[room] == nil {
			m.members[room] = map[string]bool{}
		}
		m.members[room][e.ToName] = true
	}
	if e.Kind == storage.Message && !e.Thread.IsRoom() {
		m.inbox[e.ToName] = append(m.inbox[e.ToName], fmt.Sprintf("* msg %s %d at=", e.FromName, e.Number))
	}
	for _, p := range m.people {
		if p.name == "" || absent[p] || p == asker && own && (e.Kind != storage.Message || e.Thread.IsRoom()) {
			continue
		}
		line := ""
		switch {
		case e.Kind == storage.Message && !e.Thread.IsRoom() && p.name == e.ToName:
			line = fmt.Sprintf("* msg %s %d: %s\r\n", e.FromName, e.Number, e.Text)
		case e.Kind == storage.Message && !e.Thread.IsRoom() && p.name == e.FromName && p != asker:
			line = fmt.Sprintf("* msg %s %d to=%s: %s\r\n", e.FromName, e.Number, e.ToName, e.Text)
		case !m.members[room][p.name] || !e.Thread.IsRoom():
		case e.Kind == storage.Message && room == storage.LobbyName:
			line = fmt.Sprintf("* all %s: %s\r\n", e.FromName, e.Text)
		case e.Kind == storage.Message:
			line = fmt.Sprintf("* say %s %s: %s\r\n", room, e.FromName, e.Text)
		case e.Kind == storage.Joined:
			line = fmt.Sprintf("* join %s %s\r\n", room, e.ToName)
		case e.Kind == storage.Left:
			line = fmt.Sprintf("* leave %s %s\r\n", room, e.ToName)
		case e.Kind == storage.Kicked:
			line = fmt.Sprintf("* kick %s %s by=%s\r\n", room, e.ToName, e.FromName)
		case e.Kind == storage.RoleSet:
			line = fmt.Sprintf("* role %s %s owner by=%s\r\n", room, e.ToName, e.FromName)
		}
		if line != "" {
			p.want = append(p.want, line)
		}
	}
	if e.Kind == storage.Left || e.Kind == storage.Kicked {
		delete(m.members[room], e.ToName)
	}
}
