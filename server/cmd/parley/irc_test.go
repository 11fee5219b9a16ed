package main

import "testing"

// TestIRCBesideText: on both stores an IRC client logs in, sees who is there, talks and leaves, among people who type; and what is said to it while
// it is away waits.
func TestIRCBesideText(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		address := startApp(t, "--store", store)
		bob := dialAs(t, address, "bob")
		dialAs(t, address, "alice").says("/quit")
		alice := dial(t, address)
		alice.says("CAP REQ :sasl server-time batch labeled-response")
		alice.hears(`:irc.parley CAP \* ACK :.*`)
		alice.says("PASS :alice:%s", aPassword)
		alice.says("NICK alice")
		alice.says("USER alice 0 * :Alice Liddell")
		alice.says("CAP END")
		alice.hears(`:irc.parley 001 alice .*`)
		for _, number := range []string{"002", "003", "004", "005", "005", "005", "251", "252", "253", "254", "255", "265", "266", "375", "372", "372", "372", "376"} {
			alice.hears(`:irc.parley ` + number + ` alice .*`)
		}
		alice.hears(`:alice!alice@parley JOIN #lobby`)
		alice.hears(`:irc.parley 353 alice = #lobby :(alice bob|bob alice)`)
		alice.hears(`:irc.parley 366 alice #lobby .*`)
		bob.says("/join #tea")
		bob.hears(`\+ join #tea .*`)
		alice.says("@label=1 JOIN #tea")
		alice.hears(`@label=1 :irc.parley BATCH \+l1 labeled-response`)
		alice.hears(`@batch=l1(;time=\S+)? :alice!alice@parley JOIN #tea`)
		alice.hears(`@batch=l1 :irc.parley 353 alice = #tea :(alice ~bob|~bob alice)`)
		alice.hears(`@batch=l1 :irc.parley 366 alice #tea .*`)
		alice.hears(`:irc.parley BATCH -l1`)
		bob.hears(`\* join #tea alice`)
		alice.says("PRIVMSG #tea,bob :hello")
		bob.hears(`\* say #tea alice: hello`)
		bob.hears(`\* msg alice \d+: hello`)
		alice.says("QUIT :supper")
		alice.hears(`ERROR .*`)
	})
}
