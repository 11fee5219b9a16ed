package main

import (
	"strings"
	"testing"
)

// TestDeleteWithMessages: an account is deleted with what it has said while everybody is online. The others are told of nothing, and read histories
// without gaps.
func TestDeleteWithMessages(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		address := startApp(t, "--store", store)
		bob, alice := dialAs(t, address, "bob"), dialAs(t, address, "alice")
		bob.says("/all one")
		bob.hears(`\+ all \d+`)
		alice.says("/all her secret")
		alice.hears(`\+ all \d+`)
		bob.says("/all two")
		bob.hears(`\+ all \d+`)
		alice.says("/msg bob her secret")
		alice.hears(`\+ msg bob \d+ sent=1`)
		register(t, address, "carol")
		alice.says("/msg carol her secret")
		alice.hears(`\+ msg carol \d+ stored`)
		bob.says("/msg carol mine")
		bob.hears(`\+ msg carol \d+ stored`)
		bob.says("/ping before")
		bob.hears(`\+ ping: before`)
		before := bob.heard.Len()
		out, ok := operate(t, store, "", "delete", "alice", "--messages")
		if !ok || !strings.Contains(out, "what alice has said is removed\nalice is deleted") {
			t.Fatal(out)
		}
		alice.hears(`! .*`)
		alice.rest()
		bob.asksUntil("/whois alice", "- whois no-such-user")
		bob.says("/history #lobby")
		bob.hears(`\+ history 2`)
		if heard := bob.heard.String()[before:]; strings.Contains(heard, "secret") || !strings.Contains(heard, ": one\r\n") || !strings.Contains(heard, ": two\r\n") {
			t.Errorf("bob reads %s", heard)
		}
		carol := dial(t, address)
		carol.says("/login carol %s", aPassword)
		carol.hears(`\+ login carol waiting=1 .*`)
		carol.hears(`\* msg bob \d+ .*: mine`)
		if out, ok := operate(t, store, "", "delete", "alice", "--messages"); ok || !strings.Contains(out, "there is no account called alice") {
			t.Errorf("once more: %s", out)
		}
	})
}
