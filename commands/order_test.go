package commands

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/protocol"
	"parley/storage"
)

// What several do at once, and what others do to the store, as the sessions see it.

// once has something done when an account was read for the first time.
func (r *room) once(f func()) {
	var one sync.Once
	r.store.set(func(m *memory) { m.read = func(string) { one.Do(f) } })
}

// TestPasswordChangedDuringALogin: a password is changed when a login has read the old one.
func TestPasswordChangedDuringALogin(t *testing.T) {
	r := newRoom(t)
	r.member("alice").leave()
	other := r.from("")
	other.wants("/register other battery staple", "+ register other")
	r.once(func() { r.setHash("alice", r.hash("other")) })
	other.leave()
	v := r.from("")
	v.wants("/login alice correct horse", "- login bad-credentials")
	v.wants("/who", "- who login-required")
}

// TestPasswordChangedDuringPasswd: it is changed twice at the same time, and only one of the two is told that it is done.
func TestPasswordChangedDuringPasswd(t *testing.T) {
	r := newRoom(t)
	alice, other := r.member("alice"), r.member("other")
	winner := r.hash("other")
	r.once(func() { r.setHash("alice", winner) })
	other.leave()
	if heard := alice.says("/passwd\ncorrect horse\nbattery staple\n"); !strings.Contains(heard, "- passwd bad-credentials") {
		t.Errorf("got %q", heard)
	}
	if r.hash("alice") != winner {
		t.Error("the first change is lost")
	}
}

// TestErrorsOfTheStoreAreNotTold: they are for the log.
func TestErrorsOfTheStoreAreNotTold(t *testing.T) {
	r := newRoom(t)
	r.store.set(func(m *memory) { m.err = errors.New("row 7 of /var/lib/parley is damaged") })
	heard := r.from("").says("/login alice correct horse\n")
	if !strings.HasPrefix(heard, "- login internal: ") || strings.Contains(heard, "damaged") {
		t.Errorf("the client is told %q", heard)
	}
	if !strings.Contains(r.log.String(), "row 7") {
		t.Error("the log does not say what is damaged")
	}
}

// TestRemovedAccountsSessionsEnd: another process removes the account, while nobody does anything here.
func TestRemovedAccountsSessionsEnd(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	r.store.remove("alice")
	r.until("alice's session ends", func() bool { return !alice.session.LoggedIn() })
	if heard := alice.took(); !strings.HasPrefix(heard, "! removed: ") {
		t.Errorf("alice is told %q", heard)
	}
	bob.wants("/who", "+ who 1")
}

// TestRemovalTakesItsPlaceInTheOrder: what is said behind the removal is said without her.
func TestRemovalTakesItsPlaceInTheOrder(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	var one sync.Once
	r.store.set(func(m *memory) {
		m.before = func(b *storage.Batch) {
			if len(b.Asks) > 0 {
				one.Do(func() { r.store.remove("alice") })
			}
		}
	})
	bob.wants("she is gone", "+ all")
	if heard := alice.took(); !strings.HasPrefix(heard, "! removed: ") || strings.Contains(heard, "she is gone") {
		t.Errorf("alice is told %q", heard)
	}
}

// TestSessionOfALostAccountEnds: the store has lost the account, so that no event will say so.
func TestSessionOfALostAccountEnds(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	r.store.lose("alice")
	if heard := alice.says("/all hello\n"); !strings.HasPrefix(heard, "- all ") || !strings.Contains(heard, "\n! removed: ") {
		t.Errorf("alice is told %q", heard)
	}
	if alice.session.LoggedIn() {
		t.Error("her session goes on")
	}
}

// TestSuccessorStaysOnline: somebody has taken the name of a removed account, whose last session ends only now.
func TestSuccessorStaysOnline(t *testing.T) {
	p := newPresence()
	old, successor := &Session{}, &Session{}
	p.enter(old, &entry{account: storage.Account{ID: 2, Key: "alice", Name: "alice"}})
	p.enter(successor, &entry{account: storage.Account{ID: 3, Key: "alice", Name: "Alice"}})
	p.leave(old, 0)
	p.leave(old, 0)
	if got := p.sessions(3); len(got) != 1 || got[0] != successor {
		t.Errorf("the sessions are %v", got)
	}
	if list := p.who(0); len(list) != 1 || list[3].name != "Alice" {
		t.Errorf("online are %v", list)
	}
	name := []byte("Alice")
	if n := testing.AllocsPerRun(100, func() { p.key(name) }); n > 0 {
		t.Errorf("the name of somebody who is online takes memory %v times", n)
	}
}

