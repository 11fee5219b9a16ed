package storage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/storage"
)

// comings says who has come and gone by a batch, and by which ask.
func (c chat) comings(b *storage.Batch) (lines []string) {
	c.t.Helper()
	words := map[storage.EventKind]string{storage.Here: "here", storage.Gone: "gone"}
	for i := range b.Events {
		e := &b.Events[i]
		switch word := words[e.Kind]; {
		case e.Kind == storage.AwaySet && e.Change.On:
			word = "away"
			lines = append(lines, fmt.Sprintf("%s %s %q by ask %d", word, e.ToName, e.Text, e.Ask))
		case e.Kind == storage.AwaySet:
			lines = append(lines, fmt.Sprintf("back %s by ask %d", e.ToName, e.Ask))
		case e.Kind == storage.SessionEnded:
			lines = append(lines, fmt.Sprintf("end %d of %s by ask %d", e.Change.Session, e.ToName, e.Ask))
		case word != "":
			lines = append(lines, fmt.Sprintf("%s %s in %d rooms by ask %d", word, e.ToName, len(e.Change.Rooms), e.Ask))
		default:
			continue
		}
		if e.Number != 0 || e.To == 0 && e.Kind != storage.Gone {
			c.t.Errorf("got %+v", e)
		}
	}
	return lines
}

// begins is the ask by which a session begins.
func (c chat) begins(key string) storage.Ask {
	c.t.Helper()
	a, err := c.Account(soon(c.t), key)
	if err != nil {
		c.t.Fatal(err)
	}
	return storage.Ask{Kind: storage.Enter, Account: a.ID, Hash: a.Hash, Begins: &storage.Session{From: "::1", Client: "text", Since: time.Now()}}
}

// present says which sessions an account has here.
func (c chat) present(key string, sessions ...int64) storage.Present {
	c.t.Helper()
	p := storage.Present{Account: c.id(key), Name: strings.ToUpper(key[:1]) + key[1:]}
	for _, id := range sessions {
		p.Sessions = append(p.Sessions, storage.Session{ID: id})
	}
	return p
}

// TestHereAndGone: the first session of an account and the end of its last one are events, each in its place.
func TestHereAndGone(t *testing.T) {
	c := openFor(t, kinds[0].url(t), modelSizes["generous"])
	c.register("Alice", "Bob")
	c.join("#go", "alice")
	carol := create("Carol")
	carol.Begins = &storage.Session{}
	b := c.batch(c.say("bob", "#lobby", "x"), c.begins("alice"), c.say("bob", "#lobby", "y"), c.begins("alice"), carol, storage.Ask{Kind: storage.Enter, Account: c.id("bob"), Hash: "hash of Bob"})
	wantLines(t, c.comings(b), "here Alice in 2 rooms by ask 1", "here Carol in 1 rooms by ask 4")
	if e := &b.Events[1]; e.Kind != storage.Here || b.Events[2].Kind != storage.Message {
		t.Errorf("the place of the event is wrong: %+v", b.Events)
	}
	seen := map[int64]bool{0: true}
	for _, i := range []int{1, 3, 4} {
		if id := b.Verdicts[i].Session; seen[id] {
			t.Errorf("the session %d comes twice", id)
		} else {
			seen[id] = true
		}
	}
	first, second := b.Verdicts[1].Session, b.Verdicts[3].Session
	commit := func(b *storage.Batch, want ...string) {
		t.Helper()
		c.commit(b)
		wantLines(t, c.comings(b), want...)
	}
	commit(&storage.Batch{Present: []storage.Present{c.present("alice", second)}})
	commit(&storage.Batch{Present: []storage.Present{c.present("alice"), c.present("bob")}}, "gone Alice in 2 rooms by ask -1")
	commit(&storage.Batch{Present: []storage.Present{c.present("alice")}})
	b = &storage.Batch{Present: []storage.Present{c.present("carol")}, Asks: []storage.Ask{c.say("bob", "#lobby", "z"), c.begins("carol")}}
	commit(b, "gone Carol in 1 rooms by ask -1", "here Carol in 1 rooms by ask 1")
	if b.Events[0].Kind != storage.Gone || b.Events[1].Kind != storage.Message {
		t.Errorf("who has gone is told too late: %+v", b.Events)
	}
	commit(&storage.Batch{Whole: true, Present: []storage.Present{c.present("alice", first)}}, "gone Carol in 1 rooms by ask -1", "here Alice in 2 rooms by ask -1")
	commit(&storage.Batch{Whole: true}, "gone Alice in 2 rooms by ask -1")
}

// TestNobodyComesByARefusedLogin: neither by one that the store has refused, nor by one of a batch that was not kept.
func TestNobodyComesByARefusedLogin(t *testing.T) {
	c := openFor(t, kinds[0].url(t), modelSizes["generous"])
	c.register("Alice", "Bob")
	wrong := c.begins("alice")
	wrong.Hash = "another"
	wantLines(t, c.comings(c.batch(wrong)))
	past, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.begins("alice")}}
	wantError(t, c.Commit(past, &b), storage.ErrUnavailable)
	wantLines(t, c.comings(c.batch(c.begins("alice"))), "here Alice in 1 rooms by ask 0")
	b = storage.Batch{At: time.Now(), Present: []storage.Present{c.present("alice")}}
	wantError(t, c.Commit(past, &b), storage.ErrUnavailable)
	c.commit(&b)
	wantLines(t, c.comings(&b), "gone Alice in 1 rooms by ask -1")
}

// TestAwayAndEndSession are events without a number.
func TestAwayAndEndSession(t *testing.T) {
	c := openFor(t, kinds[0].url(t), modelSizes["generous"])
	c.register("Alice")
	last := c.post("alice", "#lobby", "x")
	b := c.batch(c.order(storage.SetAway, "alice", "", "", may, text("lunch")), c.order(storage.SetAway, "alice", "", ""),
		c.order(storage.EndSession, "alice", "", "", func(a *storage.Ask) { a.After = 7 }), c.order(storage.SetAway, "alice", "", "", may), c.say("alice", "#lobby", "y"))
	wantLines(t, c.comings(b), `away Alice "lunch" by ask 0`, "back Alice by ask 1", "end 7 of Alice by ask 2", `away Alice "" by ask 3`)
	if got := b.Events[4].Number; got != last+1 {
		t.Errorf("the next number is %d after %d", got, last)
	}
	gone := c.order(storage.SetAway, "alice", "", "", may)
	gone.Account = 99
	wantError(t, c.ask(gone).Err, storage.ErrGone)
}
