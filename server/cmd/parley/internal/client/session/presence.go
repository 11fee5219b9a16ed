package session

import (
	"slices"
	"strings"

	"parley/protocol"
)

// threadsAsked is how many of the latest conversations are opened at the login.
const threadsAsked = 50

// Person is somebody of whom the server has said something.
type Person struct {
	Name string
	Here bool   // is online
	Away bool   // is online, and has said /away
	Role string // in the room of which this is a member; empty: none
}

// personOf reads a row of /who.
func personOf(r protocol.Reply) Person {
	here := has(r, "idle")
	return Person{Name: valueOf(r, "name"), Here: here, Away: here && has(r, "away"), Role: valueOf(r, "role")}
}

// people are those whom the session knows of, by key.
type people struct {
	byKey   map[string]*Person
	watched map[string]bool // threads that this connection watches
}

func (p *people) set(one Person) {
	if p.byKey == nil {
		p.byKey = map[string]*Person{}
	}
	one.Role = ""
	p.byKey[key(one.Name)] = &one
}

// People are the members of the room that is shown, those who are online first, each by name. None are known of a room that was not shown on this
// connection.
func (s *Session) People(t *Thread) []Person {
	if t.people == nil && t.members != nil {
		t.people = make([]Person, 0, len(t.members))
		for _, one := range t.members {
			t.people = append(t.people, *one)
		}
		slices.SortFunc(t.people, comparePeople)
	}
	return t.people
}

func comparePeople(a, b Person) int {
	if a.Here != b.Here {
		if a.Here {
			return -1
		}
		return 1
	}
	return strings.Compare(key(a.Name), key(b.Name))
}

// askRooms asks in which rooms the account is, and goes on to catch up when it knows.
func (s *Session) askRooms() {
	catchesUp, moves := s.state == Returning, s.moves
	var rooms []protocol.Reply
	row := func(r protocol.Reply) { rooms = append(rooms, r) }
	s.command("/rooms", row, func(r protocol.Reply) {
		switch {
		case r.Sigil == protocol.Failed && passing(codeOf(r)):
			s.roomsAt = s.now.Add(retryOf(r))
			return
		case s.moves != moves: // the answer is older than what was heard meanwhile
			s.askRooms()
			return
		case r.Sigil == protocol.Done:
			s.isIn(rooms, catchesUp)
		}
		if catchesUp {
			s.since()
		}
	})
}

// isIn takes in which rooms the account is.
func (s *Session) isIn(rooms []protocol.Reply, catchesUp bool) {
	mine := map[*Thread]bool{}
	for _, r := range rooms {
		t := s.named(valueOf(r, "room"))
		mine[t] = true
		s.joined(t)
		t.row(r)
		if unread := int(numberOf(r, "unread")); !catchesUp && unread > 0 {
			s.unread(t, unread)
		}
	}
	for _, t := range s.Threads() {
		if t.Member && !mine[t] {
			s.parted(t)
			s.notice(t, s.say("You are not in %s any more.", t.Name))
		}
	}
}

// row takes what the server says of the room.
func (t *Thread) row(r protocol.Reply) {
	t.Members, t.HereCount = int(numberOf(r, "members")), int(numberOf(r, "here"))
	t.Role, t.Topic = valueOf(r, "role"), r.Text
}

// unread takes how many messages were missed in a room before the login.
func (s *Session) unread(t *Thread, count int) {
	if t == s.shown {
		t.toFind = count
		t.markNew()
		return
	}
	t.Unread += count
	t.firstNew = 0
}

// askRoom asks about one room, which the account has just joined.
func (s *Session) askRoom(t *Thread) {
	s.command("/rooms "+t.Name, t.row, nil)
}

// askPeople asks who is online, and with whom the account has talked.
func (s *Session) askPeople(again bool) {
	for _, one := range s.people.byKey {
		one.Here, one.Away = false, false
	}
	s.command("/who", func(r protocol.Reply) { s.people.set(personOf(r)) }, func(protocol.Reply) {
		for _, t := range s.threads {
			s.greet(t)
		}
	})
	var talked []string
	row := func(r protocol.Reply) {
		t := s.named(valueOf(r, "thread"))
		if !again {
			t.counted = numberOf(r, "number")
		}
		if !t.Room {
			talked = append(talked, t.Name)
		}
	}
	s.command("/threads "+itoa(threadsAsked), row, func(protocol.Reply) {
		if len(talked) > 0 {
			s.command("/watch "+strings.Join(talked, " "), nil, nil)
		}
		for _, name := range talked {
			s.watching(name)
		}
	})
}

// greet shows in a thread what is known of whom it is with.
func (s *Session) greet(t *Thread) {
	if one := s.people.byKey[key(t.Name)]; one != nil && !t.Room {
		t.Here, t.Away = one.Here, one.Away
	}
}

// watching notes that a thread is watched, and reports whether that is new.
func (s *Session) watching(name string) bool {
	if s.people.watched[key(name)] {
		return false
	}
	if s.people.watched == nil {
		s.people.watched = map[string]bool{}
	}
	s.people.watched[key(name)] = true
	return true
}

// watch asks who is in a thread, and to be told who comes and goes there.
func (s *Session) watch(t *Thread) {
	if t.Room && !t.Member || !s.watching(t.Name) {
		return
	}
	s.command("/watch "+t.Name, nil, nil)
	if !t.Room {
		return
	}
	members := map[string]*Person{}
	row := func(r protocol.Reply) {
		one := personOf(r)
		members[key(one.Name)] = &one
		s.people.set(one)
	}
	s.command("/who "+t.Name, row, func(r protocol.Reply) {
		if r.Sigil == protocol.Done {
			t.members = members
			t.count()
		}
	})
}

// count counts the members, where they are known one by one.
func (t *Thread) count() {
	if t.members == nil {
		return
	}
	t.people = nil
	t.Members, t.HereCount = len(t.members), 0
	for _, one := range t.members {
		if one.Here {
			t.HereCount++
		}
	}
}

// come is when somebody has joined the room.
func (t *Thread) come(name string) {
	if t.members == nil {
		t.Members, t.HereCount = t.Members+1, t.HereCount+1
		return
	}
	t.members[key(name)] = &Person{Name: name, Here: true}
	t.count()
}

// gone is when somebody is no member any more.
func (t *Thread) gone(name string) {
	if t.members == nil {
		t.Members = max(0, t.Members-1)
		return
	}
	delete(t.members, key(name))
	t.count()
}

// role is when somebody has another role.
func (t *Thread) role(name, role string, me bool) {
	if role == "none" {
		role = ""
	}
	if me {
		t.Role = role
	}
	if one := t.members[key(name)]; one != nil {
		one.Role, t.people = role, nil
	}
}

// saw notes where somebody is, by what the server has answered to the person.
func (s *Session) saw(one Person) {
	s.people.set(one)
	if t := s.threads[key(one.Name)]; t != nil {
		s.greet(t)
	}
}

// cameOrWent is when somebody whom the session watches has come, or has gone.
func (s *Session) cameOrWent(r protocol.Reply) {
	name, here := valueOf(r, "name"), r.Word == "here"
	s.people.set(Person{Name: name, Here: here})
	for _, t := range s.threads {
		s.greet(t)
		if in := t.members[key(name)]; in != nil {
			in.Here, in.Away = here, false
			t.count()
		}
	}
}
