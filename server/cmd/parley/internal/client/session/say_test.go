package session

import (
	"strings"
	"testing"
	"time"
)

func TestSaidOneAfterTheOther(t *testing.T) {
	c := begins(t)
	c.enters("#lobby", "one")
	c.enters("bob", "two")
	c.enters("#lobby", "//three  x ")
	c.has("#lobby", "0 alice: one (sending)", "0 alice: /three  x  (sending)")
	if n := len(c.s.Unsent()); n != 3 {
		t.Errorf("%d messages are unsent", n)
	}
	c.sends(`{"do":"msg","to":"#lobby","text":"one","once":"k1","tag":"t11"}`)
	c.hears(saysIn("#lobby", "bob", 801, "first"), "#t11 + msg #lobby 802", saysIn("#lobby", "bob", 803, "then"))
	c.sends(`{"do":"msg","to":"bob","text":"two","once":"k2","tag":"t12"}`)
	c.hears("#t12 + msg Bob 804 stored")
	c.sends(`{"do":"msg","to":"#lobby","text":"/three  x ","once":"k3","tag":"t13"}`)
	c.hears(saysIn("#lobby", "bob", 806, "meanwhile"), "#t13 - msg muted #lobby: You are muted.")
	c.has("#lobby", "801 bob: first", "802 alice: one", "803 bob: then", "806 bob: meanwhile", "0 alice: /three  x  (refused)")
	c.has("Bob", "804 alice: two")
	if th := c.s.Thread("BOB"); th.Name != "Bob" || th.Lines[0].Why != "Bob is not online, and finds it at the next login." {
		t.Errorf("%+v", th)
	}
	if why := c.s.Thread("#lobby").Lines[4].Why; why != "You are muted." || len(c.s.Unsent()) != 0 {
		t.Errorf("why: %q; unsent %v", why, c.s.Unsent())
	}
}

// What comes too fast is held back, and what follows waits behind it.
func TestRateLimited(t *testing.T) {
	c := begins(t)
	c.enters("#lobby", "one")
	c.enters("#lobby", "two")
	c.answers(`"text":"one"`, "- msg rate-limited retry=10: Too much.")
	c.has("#lobby", "0 alice: one (sending)", "0 alice: two (sending)")
	c.sends()
	if at := c.s.Wake(); at.Sub(c.now) != 10*time.Second {
		t.Errorf("it wakes at %v", at)
	}
	c.passes(9 * time.Second)
	c.sends()
	c.passes(time.Second)
	c.answers(`"text":"one","once":"k1"`, "+ msg #lobby 801")
	c.answers(`"text":"two"`, "- msg rate-limited retry=11: Far too much.")
	c.has("#lobby", "801 alice: one", "0 alice: two (refused)")
	c.passes(time.Hour)
	c.sends()
}

func TestUnsure(t *testing.T) {
	for what, c := range map[string]struct {
		answers []string // to the repeats, a while between them
		want    []string
	}{
		"it was kept":            {[]string{"+ msg #lobby 801"}, []string{"801 alice: one", "802 bob: two"}},
		"it was not":             {[]string{"- msg not-in-room #lobby: No."}, []string{"802 bob: two", "0 alice: one (refused)"}},
		"nobody knows for long":  {[]string{"- msg unsure: ?", "- msg unavailable retry=2: No.", "- msg rate-limited retry=60: No.", "- msg unsure: ?"}, []string{"802 bob: two", "0 alice: one (unsure)"}},
		"it is known in the end": {[]string{"- msg unsure: ?", "+ msg #lobby 803"}, []string{"802 bob: two", "803 alice: one"}},
	} {
		t.Run(what, func(t *testing.T) {
			talk := begins(t)
			talk.enters("#lobby", "one")
			talk.answers(`"once":"k1"`, "- msg unsure: It is not known.")
			talk.has("#lobby", "0 alice: one (unsure)")
			talk.hears(saysIn("#lobby", "bob", 802, "two"))
			for _, answer := range c.answers {
				talk.sends()
				talk.passes(time.Minute)
				talk.answers(`"once":"k1"`, answer)
			}
			talk.has("#lobby", c.want...)
		})
	}
}

// The answer to a private message says where its recipient is.
func TestMessageTellsWhoIsThere(t *testing.T) {
	c := begins(t)
	bob := c.s.Thread("bob")
	for answer, want := range map[string][2]bool{
		"+ msg bob 801 sent=1 away: Lunch": {true, true}, "+ msg bob 802 sent=1": {true, false}, "+ msg bob 803 stored": {false, false},
	} {
		c.enters("bob", "hi")
		c.answers(`"text":"hi"`, answer)
		if got := [2]bool{bob.Here, bob.Away}; got != want {
			t.Errorf("after %q he is here and away: %v, want %v", answer, got, want)
		}
	}
}

