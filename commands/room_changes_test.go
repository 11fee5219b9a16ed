package commands

import (
	"testing"

	"parley/storage"
)

// TestChangesAreTold: whoever changes something gets an answer in the event's place; his other sessions and the other members get the event.
func TestChangesAreTold(t *testing.T) {
	r := newRoom(t)
	tea := r.inTea("alice", "bob")
	alice, bob := tea[0], tea[1]
	aliceToo := r.again("alice")
	for _, c := range []struct{ line, answer, event string }{
		{"/topic #tea green only", "+ topic #tea: green only\r\n", "* topic #tea alice: green only\r\n"},
		{"/topic #tea -", "+ topic #tea\r\n", "* topic #tea alice\r\n"},
		{"/room #tea private", "+ room #tea private\r\n", "* room #tea alice private\r\n"},
		{"/room #tea public", "+ room #tea public\r\n", "* room #tea alice public\r\n"},
		{"/room #tea quiet", "+ room #tea quiet\r\n", "* room #tea alice quiet\r\n"},
		{"/role #tea BOB voice", "+ role #tea bob voice\r\n", "* role #tea bob voice by=alice\r\n"},
		{"/role #tea bob op", "+ role #tea bob op\r\n", "* role #tea bob op by=alice\r\n"},
	} {
		r.inOneBatch(func() {
			bob.sends("/all before")
			alice.sends(c.line)
			r.asked(2) // /topic has a goroutine of its own
			aliceToo.sends("/all behind")
		})
		alice.hears("* all bob: before\r\n", c.answer, "* all alice: behind\r\n")
		aliceToo.hears("* all bob: before\r\n", c.event, "+ all ")
		bob.hears("+ all ", c.event, "* all alice: behind\r\n")
	}
}

// TestAnnouncement: everybody who is here is told once, in whatever rooms he is; who has said it gets the answer.
func TestAnnouncement(t *testing.T) {
	r := newRoom(t)
	root := r.operator("rita")
	rootToo, bob := r.again("rita"), r.member("bob")
	bob.wants("/leave #lobby", "+ leave #lobby")
	stranger := r.from("")
	root.types("/announce down at noon\n")
	root.hears("* leave #lobby bob\r\n", "+ announce ")
	rootToo.hears("* leave #lobby bob\r\n", "* announce rita: down at noon\r\n")
	bob.hears("* announce rita: down at noon\r\n")
	stranger.hears()
	bob.wants("/announce me too", "- announce forbidden: ")
	if err := r.store.operate(storage.Ask{Kind: storage.SetOperator, To: "rita", Order: &storage.Order{}}); err != nil {
		t.Fatal(err)
	}
	bob.wants("/msg bob a commit", "+ msg bob ")
	root.wants("/announce still", "- announce forbidden: ")
}

// TestLockdown: nobody may register, and who has an account may come in.
func TestLockdown(t *testing.T) {
	r := newRoom(t)
	root := r.operator("rita")
	root.wants("/lockdown", "- lockdown usage: ")
	root.wants("/lockdown on", "+ lockdown on")
	v := r.from("")
	v.wants("/register bob correct horse", "- register forbidden: ")
	v.wants("/login rita correct horse", "+ login rita ")
	if !r.chat.Lockdown() {
		t.Error("the network is not told of it")
	}
	root.wants("/lockdown off", "+ lockdown off")
	v = r.from("")
	v.wants("/register bob correct horse", "+ register bob")
}

// TestEndOfASession: one's own sessions end when one says so, and nobody else's.
func TestEndOfASession(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	aliceToo := r.again("alice")
	alice.types("/sessions\n")
	alice.hears("= session 1 from=unix since=", "= session 3 from=unix since=", "+ sessions 2\r\n")
	for _, id := range []string{"2", "0", "9007199254740991"} { // 2 is bob's
		alice.wants("/end "+id, "- end no-such-session "+id+": ")
	}
	for _, word := range []string{"-1", "x", "99999999999999999999"} {
		alice.wants("/end "+word, "- end usage: ")
	}
	alice.wants("/end 3", "+ end 3")
	r.until("the other session ends", func() bool { return !aliceToo.session.LoggedIn() })
	aliceToo.hears("! ended: You have ended this session.\r\n")
	bob.hears()
	alice.types("/end 1\n")
	alice.hears("+ end 1\r\n", "! ended: You have ended this session.\r\n")
	if alice.session.LoggedIn() || !bob.session.LoggedIn() {
		t.Error("the wrong session has ended")
	}
}
