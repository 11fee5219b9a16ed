package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// How often bots are cut off on each store, and how often the server is killed meanwhile.
const (
	cutsOfBots    = 500
	killsOfServer = 3
)

// catchUpRun is what all who take part in TestBotsCatchUp share.
type catchUpRun struct {
	t       *testing.T
	secrets map[string]string
	wanted  chan string   // a bot that wants to hear more
	kill    chan struct{} // the server is to be killed
	over    chan struct{} // closed when all cuts were made
	ended   chan error    // gets a value from each bot that has ended
	said    promises

	mu     sync.Mutex
	cuts   int
	killed int         // of these, bots by kill -9
	stages [stages]int // the same cuts

	up     sync.RWMutex // held while the server is away
	server *killable
}

// TestBotsCatchUp: a bot that comes back by the number that it saved misses nothing and repeats nothing. Its connection is cut at random bytes, it is
// killed, and so is the server. All the time people talk, also to the bots, and these answer.
func TestBotsCatchUp(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		run := startCatchUp(t, store)
		bots := run.startBots()
		var people sync.WaitGroup
		for _, name := range peopleWhoTalk {
			people.Go((&speaker{run: run, name: name}).talk)
		}
		for range killsOfServer {
			run.await(run.kill)
			run.restart()
		}
		run.await(run.over)
		people.Wait()
		run.sayTheEnd()
		for range bots {
			if err := <-run.ended; err != nil {
				t.Error(err)
			}
		}
		for _, b := range bots {
			run.check(b)
		}
		t.Logf("%d cuts: %d before the answer to the login, %d before the first page, %d between pages, %d later; %d by kill -9 of the bot. %d messages.",
			run.cuts, run.stages[loggingIn], run.stages[waiting], run.stages[paging], run.stages[live], run.killed, len(run.said.list))
	})
}

var peopleWhoTalk, botsWhoListen = []string{"alice", "bob", "carol"}, []string{"dot", "eve", "fay", "gus"}

// startCatchUp starts the server and has everybody join the rooms.
func startCatchUp(t *testing.T, store string) *catchUpRun {
	t.Helper()
	run := &catchUpRun{
		t: t, secrets: map[string]string{}, wanted: make(chan string, 1000), kill: make(chan struct{}, killsOfServer), over: make(chan struct{}),
		ended:  make(chan error, len(botsWhoListen)),
		server: startKillable(t, store, "--message-rate", "unlimited", "--rooms", "unlimited", "--new-rooms", "unlimited", "--change-rate", "unlimited"),
	}
	owner := dialAs(t, run.server.address, "owner")
	owner.says("/join #cellar\n/room #cellar private")
	owner.hears(`\+ room #cellar private`)
	for _, name := range slices.Concat(peopleWhoTalk, botsWhoListen) {
		p := dialAs(t, run.server.address, name)
		owner.says("/invite #cellar %s", name)
		owner.hears(`\+ invite #cellar ` + name)
		p.says("/join #cellar\n/join #tea")
		p.hears(`\+ join #tea .*`)
		p.says("/token for=1h")
		p.hears(`\+ token .*`)
		run.secrets[name] = regexp.MustCompile(`parley_\w+`).FindString(p.heard.String())
		p.says("/quit")
		p.rest()
	}
	return run
}

// startBots starts all bots behind cutters. The last one is a process, which is killed now and then.
func (r *catchUpRun) startBots() (bots []*catcher) {
	r.t.Helper()
	seed := rand.Uint64()
	r.t.Logf("the cuts come from the seed %d", seed)
	for i, name := range botsWhoListen {
		process := i == len(botsWhoListen)-1
		c := newLineCutter(r.t, r, name, seed+uint64(i), process)
		c.bot = &catcher{Address: c.listener.Addr().String(), Name: name, Secret: r.secrets[name], File: filepath.Join(r.t.TempDir(), name)}
		bots = append(bots, c.bot)
		go c.serve()
		go func() {
			if process {
				r.ended <- c.runProcess()
			} else {
				r.ended <- c.bot.run()
			}
		}()
	}
	return bots
}

// await waits for something that comes before any bot has ended.
func (r *catchUpRun) await(what chan struct{}) {
	r.t.Helper()
	select {
	case <-what:
	case err := <-r.ended:
		r.t.Fatalf("a bot has ended: %v", err)
	}
}

// dial opens a connection to the server as soon as there is one.
func (r *catchUpRun) dial() (net.Conn, error) {
	r.up.RLock()
	defer r.up.RUnlock()
	return net.Dial("tcp", r.server.address)
}

// restart is kill -9 of the server, and a new start.
func (r *catchUpRun) restart() {
	r.t.Helper()
	r.up.Lock()
	defer r.up.Unlock()
	r.server.restart()
}

func (r *catchUpRun) isOver() bool {
	select {
	case <-r.over:
		return true
	default:
		return false
	}
}

// want has somebody say something that a bot reads.
func (r *catchUpRun) want(bot string) {
	select {
	case r.wanted <- bot:
	case <-r.over:
	}
}

