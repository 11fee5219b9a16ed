package main

import (
	"regexp"
	"strconv"
	"testing"

	"go.uber.org/zap"

	"parley/storage"
)

// lastNumber is the last number that a client was told.
func (p *plain) lastNumber(t *testing.T) int64 {
	t.Helper()
	all := regexp.MustCompile(`\d+`).FindAllString(p.heard.String(), -1)
	number, err := strconv.ParseInt(all[len(all)-1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// somethingWaits reports whether a message in a store has not been acknowledged.
func somethingWaits(t *testing.T, store string) (waits bool) {
	t.Helper()
	err := storage.Dump(t.Context(), store, zap.NewNop(), func(r *storage.Record) error {
		waits = waits || r.Message != nil && r.Message.Waiting
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return waits
}

// TestCopyUnderTwoServersAndBack: what a server on SQLite has made goes to a Redis that two servers with other people use, and back under the first one.
func TestCopyUnderTwoServersAndBack(t *testing.T) {
	file := "sqlite:" + t.TempDir() + "/parley.db"
	first := startKillable(t, file)
	register(t, first.address, "bob")
	register(t, first.address, "mallory")
	alice := dialAs(t, first.address, "alice")
	alice.answers("/join #tea", `\+ join #tea .*`)
	bob := first.entersAs("bob")
	bob.answers("/join #tea", `\+ join #tea .*`)
	bob.answers("/quit", `\+ quit.*`)
	bob.rest()
	alice.hears(`\* join #tea bob`)
	alice.answers("/msg #tea unread", `\+ msg #tea \d+.*`)
	alice.answers("/msg bob waits", `\+ msg bob \d+ stored.*`)
	operates(t, file, "is banned", "user", "ban", "mallory")

	store, one, two := startTwo(t)
	eve, alice2 := dialAs(t, one.address, "eve"), dialAs(t, two.address, "alice")
	eve.answers("/all eve was here", `\+ all \d+`)
	alice2.hears(`\* all eve: eve was here`)
	before := eve.lastNumber(t)

	operates(t, "", "copied ", "copy", "--from", file, "--to", store, "--replace")
	for _, p := range []*plain{eve, alice2} {
		p.hears(`! resync: .*`)
	}
	eve = dial(t, one.address)
	eve.answers("/login eve "+aPassword, `- login bad-credentials: .*`)
	eve.answers("/login mallory "+aPassword, `- login banned.*`)
	alice2 = one.entersAs("alice")
	bob = dial(t, two.address)
	bob.answers("/login bob "+aPassword, `\+ login bob waiting=1 .*`)
	bob.hears(`\* msg alice \d+ .*: waits`)
	bob.answers("/rooms", `= room #tea .*unread=1.*`)
	alice2.answers("/msg #tea again", `\+ msg #tea \d+.*`)
	bob.hears(`\* say #tea alice: again`)
	alice2.answers("/all in the lobby", `\+ all \d+`)
	if now := alice2.lastNumber(t); now <= before {
		t.Errorf("%d comes after %d", now, before)
	}
	before = alice2.lastNumber(t)
	bob.hears(`\* all alice: in the lobby`)
	bob.answers("/history", `= all alice \d+ \S+: in the lobby`)

	if !comesTrue(func() bool { return !somethingWaits(t, store) }) { // the server learns of it from TCP
		t.Error("bob has not had his message")
	}

	operates(t, "", "copied ", "copy", "--from", store, "--to", file, "--replace")
	alice.hears(`! resync: .*`)
	bob = dial(t, first.address)
	bob.answers("/login bob "+aPassword, `\+ login bob waiting=0 .*`)
	bob.answers("/history", `= all alice \d+ \S+: in the lobby`)
	bob.hears(`\+ history .*`)
	bob.answers("/all back", `\+ all \d+`)
	if now := bob.lastNumber(t); now <= before {
		t.Errorf("%d comes after %d", now, before)
	}
	for _, one := range []string{file, store} {
		operates(t, one, "the store is healthy", "doctor")
	}
}