// TestAcksNeverGoBack: two sessions of an account acknowledge, and the slower one says the lower number.
func TestAcksNeverGoBack(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	session := &r.member("bob").session
	bob := session.account.id
	alice.wants("/msg bob one", "+ msg bob")
	alice.wants("/msg bob two", "+ msg bob")
	started, goOn := make(chan struct{}, 100), make(chan struct{})
	r.store.set(func(m *memory) {
		m.before = func(*storage.Batch) { started <- struct{}{}; <-goOn }
	})
	<-started // a heartbeat: what is asked for now comes with the next commit
	r.store.mu.Lock()
	numbers := []int64{r.store.inbox[bob][0].Number, r.store.inbox[bob][1].Number}
	r.store.mu.Unlock()
	r.chat.Ack(session, bob, numbers[1])
	r.chat.Ack(session, bob, numbers[0])
	close(goOn)
	<-started
	alice.wants("/ping", "+ ping")
	alice.wants("done", "+ all") // a commit behind that of the acks, or that one
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	if left := len(r.store.inbox[bob]); left != 0 {
		t.Errorf("%d messages are still there", left)
	}
}

// TestAcksAreTriedAgain: the store has failed in the middle of a batch, which had them.
func TestAcksAreTriedAgain(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	session := &r.member("bob").session
	bob := session.account.id
	alice.wants("/msg bob one", "+ msg bob")
	r.store.set(func(m *memory) { m.failAcks = true })
	r.chat.Ack(session, bob, math.MaxInt64)
	late := time.After(soon)
	for left := 1; left > 0; {
		alice.wants("one more commit", "+ all")
		r.store.set(func(m *memory) { left = len(m.inbox[bob]) })
		select {
		case <-late:
			t.Fatal("the message is still there")
		default:
		}
	}
}

// TestDeliveriesAppended: two deliveries, one behind the other, are as one that was made of all, whichever of the events are written in JSON too.
func TestDeliveriesAppended(t *testing.T) {
	s := &Session{}
	for inJSON := range 1 << 4 { // a bit for each event
		events := 0
		said := func(d *Delivery, room storage.ID, text string) {
			used := Formats{protocol.Text}
			if inJSON>>events&1 == 1 {
				used = append(used, protocol.JSON)
			}
			events++
			d.Say(room, &protocol.Event{Room: "#x", From: "alice", Text: []byte(text)}, used)
		}
		first := func(d *Delivery) {
			events = 0
			said(d, 1, "one")
			d.add(answer, s, []byte("+ one\r\n"))
			said(d, 2, "two")
			d.add(reformat, s, nil).number = int64(protocol.JSON)
		}
		second := func(d *Delivery) {
			events = 2
			said(d, 1, "three")
			d.add(own, s, []byte("+ two\r\n"))
			said(d, 1, "four")
			d.Private(s, 7, &protocol.Event{Kind: protocol.PrivateMessage, Number: 9, From: "bob", Text: []byte("psst")})
		}
		var a, b, whole Delivery
		first(&a)
		second(&b)
		a.Append(&b)
		first(&whole)
		second(&whole)
		if !reflect.DeepEqual(a, whole) {
			t.Errorf("got\n%+v\nwant\n%+v", a, whole)
		}
		for place, bits := range map[int][]int{0: {0, 2, 3}, 1: {1}} { // the events of each room
			w := &a.rooms[place]
			for i, bit := range bits {
				words := w.In(protocol.JSON).From(i, i+1)
				if written := inJSON>>bit&1 == 1; written != (strings.Count(string(words), "\n") == 1) || !written && len(words) > 0 {
					t.Errorf("of %04b, the event %d of room %d is %q", inJSON, i, place+1, words)
				}
			}
		}
	}
}

// TestPasswordChangedJustAfterALogin: another process changes the password when the store has let a login in, before it has done the rest of the
// batch. The event comes with the same commit.
func TestPasswordChangedJustAfterALogin(t *testing.T) {
	r := newRoom(t)
	id := r.member("alice").session.account.id
	r.store.set(func(m *memory) {
		m.before = func(b *storage.Batch) {
			if len(b.Asks) == 0 || b.Asks[0].Kind != storage.Enter {
				return
			}
			r.store.set(func(m *memory) {
				m.foreign = append(m.foreign, storage.Event{Kind: storage.PasswordChanged, Number: m.number + 1, To: id, Ask: -1})
			})
		}
	})
	v := r.from("")
	if heard := v.says("/login alice correct horse\n"); !strings.HasPrefix(heard, "+ login alice waiting=0 ") || !strings.Contains(heard, "\r\n! replaced: ") {
		t.Errorf("got %q", heard)
	}
	if v.session.LoggedIn() {
		t.Error("the session goes on")
	}
}
