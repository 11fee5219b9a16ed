package commands

import (
	"net/netip"
	"testing"
	"time"

	"parley/storage"
)

func TestAddressBans(t *testing.T) {
	b := NewAddressBans()
	now := time.Now()
	for _, s := range []storage.Sanction{
		{Target: "192.0.2.7/32", Reason: "one"},
		{Target: "198.51.100.0/24", Reason: "for an hour", Until: now.Add(time.Hour)},
		{Target: "2001:db8::/48", Reason: "six"},
		{Target: "203.0.113.0/24", Reason: "ended", Until: now.Add(-time.Second)},
		{Target: "bob", Reason: "not by address"},
		{Target: "10.0.0.0/8", Reason: "not a ban", Mute: true},
	} {
		b.add(s)
	}
	found := func(address string, at time.Time) string {
		if s := b.Find(netip.MustParseAddr(address), at); s != nil {
			return s.Reason
		}
		return ""
	}
	for _, c := range []struct {
		address string
		at      time.Time
		want    string
	}{
		{"192.0.2.7", now, "one"},
		{"192.0.2.8", now, ""},
		{"::ffff:192.0.2.7", now, "one"},
		{"198.51.100.99", now, "for an hour"},
		{"198.51.100.99", now.Add(time.Hour), ""},
		{"2001:db8:0:ffff::1", now, "six"},
		{"2001:db8::1%eth0", now, "six"},
		{"2001:db8:1::1", now, ""},
		{"203.0.113.1", now, ""},
		{"10.1.2.3", now, ""},
	} {
		if got := found(c.address, c.at); got != c.want {
			t.Errorf("%s: %q, want %q", c.address, got, c.want)
		}
	}
	if b.Find(netip.Addr{}, now) != nil {
		t.Error("a unix socket is banned")
	}
	b.add(storage.Sanction{Target: "192.0.2.7/32", Reason: "another reason"})
	if n := b.Len(); n != 3 || found("192.0.2.7", now) != "another reason" {
		t.Errorf("there are %d bans, want 3: those that have ended are dropped, and of the same addresses there is one", n)
	}
	b.remove("192.0.2.0/24") // which is not banned as such
	b.remove("2001:db8::/48")
	if found("192.0.2.7", now) == "" || found("2001:db8::1", now) != "" || b.Len() != 2 {
		t.Error("the wrong ban was taken back")
	}
}

func TestParseAddresses(t *testing.T) {
	for word, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "192.0.2.7/24": "192.0.2.0/24", "::ffff:192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7/120": "192.0.2.0/24",
		"2001:DB8::1": "2001:db8::1/128", "2001:db8::1/32": "2001:db8::/32", "fe80::1%eth0": "fe80::1/128",
		"bob": "", "": "", "192.0.2": "", "192.0.2.7/33": "", "192.0.2.7/": "", "/24": "", "2001:db8::/129": "", "192.0.2.7:22": "",
	} {
		got, ok := ParseAddresses(word)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q is read as %v, %v; want %q", word, got, ok, want)
		}
	}
}

// TestBansOfTheStore: they hold from the start on, also those that the command line makes while the chat runs.
func TestBansOfTheStore(t *testing.T) {
	old := newMemory()
	if err := old.operate(storage.Ask{Kind: storage.Ban, To: "192.0.2.0/24", Text: []byte("spam")}); err != nil {
		t.Fatal(err)
	}
	r := newRoomOn(t, old)
	r.from("192.0.2.7").wants("/register mallory correct horse", "- register banned: You are banned: spam")
	alice := r.member("alice")
	eve := r.from("198.51.100.7")
	eve.wants("/register eve correct horse", "+ register eve")
	if err := old.operate(storage.Ask{Kind: storage.Ban, To: "198.51.100.7/32"}); err != nil {
		t.Fatal(err)
	}
	alice.wants("/all a commit", "+ all ")
	eve.hears("! banned: You are banned from this server.\r\n")
	eve.wants("/login eve correct horse", "- login banned: You are banned.")
	if err := old.operate(storage.Ask{Kind: storage.Unban, To: "198.51.100.7/32"}); err != nil {
		t.Fatal(err)
	}
	alice.wants("/all a commit", "+ all ")
	eve.wants("/login eve correct horse", "+ login eve ")
}
