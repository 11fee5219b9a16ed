package main

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// signal sends the program a signal.
func (k *killable) signal(signal syscall.Signal) {
	k.t.Helper()
	if err := k.run.Process.Signal(signal); err != nil {
		k.t.Fatal(err)
	}
}

// endsWell waits for the end of the program, which must be in order.
func (k *killable) endsWell() {
	k.t.Helper()
	late := time.AfterFunc(soon, func() { _ = k.run.Process.Kill() })
	defer late.Stop()
	if err := k.run.Wait(); err != nil {
		k.t.Fatalf("the program ended with %v; it says\n%s", err, k.log)
	}
}

// terminates has it drain, and waits for its end.
func (k *killable) terminates() {
	k.t.Helper()
	k.signal(syscall.SIGTERM)
	k.endsWell()
}

// isTold wants the closing words, and what they say at the end of the connection.
func (p *plain) isTold() {
	p.t.Helper()
	p.hears("! draining: .*")
	if rest := p.rest(); rest != "" {
		p.t.Errorf("behind the closing words there is %q", rest)
	}
	p.conn.Close()
}

// TestTerminateDrains: SIGTERM sends the sessions away one after the other.
func TestTerminateDrains(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		const over = time.Second
		k := startKillable(t, store, "--drain-time", over.String())
		var sessions []*plain
		for i := range 5 {
			sessions = append(sessions, dialAs(t, k.address, fmt.Sprint("user", i)))
		}
		stranger := dial(t, k.address)
		began := time.Now()
		k.signal(syscall.SIGTERM)
		stranger.isTold()
		for i, p := range sessions {
			p.isTold()
			if after, want := time.Since(began), over*time.Duration(i)/5; after < want {
				t.Errorf("%d sessions were told after %v", i+1, after)
			}
		}
		k.endsWell()
		if !strings.Contains(k.log.String(), `"msg":"stopped"`) {
			t.Errorf("the program says\n%s", k.log)
		}
	})
}

// TestNoTimeToDrain: whoever stops the server by SIGINT, or asks a second time, has no time.
func TestNoTimeToDrain(t *testing.T) {
	for _, c := range []struct {
		how     string
		time    string
		signals []syscall.Signal
	}{
		{"SIGINT", "1h", []syscall.Signal{syscall.SIGINT}},
		{"SIGTERM twice", "1h", []syscall.Signal{syscall.SIGTERM, syscall.SIGTERM}},
		{"SIGTERM and SIGINT", "1h", []syscall.Signal{syscall.SIGTERM, syscall.SIGINT}},
		{"SIGTERM without a time", "0s", []syscall.Signal{syscall.SIGTERM}},
	} {
		t.Run(c.how, func(t *testing.T) {
			k := startKillable(t, "sqlite:"+t.TempDir()+"/chat.db", "--drain-time", c.time)
			alice, bob := dialAs(t, k.address, "alice"), dialAs(t, k.address, "bob")
			stranger := dial(t, k.address)
			for i, s := range c.signals {
				k.signal(s)
				if i == 0 {
					stranger.isTold() // so that the next one is another signal
				}
			}
			alice.isTold()
			bob.isTold()
			k.endsWell()
		})
	}
}