// wasCut counts the cuts. They come from several goroutines, and some when it is over.
func (r *catchUpRun) wasCut(at stage, killed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cuts++
	r.stages[at]++
	if killed {
		r.killed++
	}
	switch {
	case r.cuts == cutsOfBots:
		close(r.over)
	case r.cuts < cutsOfBots && r.cuts%(cutsOfBots/(killsOfServer+1)) == 0:
		select {
		case r.kill <- struct{}{}:
		default: // there were as many
		}
	}
}

// sayTheEnd says the last message.
func (r *catchUpRun) sayTheEnd() {
	r.t.Helper()
	alice := &speaker{run: r, name: peopleWhoTalk[0]}
	defer alice.hangUp()
	if !alice.says("/all " + theEnd) {
		r.t.Fatal("the end can't be said")
	}
}

// check compares what a bot has dealt with, in order, with what it may read and with what was acknowledged.
func (r *catchUpRun) check(b *catcher) {
	r.t.Helper()
	text, err := os.ReadFile(b.File)
	if err != nil {
		r.t.Fatal(err)
	}
	saved, err := readNotes(text)
	if err != nil {
		r.t.Fatal(err)
	}
	reader := &catcher{Address: r.server.address, Name: b.Name, Secret: r.secrets[b.Name]}
	since, history := reader.readsAll(r.t)
	end := slices.IndexFunc(since, func(n note) bool { return n.Text == theEnd })
	if end < 0 {
		r.t.Fatalf("%s: /since does not show the end", b.Name)
	}
	notesDiffer(r.t, b.Name+" has saved", saved, "/since shows", since[:end+1])
	said := slices.DeleteFunc(since, func(n note) bool { return n.What == "invite" })
	notesDiffer(r.t, b.Name+" is shown by /since", said, "the histories show", history)
	for _, p := range r.said.list {
		want := 1
		if p.bot != "" && p.bot != b.Name {
			want = 0
		}
		if n := p.count(saved); n != want {
			r.t.Errorf("%s: of %+v, which was acknowledged, the bot has %d", b.Name, p, n)
		}
	}
	for _, n := range saved {
		if !strings.HasSuffix(n.Text, " "+b.Name+"?") {
			continue
		}
		answer := promise{what: n.What, text: "re " + strings.TrimSuffix(n.Text, "?")}
		if answer.count(history) != 1 {
			r.t.Errorf("%s: %+v is not answered once", b.Name, n)
		}
	}
}

// count is how many of the notes are what was promised.
func (p *promise) count(notes []note) (n int) {
	for i := range notes {
		one := &notes[i]
		if one.What == p.what && (one.Text == p.text || p.what == "invite" && one.Thread == p.text) {
			n++
		}
	}
	return n
}

// notesDiffer reports the first difference between two lists.
func notesDiffer(t *testing.T, what string, got []note, than string, want []note) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("%s %d and %s %d; from place %d on they differ:\n%+v\n%+v", what, len(got), than, len(want), i,
				got[min(i, len(got)):min(i+3, len(got))], want[min(i, len(want)):min(i+3, len(want))])
			return
		}
	}
}

// readsAll returns all that the bot may read: by /since, and by the histories of all threads that it has found so.
func (c *catcher) readsAll(t *testing.T) (since, history []note) {
	t.Helper()
	if err := c.logIn(); err != nil {
		t.Fatal(err)
	}
	defer c.conn.Close()
	since = c.readsPages(t, map[string]any{"do": "since", "count": 200}, "number")
	threads := map[string]bool{}
	for _, n := range since {
		if n.What != "invite" && !threads[n.Thread] {
			threads[n.Thread] = true
			history = append(history, c.readsPages(t, map[string]any{"do": "history", "name": n.Thread, "count": 200}, "after")...)
		}
	}
	slices.SortFunc(history, func(a, b note) int { return cmp.Compare(a.Number, b.Number) })
	return since, history
}

// readsPages asks page by page; from is the parameter that says where a page begins.
func (c *catcher) readsPages(t *testing.T, request map[string]any, from string) (list []note) {
	t.Helper()
	for request[from] = 0; ; {
		rows, done, err := c.ask(request)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			if n, ok := rows[i].note(); ok {
				list = append(list, n)
			}
		}
		if done.More == 0 {
			return list
		}
		request[from] = done.More
	}
}

// runProcess runs the bot as a process, and again when it was killed.
func (c *lineCutter) runProcess() error {
	config, err := json.Marshal(c.bot)
	for err == nil {
		var said strings.Builder
		c.mu.Lock()
		c.process = exec.Command(os.Args[0])
		c.process.Env = append(os.Environ(), asBot+"="+string(config))
		c.process.Stderr = &said
		err = c.process.Start()
		c.mu.Unlock()
		if err != nil {
			break
		}
		err = c.process.Wait()
		switch {
		case err == nil:
			return nil
		case c.process.ProcessState.ExitCode() > 0:
			return fmt.Errorf("the bot says %s", said.String())
		}
		err = nil // it was killed
	}
	return err
}
