package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/storage/storagetest"
)

// onBothStores runs a test on each store.
func onBothStores(t *testing.T, test func(t *testing.T, store string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db")) })
	t.Run("redis", func(t *testing.T) { test(t, "unix://"+storagetest.StartRedis(t).Socket()) })
}

// TestOperatorChangesPassword: who knew the old one is out, and in again only with the new one.
func TestOperatorChangesPassword(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		address := startApp(t, "--store", store)
		people := []*plain{dial(t, address), dial(t, address)}
		people[0].says("/register alice correct horse")
		people[0].hears(`\+ register alice`)
		people[1].says("/login alice correct horse")
		people[1].hears(`\+ login alice waiting=0 last=\d+`)
		if out, ok := operate(t, store, "planted password\n", "passwd", "alice"); !ok {
			t.Fatal(out)
		}
		for _, p := range people {
			p.hears(`! replaced: .*`)
		}
		p := dial(t, address)
		p.says("/login alice correct horse")
		p.hears(`- login bad-credentials: .*`)
		p.says("/login alice planted password")
		p.hears(`\+ login alice waiting=0 last=\d+`)
	})
}

// TestRemovalInMidSentence: alice goes on talking while she is removed and somebody else takes her name. What she was told is kept is read by bob;
// nothing of hers is shown to the other, and nothing is said in the other's name.
func TestRemovalInMidSentence(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		address := startApp(t, "--store", store, "--message-rate", "unlimited")
		bob, alice := dialAs(t, address, "bob"), dialAs(t, address, "alice")
		begun, kept := make(chan struct{}), make(chan int, 1)
		go func() {
			n := 0
			for ; alice.talks(n); n++ {
				if n == 10 {
					close(begun)
				}
			}
			kept <- n
		}()
		<-begun
		if out, ok := operate(t, store, "", "delete", "alice"); !ok {
			t.Fatal(out)
		}
		next := dialAs(t, address, "alice")
		said := <-kept
		for n := range said {
			bob.hears(fmt.Sprintf(`\* msg alice \d+: %d`, n))
		}
		next.says("/history bob")
		next.hears(`\+ history 0`)
		bob.says("/history alice")
		bob.hears(`\+ history 0`)
		next.says("/msg bob me")
		next.hears(`\+ msg bob \d+ sent=1`)
		bob.says("/ping end")
		bob.hears(`\+ ping: end`)
		heard := bob.heard.String()
		if got := strings.Count(heard, "* msg alice "); got != said+1 || !strings.Contains(heard, ": me\r\n") {
			t.Errorf("bob was told %d messages, of which %d were kept:\n%s", got, said+1, heard)
		}
	})
}

// talks says a number to bob, and reports whether it is kept. Otherwise the session must have been ended, and nothing else be said.
func (p *plain) talks(n int) bool {
	fmt.Fprintf(p.conn, "/msg bob %d\n", n)
	_ = p.conn.SetReadDeadline(time.Now().Add(soon))
	line, err := p.in.ReadString('\n')
	if err == nil && strings.HasPrefix(line, "+ msg bob ") {
		return true
	}
	if !strings.HasPrefix(line, "! removed: ") {
		p.t.Errorf("message %d is answered %q, %v", n, line, err)
	}
	return false
}