// So does /who.
func TestWhoTellsWhoIsThere(t *testing.T) {
	c := begins(t)
	bob := c.s.Thread("bob")
	c.enters("bob", "/whois bob")
	c.answers("/whois bob", "= user bob idle=3 sessions=1 away: Lunch", "+ whois bob")
	if !bob.Here || !bob.Away {
		t.Errorf("he is here %v, away %v", bob.Here, bob.Away)
	}
	c.enters("bob", "/who")
	c.answers("/who", "= user bob idle=3 sessions=1", "+ who 1")
	if !bob.Here || bob.Away {
		t.Errorf("he is here %v, away %v", bob.Here, bob.Away)
	}
}

// An own message that comes as somebody else's would is shown once.
func TestOwnMessageComesTwice(t *testing.T) {
	own := saysIn("#lobby", "alice", 801, "one")
	for what, do := range map[string]func(c *talk){
		"before the answer": func(c *talk) {
			c.hears(own, saysIn("#lobby", "bob", 802, "two"))
			c.answers(`"once":"k1"`, "+ msg #lobby 801")
		},
		"behind the answer": func(c *talk) {
			c.answers(`"once":"k1"`, "+ msg #lobby 801")
			c.hears(saysIn("#lobby", "bob", 802, "two"), own)
		},
		"in a page": func(c *talk) {
			c.answers(`"once":"k1"`, "+ msg #lobby 801")
			c.hears(saysIn("#lobby", "bob", 802, "two"))
			c.page(own)
		},
		"in an earlier page": func(c *talk) {
			c.page(own)
			c.hears(saysIn("#lobby", "bob", 802, "two"))
			c.answers(`"once":"k1"`, "+ msg #lobby 801")
		},
	} {
		t.Run(what, func(t *testing.T) {
			c := begins(t)
			c.s.Thread("#lobby").Beginning = false
			c.enters("#lobby", "one")
			do(c)
			c.has("#lobby", "801 alice: one", "802 bob: two")
			if c.s.Thread("#lobby").Unread != 0 || c.s.Rang() || len(c.s.Unsent()) != 0 {
				t.Errorf("%+v", c.s.Thread("#lobby"))
			}
		})
	}
}

// page has a page of the lobby's history in which this message is.
func (c *talk) page(event string) {
	c.t.Helper()
	c.s.Older(c.s.Thread("#lobby"))
	row := strings.Replace(strings.Replace(event, "* ", "= ", 1), "number=", "", 1)
	c.answers(`"do":"history"`, row, "+ history 1")
}

// A key is known to the server for a day. What was sent before that must not be said again.
func TestDoubtThatIsOld(t *testing.T) {
	c := begins(t)
	c.enters("#lobby", "one")
	c.enters("#lobby", "two")
	c.loses(30 * time.Hour)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=900")
	c.rooms("#lobby", "#tea")
	c.answers(`"do":"since"`, "+ since 0 upto=900")
	c.answers(`"text":"two"`, "+ msg #lobby 901") // was never sent
	c.has("#lobby", "0 alice: one (unsure)", "901 alice: two", "gap 30h0m0s")
	if list := c.s.Unsent(); len(list) != 1 || list[0].Text != "one" {
		t.Errorf("unsent: %+v", list)
	}
	for _, line := range c.takes() {
		if strings.Contains(line, `"once":"k1"`) {
			t.Errorf("said again: %s", line)
		}
	}
}

// What was typed before a command that ends something is said before it.
func TestNothingIsOvertaken(t *testing.T) {
	for _, command := range []string{"/quit", "/logout", "/leave #lobby"} {
		c := begins(t)
		c.enters("#lobby", "one")
		c.enters("#lobby", "two")
		c.enters("#lobby", command)
		c.answers(`"text":"one"`, "+ msg #lobby 801")
		c.sends(`{"do":"msg","to":"#lobby","text":"two","once":"k2","tag":"t12"}`)
		c.hears("#t12 + msg #lobby 802")
		c.sends("#t13 " + command)
		if err := c.s.Enter(c.s.Thread("#tea"), "too late"); (err == nil) != (command == "/leave #lobby") {
			t.Errorf("behind %s something can be said: %v", command, err)
		}
	}
	c := begins(t)
	c.enters("#lobby", "one")
	c.enters("#lobby", "/quit")
	c.loses(time.Minute)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=900")
	c.answers(`"once":"k1"`, "+ msg #lobby 901")
	c.rooms("#lobby", "#tea")
	c.answers(`"do":"since"`, "+ since 0 upto=901")
	c.enters("#tea", "hello again")
	c.has("#lobby", "901 alice: one", "> /quit", "notice The connection was lost, and this was not done: /quit", "gap 1m0s")
}
