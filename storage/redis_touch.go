package storage

import (
	"fmt"
	"strings"
)

// touch is something that the rules of other nodes may remember and that has changed:
//
//	m ROOM ACCOUNT BY   how an account stands with a room, and by how much the members have become more
//	r ROOM              the room itself
//	p ACCOUNT           an account
//	v                   something that is only listed
type touch struct {
	kind          byte
	room, account ID
	by            int
}

// touchOf reads what String has written.
func touchOf(line string) (t touch, ok bool) {
	words := strings.Split(line, " ")
	if len(words[0]) != 1 {
		return t, false
	}
	t.kind = words[0][0]
	switch {
	case t.kind == 'm' && len(words) == 4:
		t.room, t.account, t.by = idOf(words[1]), idOf(words[2]), int(numberOf(words[3]))
	case t.kind == 'r' && len(words) == 2:
		t.room = idOf(words[1])
	case t.kind == 'p' && len(words) == 2:
		t.account = idOf(words[1])
	case t.kind != 'v' || len(words) != 1:
		return t, false
	}
	return t, true
}

func (t touch) String() string {
	switch t.kind {
	case 'm':
		return fmt.Sprintf("m %d %d %d", t.room, t.account, t.by)
	case 'r':
		return fmt.Sprintf("r %d", t.room)
	case 'p':
		return fmt.Sprintf("p %d", t.account)
	}
	return "v"
}

func (t *touch) renumber(base int64) {
	t.room, t.account = givenID(t.room, base), givenID(t.account, base)
}

// touchBy returns what it touches that after is kept in place of before. False: nothing that others remember.
func touchBy(before, after record) (t touch, ok bool) {
	one := after
	if one == nil {
		one = before
	}
	switch r := one.(type) {
	case *memberRecord:
		if isReading(before, after) {
			return t, false
		}
		return touch{'m', r.Room, r.Account, int(flag(after != nil) - flag(before != nil))}, true
	case *inviteRecord:
		return touch{'m', r.Room, r.Account, 0}, true
	case *sanctionRecord:
		if r.Room != 0 {
			return touch{'m', r.Room, r.Account, 0}, true
		}
		if r.Account != 0 {
			return touch{kind: 'p', account: r.Account}, true
		}
	case *roomRecord:
		return touch{kind: 'r', room: r.ID}, true
	case *blockRecord:
		return touch{kind: 'p', account: r.Account}, true
	case *operatorRecord:
		return touch{kind: 'p', account: r.Account}, true
	case *registeredRecord:
		return touch{kind: 'p', account: r.Account}, true
	case *onceRecord, *awayRecord:
		return t, false
	}
	return touch{kind: 'v'}, true
}

// isReading reports whether a membership changes only in how far it was read.
func isReading(before, after record) bool {
	old, _ := before.(*memberRecord)
	m, _ := after.(*memberRecord)
	return old != nil && m != nil && old.Since == m.Since && old.Role == m.Role
}

// touched forgets what another node has changed.
func (r *rules) touched(t touch) {
	switch t.kind {
	case 'm':
		r.forgetPerson(t.account) // it has more rooms, or fewer
		if in := r.byID[t.room]; in != nil {
			delete(in.standings, t.account)
			in.members += t.by
		}
	case 'r':
		r.forgetRoom(t.room)
	case 'p':
		r.forgetPerson(t.account)
	}
}

func (r *rules) forgetRoom(id ID) {
	if in := r.byID[id]; in != nil {
		delete(r.rooms, in.Key)
		delete(r.byID, id)
		delete(r.looks, in.Look)
	}
}

func (r *rules) forgetPerson(id ID) {
	if p := r.persons[id]; p != nil {
		delete(r.persons, id)
		delete(r.ids, p.key)
	}
}
