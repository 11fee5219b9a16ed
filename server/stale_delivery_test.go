package server

import (
	"strings"
	"testing"

	"parley/commands"
	"parley/protocol"
)

// A message that is under way while its reader logs out and somebody else logs in is neither shown there nor acknowledged there, nor does the end of the
// one before end the other.
func TestDeliveryForThePreviousAccount(t *testing.T) {
	s := start(t)
	eve := s.join("eve")
	bob := s.join("bob")
	eve.ask("/logout")
	if got := bob.ask("/msg eve this waits"); !strings.HasSuffix(got, "stored") {
		t.Fatal(got)
	}

	u := s.join("alice")
	c := s.conn("alice")
	alice := c.chat.account
	u.ask("/logout")
	var d commands.Delivery
	d.Private(&c.chat.session, alice, &protocol.Event{Kind: protocol.PrivateMessage, Number: 1 << 40, From: "bob", Text: []byte("for alice")})
	d.Event(&c.chat.session, alice, &protocol.Event{Kind: protocol.PrivateMessage, Number: 1<<40 + 1, From: "alice", With: "bob", Text: []byte("of alice"), Copy: true})
	c.shard.Deliver(&d)
	u.say("/login eve " + password)
	u.want("+ login eve waiting=1")
	u.want("* msg bob ")
	s.onLoop(c.shard, func() { c.chat.End(alice, commands.ClosingLine(protocol.Removed, "alice")) })
	if got := u.ask("/ping x"); got != "+ ping: x" {
		t.Error(got)
	}
}
