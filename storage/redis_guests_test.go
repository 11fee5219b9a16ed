package storage_test

import (
	"testing"
	"time"

	"parley/storage"
)

// TestGuestsOfTwoNodes are one crowd: no name comes twice, and all count.
func TestGuestsOfTwoNodes(t *testing.T) {
	nodes, _, _ := openNodes(t, 2)
	one, other := nodes[0], nodes[1]
	one.comes("Ned")
	events := other.read()
	wantLines(t, removed(events), "20 Ned guest")
	if change := events[0].Change; len(change.Rooms) != 1 || len(change.Roles) != 1 || change.Roles[0] != storage.NoRole {
		t.Errorf("got %+v", change)
	}
	other.wantAll([]error{storage.ErrExists, storage.ErrExists, nil}, guestAsk("Ned"), create("Ned"), tidy)
	one.join("#tea", "alice", "ned")
	one.goes("ned", "Ping  timeout: 60 s")
	events = other.read()
	wantLines(t, removed(events), "4 Alice in #tea role 3", "4 Ned in #tea guest", "21 Ned Ping  timeout: 60 s")
	before := other.id("ned")
	b := other.wantAll([]error{nil}, guestAsk("Ned"))
	wantLines(t, removed(b.Events), "5 Ned in #tea removed", "3 Ned", "20 Ned guest")
	wantLines(t, removed(one.read()), "5 Ned in #tea removed", "3 Ned", "20 Ned guest")
	one.wantAll([]error{storage.ErrGone, nil}, storage.Ask{Kind: storage.Remove, Account: before}, one.say("alice", "ned", "hello"))

	other.mustAsk(storage.Ask{Kind: storage.Register, Account: other.id("ned"), NewHash: "hash of Ned"})
	wantLines(t, told(one.read()), "24 Ned") // that Alice has written it knows
	one.mustAsk(one.joinAsk("ned", "#mine"))
	one.enter("ned", 9)
}

// TestNodesTakeTheLastPlaceForAGuestOnce, both at the same time.
func TestNodesTakeTheLastPlaceForAGuestOnce(t *testing.T) {
	url := kinds[1].url(t)
	limits := generous
	limits.Guests = 1
	nodes := []chat{openFor(t, url, limits), openFor(t, url, limits)}
	var got [2]error
	together(nodes, func(i int, c chat) { got[i] = c.ask(guestAsk([]string{"Ned", "Pam"}[i])).Err })
	if (got[0] == nil) == (got[1] == nil) || got[0] != nil && got[0] != storage.ErrTooMany || got[1] != nil && got[1] != storage.ErrTooMany {
		t.Errorf("got %v and %v", got[0], got[1])
	}
}

// TestGuestsOfABuriedNodeGo, and not before the others have given it up.
func TestGuestsOfABuriedNodeGo(t *testing.T) {
	t.Parallel()
	nodes, _, _ := openNodes(t, 2)
	silent, other := nodes[0], nodes[1]
	silent.comes("Ned")
	silent.join("#tea", "alice", "ned")
	other.comes("Pam")
	other.read()
	other.wantAll([]error{nil, storage.ErrExists}, tidy, guestAsk("Ned"))
	var heard []string
	if !beats(t, 20*time.Second, func() bool {
		heard = append(heard, other.comings(other.batch())...)
		return len(heard) > 0
	}) {
		t.Fatal("the node is not buried")
	}
	b := other.wantAll([]error{nil}, tidy)
	wantLines(t, removed(b.Events), "5 Ned in #tea removed", "3 Ned")
	other.gone("ned")
	other.id("pam")
	b = &storage.Batch{At: time.Now()}
	wantError(t, silent.Commit(soon(t), b), storage.ErrBuried)
}

// TestGuestWhoComesDuringATidyStays: between what a node has looked up and what it does then, another one says that the guest is there.
func TestGuestWhoComesDuringATidyStays(t *testing.T) {
	_, _, server := openNodes(t, 1)
	proxy := startProxy(t, server, "parley:where")
	one, other := openFor(t, proxy.url(), modelSizes["generous"]), openFor(t, server.URL(), modelSizes["generous"])
	one.comes("Ned", "Pam")
	one.mustAsk(tidy) // Redis knows the script from now on
	one.goes("ned", "")
	one.goes("pam", "")
	one.read()
	proxy.holds.Store(true)
	done := make(chan storage.Verdict)
	go func() { done <- one.ask(tidy) }()
	<-proxy.delivered
	other.commit(&storage.Batch{At: time.Now(), Present: []storage.Present{other.present("ned", 7)}})
	proxy.holds.Store(false)
	close(proxy.release)
	if v := <-done; v.Err != nil {
		t.Fatal(v.Err)
	}
	other.id("ned")
	other.gone("pam")
}
