package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/storage/storagetest"
)

// TestThreeNodesBehindHAProxy follows the operators' page, and upgrades the three nodes one after the other while people and bots chat. Then a node
// is killed. All who were sent away have come back elsewhere; the bots have read everything once.
func TestThreeNodesBehindHAProxy(t *testing.T) {
	redis := storagetest.StartRedisTCP(t)
	var m *machine
	m = startMachine(t, func() { redis.Configure(options(m.file("redis", "redis.conf"))...) })
	m.means("127.0.0.1:6379", redis.Addr())
	m.does("Redis")
	m.does("The nodes")
	m.configured()
	m.does("HAProxy")
	if lines := regexp.MustCompile(`(?m)^\S+\t\S+:\d+\tversion=.*\tsessions=\d+\tsilent=\d\.\ds$`).FindAllString(m.does("Does it work?"), -1); len(lines) != 3 {
		t.Errorf("three nodes are listed as %q", lines)
	}

	run := startRolling(t, m)
	run.awaitSaid(50)
	m.does("Upgrade")
	run.awaitSaid(50)
	run.orderly.Store(false)
	m.nodes[m.ports["8882"]].restart()
	run.awaitSaid(50)
	run.ends()
	run.check()
}

// rollingRun is what all share who chat meanwhile.
type rollingRun struct {
	catchUpRun
	m       *machine
	bots    []*catcher
	guests  []*guest
	talking sync.WaitGroup
	stop    chan struct{}
	orderly atomic.Bool // no connection may end but by closing words
}

// guest says one thing after the other, and notes what became of each.
type guest struct {
	catcher
	run  *rollingRun
	keys bool // what was not answered is said again, under a key

	mu     sync.Mutex
	kept   map[string]int64 // text -> number
	silent map[string]bool  // those of which nobody knows: unsure, or not answered at all
	told   int              // how often it was sent away
}

func startRolling(t *testing.T, m *machine) *rollingRun {
	t.Helper()
	r := &rollingRun{m: m, stop: make(chan struct{})}
	r.catchUpRun = catchUpRun{t: t, secrets: map[string]string{}, ended: make(chan error, 10), server: &killable{t: t, address: m.front}}
	r.orderly.Store(true)
	guests, bots := []string{"alice", "bob", "carol", "dave"}, []string{"eve", "fay", "gus"}
	for _, name := range slices.Concat(guests, bots) {
		p := dialAs(t, m.front, name)
		p.says("/join #tea\n/token for=1h")
		p.hears(`\+ token .*`)
		r.secrets[name] = regexp.MustCompile(`parley_\w+`).FindString(p.heard.String())
		p.says("/quit")
		p.rest()
	}
	for _, name := range bots {
		b := &catcher{Address: m.front, Name: name, Secret: r.secrets[name], File: filepath.Join(t.TempDir(), name)}
		r.bots = append(r.bots, b)
		go func() { r.ended <- b.run() }()
	}
	for i, name := range guests {
		k := &guest{
			catcher: catcher{Address: m.front, Name: name, Secret: r.secrets[name]}, run: r, keys: i%2 == 0,
			kept: map[string]int64{}, silent: map[string]bool{},
		}
		r.guests = append(r.guests, k)
		r.talking.Go(k.talk)
	}
	return r
}

// talk says something again and again until it is over.
func (k *guest) talk() {
	for i := 0; ; i++ {
		select {
		case <-k.run.stop:
			if k.conn != nil {
				k.conn.Close()
			}
			return
		case <-time.After(50 * time.Millisecond):
			k.speak(fmt.Sprintf("%s says %d", k.Name, i), []string{"#lobby", "#tea", "fay", "#lobby"}[i%4])
		}
	}
}

func (k *guest) speak(text, to string) {
	request := map[string]any{"do": "msg", "to": to, "text": text}
	if k.keys {
		request["once"] = strings.ReplaceAll(text, " ", "-")
	}
	for again := true; again; {
		number, unsure, err := k.say(request)
		again = unsure && k.keys
		k.mu.Lock()
		switch {
		case unsure:
			k.silent[text] = true
		case err != nil:
			k.run.t.Errorf("%s says %q: %v", k.Name, text, err)
		default:
			k.kept[text] = number
			delete(k.silent, text)
		}
		k.mu.Unlock()
	}
}

// say asks for a message. Unsure means that nobody knows what has become of it.
func (k *guest) say(request map[string]any) (number int64, unsure bool, err error) {
	for k.conn == nil {
		if err := k.logIn(); err == nil {
			break
		} else if k.conn = nil; errors.Is(err, errWrong) {
			return 0, false, err
		}
	}
	k.queue = nil
	_, done, err := k.ask(request)
	switch {
	case err == nil:
		return done.Number, false, nil
	case errors.Is(err, errWrong) && strings.Contains(err.Error(), "Code:unsure"):
		return 0, true, nil
	case errors.Is(err, errWrong):
		return 0, false, err
	}
	k.conn.Close()
	k.conn = nil
	if i := slices.IndexFunc(k.queue, func(o botLine) bool { return o.Type == "end" && o.Code == "draining" }); i >= 0 {
		k.mu.Lock()
		k.told++
		k.mu.Unlock()
	} else if k.run.orderly.Load() {
		return 0, false, fmt.Errorf("the connection ended without closing words: %w", err)
	}
	return 0, true, nil
}

// awaitSaid waits until each guest has said so many more.
func (r *rollingRun) awaitSaid(more int) {
	r.t.Helper()
	goals := make([]int, len(r.guests))
	for i, k := range r.guests {
		goals[i] = k.count() + more
	}
	if !comesTrue(func() bool {
		for i, k := range r.guests {
			if k.count() < goals[i] {
				return false
			}
		}
		return true
	}) {
		r.t.Fatal("nobody can say anything any more")
	}
}

func (k *guest) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.kept)
}

// ends says the last message, by which the bots end.
func (r *rollingRun) ends() {
	r.t.Helper()
	close(r.stop)
	r.talking.Wait()
	p := dial(r.t, r.m.front)
	p.says("/login alice %s\n/all %s", r.secrets["alice"], theEnd)
	p.hears(`\+ all \d+`)
	for range r.bots {
		if err := <-r.ended; err != nil {
			r.t.Error(err)
		}
	}
}

// check compares what everybody was told with what is kept.
func (r *rollingRun) check() {
	r.t.Helper()
	for _, b := range r.bots {
		r.catchUpRun.check(b)
	}
	reader := &catcher{Address: r.m.front, Name: "fay", Secret: r.secrets["fay"]}
	since, _ := reader.readsAll(r.t)
	found := map[string]int64{}
	for _, n := range since {
		if found[n.Text] != 0 {
			r.t.Errorf("%q is kept twice", n.Text)
		}
		found[n.Text] = n.Number
	}
	kept, silent, told := 0, 0, 0
	for _, k := range r.guests {
		for text, number := range k.kept {
			if found[text] != number {
				r.t.Errorf("%q was acknowledged as %d, and is kept as %d", text, number, found[text])
			}
			delete(found, text)
		}
		for text := range k.silent {
			delete(found, text)
		}
		if k.told == 0 {
			r.t.Errorf("%s was never sent away", k.Name)
		}
		kept, silent, told = kept+len(k.kept), silent+len(k.silent), told+k.told
	}
	delete(found, theEnd)
	for text, number := range found {
		r.t.Errorf("%q is kept as %d, but nobody has said it", text, number)
	}
	r.t.Logf("%d messages were acknowledged, of %d nobody knows, %d times somebody was sent away", kept, silent, told)
}
