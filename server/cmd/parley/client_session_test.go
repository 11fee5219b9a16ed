package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/server/cmd/parley/internal/client/session"
)

// How much happens in TestSessionsLoseNothing on each store.
const (
	thingsDone     = 300 // by each session
	killsMeanwhile = 3
)

// sessionPlay is what all who take part in TestSessionsLoseNothing share.
type sessionPlay struct {
	t       *testing.T
	secrets map[string]string
	did     chan struct{}       // gets a value for each thing that a session has done
	settled chan *sessionPlayer // gets each session that has done all, and of which nothing is unsent
	ended   chan *sessionPlayer

	up     sync.RWMutex // held while the server is away
	server *killable
}

// TestSessionsLoseNothing: people talk, each behind a connection that is cut at random bytes, and the server is killed now and then. In the end the threads
// of each session hold what the server has, each message once and in order, and of each own message it is known what has become of it.
func TestSessionsLoseNothing(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		seed := rand.Uint64()
		t.Logf("what happens comes from the seed %d", seed)
		run := startSessionPlay(t, store)
		names := []string{"alice", "alice", "bob", "carol"}
		for i, name := range names {
			go newSessionPlayer(run, name, rand.New(rand.NewPCG(seed, uint64(i)))).play()
		}
		for n := range thingsDone * len(names) {
			<-run.did
			if n%(thingsDone*len(names)/(killsMeanwhile+1)) == 1 && n > 1 {
				run.restart()
			}
		}
		var players []*sessionPlayer
		for range names {
			players = append(players, run.await(run.settled))
		}
		end := dial(t, run.server.address)
		end.says("/login referee %s\n/all %s", run.secrets["referee"], theEnd)
		end.hears(`\+ all .*`)
		for range names {
			run.await(run.ended)
		}
		cuts, doubts := 0, 0
		for _, p := range players {
			p.check()
			cuts, doubts = cuts+p.cuts, doubts+p.doubts
		}
		t.Logf("%d connections were cut; of %d messages it was not known for a while whether they were kept", cuts, doubts)
		if doubts == 0 {
			t.Error("no message was ever in doubt")
		}
	})
}

func startSessionPlay(t *testing.T, store string) *sessionPlay {
	t.Helper()
	run := &sessionPlay{
		t: t, secrets: map[string]string{}, did: make(chan struct{}), settled: make(chan *sessionPlayer), ended: make(chan *sessionPlayer),
		server: startKillable(t, store, "--message-rate", "100/50", "--rooms", "unlimited", "--new-rooms", "unlimited", "--change-rate", "unlimited"),
	}
	owner := dialAs(t, run.server.address, "owner")
	owner.says("/join #cellar\n/room #cellar private\n/join #den")
	owner.hears(`\+ join #den .*`)
	for _, name := range []string{"alice", "bob", "carol", "referee"} {
		p := dialAs(t, run.server.address, name)
		owner.says("/invite #cellar %s", name)
		owner.hears(`\+ invite #cellar ` + name)
		p.says("/join #cellar\n/join #tea\n/token for=1h")
		p.hears(`\+ token .*`)
		_, secret, _ := strings.Cut(p.heard.String(), " parley_")
		run.secrets[name] = "parley_" + strings.Fields(secret)[0]
		p.says("/quit")
		p.rest()
	}
	return run
}

func (r *sessionPlay) await(what chan *sessionPlayer) *sessionPlayer {
	r.t.Helper()
	for {
		select {
		case p := <-what:
			return p
		case <-r.did:
		}
	}
}

func (r *sessionPlay) dial() (net.Conn, error) {
	r.up.RLock()
	defer r.up.RUnlock()
	return net.Dial("tcp", r.server.address)
}

// restart is kill -9 of the server, and a new start.
func (r *sessionPlay) restart() {
	r.t.Helper()
	r.up.Lock()
	defer r.up.Unlock()
	r.server.restart()
}

// check compares what a session has with what the server has.
func (p *sessionPlayer) check() {
	t := p.run.t
	t.Helper()
	reader := &catcher{Address: p.run.server.address, Name: p.name, Secret: p.run.secrets[p.name]}
	since, _ := reader.readsAll(t)
	kept := map[string][]note{}
	texts := map[string]int{}
	for _, n := range since {
		if n.What != "invite" {
			kept[n.Thread] = append(kept[n.Thread], note{Number: n.Number, From: n.From, Text: n.Text})
			texts[n.Text]++
		}
	}
	for name, want := range kept {
		th := p.s.Thread(name)
		var got []note
		for _, l := range th.Lines {
			if l.Kind == session.Message && l.Fate == session.Kept {
				got = append(got, note{Number: l.Number, From: l.From, Text: l.Text})
			}
		}
		notesDiffer(t, fmt.Sprintf("%s in %s has", p.name, name), got, "the server shows", want)
	}
	for _, unsent := range p.s.Unsent() {
		t.Errorf("%s: nobody knows whether %q is kept", p.name, unsent.Text)
	}
	for _, th := range p.s.Threads() {
		for _, l := range th.Lines {
			if l.Fate == session.Refused && texts[l.Text] != 0 {
				t.Errorf("%s: %q was refused and is kept", p.name, l.Text)
			}
		}
	}
	for text, to := range p.said {
		// What is said in a room that was left is refused.
		if n := texts[text]; n > 1 || n == 0 && to != "#den" {
			t.Errorf("%s: %q is kept %d times in %s", p.name, text, n, to)
		}
	}
	if slices.ContainsFunc(p.s.Threads(), func(th *session.Thread) bool { return th.Name == "#tea" && !th.Member }) {
		t.Errorf("%s does not know that it is in #tea", p.name)
	}
}
