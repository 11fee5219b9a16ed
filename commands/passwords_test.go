package commands

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"parley/protocol"
)

func testPasswords(t *testing.T) *passwords {
	t.Helper()
	p, err := newPasswords(cheap, newMetrics(nil))
	if err != nil {
		t.Fatal(err)
	}
	p.cost.Store(0) // the time of the first hash says nothing here
	return p
}

// stall takes all turns, until the returned function is called.
func (p *passwords) stall() (end func()) {
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	return func() {
		for range cap(p.slots) {
			<-p.slots
		}
	}
}

// TestDefaultPassword: passwords are hashed as SECURITY.md promises.
func TestDefaultPassword(t *testing.T) {
	hash, err := HashPassword("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if want := "$argon2id$v=19$m=19456,t=2,p=1$"; !strings.HasPrefix(hash, want) {
		t.Errorf("a password is kept as %s, want %s", hash, want)
	}
	again, _ := HashPassword("correct horse")
	if again == hash {
		t.Error("two hashes have one salt")
	}
}

// TestUnknownNameCostsAHash: an unknown name waits for its turn, and is hashed in the same way, as a wrong password is.
func TestUnknownNameCostsAHash(t *testing.T) {
	p := testPasswords(t)
	hash, err := p.hash("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	known, _, _, err := argon2id.DecodeHash(hash)
	if err != nil {
		t.Fatal(err)
	}
	if unknown, _, _, err := argon2id.DecodeHash(p.nobody); err != nil || *unknown != *known {
		t.Errorf("an unknown name is compared with %+v, a known one with %+v (%v)", unknown, known, err)
	}
	for _, stored := range []string{hash, ""} {
		end := p.stall()
		answered := make(chan bool)
		go func() {
			fits, _, err := p.check("wrong horse", stored)
			answered <- fits || err != nil
		}()
		eventually(t, "a login waits for its turn", func() bool { return p.waiting.Load() == 1 })
		select {
		case <-answered:
			t.Errorf("%q is answered without a hash", stored)
		default:
		}
		end()
		if <-answered {
			t.Errorf("a wrong password fits %q", stored)
		}
	}
}

// TestNobodysPassword: the password that an unknown name is compared with lets nobody in.
func TestNobodysPassword(t *testing.T) {
	p := testPasswords(t)
	if fits, better, err := p.check("nobody knows this one", ""); fits || better != "" || err != nil {
		t.Errorf("got %v, %q, %v", fits, better, err)
	}
}

func TestBrokenHashLetsNobodyIn(t *testing.T) {
	p := testPasswords(t)
	for _, stored := range []string{
		"x", "correct horse", "$argon2id$",
		"$argon2id$v=19$m=64,t=1,p=1$$",
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$",
		"$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5a2V5",
		"$argon2id$v=19$m=64,t=1,p=0$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5a2V5",
		"$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5a2V5",
		"$argon2id$v=19$m=64,t=4294967295,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5a2V5",
	} {
		if fits, _, err := p.check("correct horse", stored); fits || err == nil {
			t.Errorf("%q: %v, %v", stored, fits, err)
		}
	}
}

func TestNoMoreAtOnceThanCores(t *testing.T) {
	p := testPasswords(t)
	var now, most atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			_ = p.turn(func() error {
				n := now.Add(1)
				for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
				}
				runtime.Gosched()
				now.Add(-1)
				return nil
			})
		})
	}
	all.Wait()
	if most.Load() > int64(runtime.NumCPU()) {
		t.Errorf("%d at once on %d cores", most.Load(), runtime.NumCPU())
	}
}

// TestBusy: when more wait than can be served in five seconds the next one is told so, at once.
func TestBusy(t *testing.T) {
	p := testPasswords(t)
	end := p.stall()
	var all sync.WaitGroup
	waiting := int64(0)
	wait := func() {
		waiting++
		all.Go(func() {
			if err := p.turn(func() error { return nil }); err != nil {
				t.Error(err)
			}
		})
		eventually(t, "one more waits", func() bool { return p.waiting.Load() == waiting })
	}
	p.cost.Store(int64(patience) * int64(cap(p.slots)) / 200) // 200 are served in time
	for range 200 {
		wait()
	}
	err := p.turn(func() error { t.Error("done all the same"); return nil })
	var told *protocol.Error
	if !errors.As(err, &told) || told.Code != protocol.Busy || told.Retry < int(patience/time.Second) {
		t.Errorf("one more than can be served is told %v", err)
	}
	if n := counted(t, p.metrics.loginsBusy); n != 1 {
		t.Errorf("%d are counted as told so", n)
	}
	p.cost.Store(p.cost.Load() / 2) // the machine has become faster
	wait()

	end()
	all.Wait()
	if n := p.waiting.Load(); n != 0 {
		t.Errorf("%d still wait", n)
	}
}

// TestSmallCrowdIsNeverBusy: however slow the machine is.
func TestSmallCrowdIsNeverBusy(t *testing.T) {
	p := testPasswords(t)
	p.cost.Store(int64(time.Hour))
	end := p.stall()
	var all sync.WaitGroup
	for range alwaysWait {
		all.Go(func() {
			if err := p.turn(func() error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	eventually(t, "all wait", func() bool { return p.waiting.Load() == alwaysWait })
	if err := p.turn(func() error { return nil }); err == nil {
		t.Error("one more waits, too")
	}
	end()
	all.Wait()
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for begin := time.Now(); !condition(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > soon {
			t.Fatalf("not seen: %s", what)
		}
	}
}
