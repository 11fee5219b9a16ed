package server

import (
	"strings"
	"testing"

	"parley/commands"
)

// A message that is under way while its reader logs out and somebody else logs in is neither shown there nor acknowledged there.
func TestMailForTheOneBefore(t *testing.T) {
	s := start(t)
	eve := s.join("eve")
	bob := s.join("bob")
	eve.ask("/logout")
	if got := bob.ask("/msg eve this waits"); !strings.HasSuffix(got, "stored") {
		t.Fatal(got)
	}

	u := s.join("alice")
	c := s.conn("alice")
	u.ask("/logout")
	var mail commands.Mail
	mail.Lines = []byte("* msg bob 1000: for alice\r\n* msg alice 1001 to=bob: of alice\r\n")
	split := int32(strings.Index(string(mail.Lines), "\n") + 1)
	mail.Items = []commands.Item{
		{Kind: commands.Private, Session: &c.chat.session, Key: "alice", Number: 1000, End: split},
		{Kind: commands.Event, Session: &c.chat.session, Key: "alice", Start: split, End: int32(len(mail.Lines))},
	}
	c.shard.Deliver(&mail)
	u.say("/login eve " + password)
	u.want("+ login eve waiting=1")
	u.want("* msg bob 1 ")
	if got := u.ask("/ping x"); got != "+ ping: x" {
		t.Error(got)
	}
}
