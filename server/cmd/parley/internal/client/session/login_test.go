package session

import (
	"slices"
	"testing"
	"time"
)

func TestEntering(t *testing.T) {
	c := newTalk(t, Options{})
	c.connects()
	c.is(Entering)
	c.sends()
	c.s.Login("alice", "tom thumb")
	c.is(Returning)
	c.sends(`{"do":"login","name":"alice","password":"tom thumb","tag":"t2"}`)
	c.hears("#t2 - login bad-credentials: The name or the password is wrong.")
	c.is(Entering)
	if c.s.Refusal() != "bad-credentials" || c.s.Reason() != "The name or the password is wrong." || c.s.TokenRefused() {
		t.Errorf("refused by %q: %q", c.s.Refusal(), c.s.Reason())
	}
	c.s.Login("alice", "correct horse")
	if c.s.Refusal() != "" || c.s.Reason() != "" {
		t.Errorf("refused by %q: %q", c.s.Refusal(), c.s.Reason())
	}
	c.answers(`"do":"login"`, "- login rate-limited retry=5: Too many.") // somebody waits for an answer, and is told
	c.is(Entering)
	if wait := c.s.Patience(); wait != 5*time.Second {
		t.Errorf("the person is to wait for %v", wait)
	}
	c.s.Register("alice", "correct horse")
	c.answers(`{"do":"register","name":"alice","password":"correct horse"`, "+ register alice")
	c.is(Online)
	if c.s.Name() != "alice" || c.s.Reason() != "" {
		t.Errorf("%q, %q", c.s.Name(), c.s.Reason())
	}
}

// An account may have been made although nobody was told so.
func TestRegisterInDoubt(t *testing.T) {
	for what, made := range map[string]bool{"it was made": true, "it was not": false} {
		for how, doubt := range map[string]func(c *talk){
			"lost":   func(c *talk) { c.loses(time.Second) },
			"unsure": func(c *talk) { c.answers(`"do":"register"`, "- register unsure: It is not known.") },
		} {
			t.Run(what+", "+how, func(t *testing.T) {
				c := newTalk(t, Options{})
				c.connects()
				c.s.Register("alice", "correct horse")
				doubt(c)
				if made {
					c.answers(`{"do":"login","name":"alice","password":"correct horse"`, "+ login alice waiting=0 last=1")
				} else {
					c.answers(`"do":"login"`, "- login bad-credentials: No.")
					c.answers(`{"do":"register","name":"alice"`, "+ register alice")
				}
				c.is(Online)
			})
		}
	}
}

func TestReturnIsRefused(t *testing.T) {
	c := begins(t)
	c.loses(time.Second)
	c.answers(`"do":"login"`, "- login busy retry=2: Later.")
	c.is(Returning)
	c.passes(time.Second)
	c.sends()
	c.passes(time.Second)
	c.answers(`"do":"login"`, "- login banned until=2026-11-20T12:00:00Z: You are banned.")
	c.is(Ended)
	if c.s.Reason() != "You are banned." || !c.s.Hangup() || c.s.Hangup() {
		t.Errorf("the reason is %q", c.s.Reason())
	}
}

func TestTokenIsRefused(t *testing.T) {
	c := newTalk(t, Options{Name: "alice", Secret: "parley_X"})
	c.connects()
	c.answers(`"password":"parley_X"`, "- login bad-credentials: No.")
	c.is(Entering)
	if !c.s.TokenRefused() || c.s.TokenRefused() || c.s.Refusal() != "bad-credentials" {
		t.Error("nobody is told that the token was refused")
	}
	// It is not tried again by itself.
	c.s.Lost("login-timeout", c.now)
	c.connects()
	c.is(Entering)
	c.sends()
}

// Nothing of one account is left to the next one.
func TestAnotherAccount(t *testing.T) {
	leave := map[string]func(c *talk){
		"by /logout": func(c *talk) {
			c.enters("#lobby", "/logout")
			c.answers("/logout", "+ logout")
		},
		"behind a new password": func(c *talk) {
			c.hears("! replaced: The password of this account was changed.")
			c.is(Ended)
			c.s.Lost("", c.now)
			c.connects()
		},
	}
	for what, leave := range leave {
		t.Run(what, func(t *testing.T) {
			c := begins(t)
			c.hears("* msg bob 801 at=2026-11-19T12:00:00Z thread=bob: a secret")
			c.s.Rang()
			leave(c)
			c.is(Entering)
			c.s.Login("carol", "tom thumb")
			c.answers(`{"do":"login","name":"carol","password":"tom thumb"`, "+ login carol waiting=0 last=500")
			c.is(Online)
			if list := c.s.Threads(); len(list) != 0 || c.s.Name() != "carol" || c.s.Rang() {
				t.Errorf("%s has %+v", c.s.Name(), list)
			}
			c.s.Show(c.s.Thread("#lobby"))
			c.loses(time.Second)
			c.answers(`{"do":"login","name":"carol","password":"tom thumb"`, "+ login carol waiting=0 last=501")
			c.rooms("#lobby", "#tea")
			c.answers(`"do":"since","number":500`, "+ since 0 upto=501")
		})
	}
}

// The same account finds what it had.
func TestTheSameAccountAgain(t *testing.T) {
	c := begins(t)
	c.hears("* msg bob 801 at=2026-11-19T12:00:00Z thread=bob: hi")
	c.hears("! replaced: The password of this account was changed.")
	c.s.Lost("", c.now)
	c.connects()
	c.is(Entering)
	c.s.Login("ALICE", "another one")
	c.answers(`"password":"another one"`, "+ login alice waiting=0 last=900")
	c.rooms("#lobby", "#tea")
	c.answers(`"do":"since","number":801`, "= msg bob 802 at=2026-11-19T12:00:00Z thread=bob: again", "+ since 1 upto=900")
	c.has("bob", "801 bob!: hi", "gap 0s", "802 bob!: again")
}

func TestPasswd(t *testing.T) {
	c := begins(t)
	c.enters("#lobby", "/passwd")
	c.sends("#t11 /passwd")
	if err := c.s.Enter(c.s.Thread("#lobby"), "hello"); err == nil {
		t.Error("something is said while a password may be asked for")
	}
	c.s.Older(c.s.Thread("#tea"))
	c.sends() // it would be taken for the password
	c.hears("#t11 * prompt password: Your old password, please.")
	if question, asked := c.s.Prompt(); !asked || question != "Your old password, please." {
		t.Errorf("%q, %v", question, asked)
	}
	c.passes(time.Hour) // nobody hurries
	if c.s.Hangup() {
		t.Error("it hangs up while the person looks for the password")
	}
	c.s.Answer(" /old\r\n one\x00")
	c.sends(" /old one")
	c.hears("#t11 * prompt password: A new password, please.")
	c.s.Answer("the new one")
	c.sends("the new one")
	if _, asked := c.s.Prompt(); asked {
		t.Error("it is asked still")
	}
	c.hears("#t11 + passwd")
	c.sends(`{"do":"history","name":"#tea","count":100,"tag":"t12"}`)
	c.enters("#lobby", "hello")
	c.loses(time.Second)
	c.answers(`{"do":"login","name":"alice","password":"the new one"`, "+ login alice waiting=0 last=900")
	c.has("#lobby", "> /passwd", "0 + passwd", "0 alice: hello (unsure)", "gap 1s")
}

func TestToken(t *testing.T) {
	c := begins(t)
	c.s.WantToken("parley connect on desk", 90*24*time.Hour)
	if _, ok := c.s.Token(); ok {
		t.Error("there is a token already")
	}
	c.answers("/token for=7776000s parley connect on desk", "+ token 3fa9c2e1 parley_QGDA until=2027-02-17T21:04:11Z")
	if secret, ok := c.s.Token(); !ok || secret != "parley_QGDA" {
		t.Errorf("%q, %v", secret, ok)
	}
	if _, ok := c.s.Token(); ok {
		t.Error("the token comes twice")
	}
	c.s.WantToken("", time.Hour)
	c.answers("/token for=3600s", "- token too-many: You have as many tokens as you may have.")
	if _, ok := c.s.Token(); ok {
		t.Error("a refusal is a token")
	}
	c.has("#lobby", "notice You are not kept logged in on this computer: You have as many tokens as you may have.")
}

// The server's last words say whether to come back by itself.
func TestEndings(t *testing.T) {
	for _, tt := range []struct {
		line   string
		want   State
		reason string
		wait   time.Duration
		secret bool // the next connection logs in by itself
	}{
		{"! bye: See you.", Ended, "See you.", 0, true},
		{"! ended: You have ended this session.", Ended, "You have ended this session.", 0, true},
		{"! banned: You are banned.", Ended, "You are banned.", 0, true},
		{"! replaced: The password was changed.", Ended, "The password was changed.", 0, false},
		{"! removed: The account was removed.", Ended, "The account was removed.", 0, false},
		{"! draining: The server is restarting.", Offline, "The server is restarting.", time.Second, true},
		{"! resync: Come back.", Offline, "Come back.", 0, true},
		{"! flood: Too much.", Offline, "Too much.", 30 * time.Second, true},
		{"! slow-reader: You did not read.", Offline, "You did not read.", time.Second, true},
		{"! new-word", Offline, "new-word", time.Second, true},
	} {
		c := begins(t)
		c.passes(time.Minute)
		c.hears(tt.line)
		if !c.s.Hangup() {
			t.Errorf("%s: nobody hangs up", tt.line)
		}
		c.s.Lost("EOF", c.now)
		c.is(tt.want)
		if c.s.Reason() != tt.reason {
			t.Errorf("%s: the reason is %q", tt.line, c.s.Reason())
		}
		if wait := c.s.Retry().Sub(c.now); tt.want == Offline && wait != tt.wait {
			t.Errorf("%s: it waits for %v", tt.line, wait)
		}
		c.connects()
		if again := c.s.State() == Returning; again != tt.secret {
			t.Errorf("%s: it logs in again: %v", tt.line, again)
		}
		if len(c.s.Threads()) == 0 {
			t.Errorf("%s: nothing is left on the screen", tt.line)
		}
	}
}

func TestPauses(t *testing.T) {
	c := newTalk(t, Options{})
	var got []time.Duration
	for range 7 {
		c.s.Lost("connection refused", c.now)
		got = append(got, c.s.Retry().Sub(c.now))
	}
	if want := []time.Duration{1, 2, 4, 8, 16, 30, 30}; !slices.EqualFunc(got, want, func(a, b time.Duration) bool { return a == b*time.Second }) {
		t.Errorf("the pauses are %v", got)
	}
	c = newTalk(t, Options{Name: "alice", Secret: "correct horse", Jitter: func() float64 { return 0.5 }})
	lose := func(lasts, want time.Duration) {
		t.Helper()
		c.connects()
		c.answers(`"do":"login"`, "+ login alice waiting=0 last=1")
		c.passes(lasts)
		c.s.Lost("EOF", c.now)
		if got := c.s.Retry().Sub(c.now); got != want {
			t.Errorf("the pause is %v, want %v", got, want)
		}
	}
	lose(time.Second, 750*time.Millisecond)
	lose(time.Second, 1500*time.Millisecond)
	lose(9*time.Second, 3*time.Second)
	lose(10*time.Second, 750*time.Millisecond)
}

func TestOthersThanParley(t *testing.T) {
	c := newTalk(t, Options{})
	c.s.Connected(c.now)
	c.hears("SSH-2.0-OpenSSH_9.2", "220 mail ESMTP", "+OK", "{}", "! full: There is no room for you.")
	c.is(Greeting)
	if c.s.Reason() != "There is no room for you." || !c.s.Hangup() {
		t.Errorf("the reason is %q", c.s.Reason())
	}
	c.s.Connected(c.now)
	c.passes(29 * time.Second)
	if c.s.Hangup() {
		t.Error("it has no patience")
	}
	c.passes(time.Second)
	if !c.s.Hangup() || c.s.Reason() != "The server does not answer." {
		t.Errorf("it waits for ever; %q", c.s.Reason())
	}
	c.s.Lost("closed", c.now)
	if c.s.Reason() != "The server does not answer." {
		t.Errorf("the reason is %q", c.s.Reason())
	}
	c.s.Connected(c.now)
	c.hears("* hello parley/0.1: Welcome.", "- * unknown-command format: No.")
	c.is(Ended)
}

func TestHangup(t *testing.T) {
	c := begins(t)
	if at := c.s.Wake(); !at.IsZero() {
		t.Errorf("it wakes at %v for nothing", at)
	}
	c.now = c.now.Add(time.Hour) // which nobody has told
	if err := c.s.Enter(c.s.Thread("#lobby"), "hello"); err != nil {
		t.Fatal(err)
	}
	c.passes(0)
	if c.s.Hangup() {
		t.Error("it hangs up at once")
	}
	if at := c.s.Wake(); at.Sub(c.now) != patience {
		t.Errorf("it wakes at %v", at)
	}
	c.passes(patience / 2)
	c.hears(saysIn("#lobby", "bob", 801, "x")) // a server that talks is alive
	c.passes(patience - 1)
	if c.s.Hangup() {
		t.Error("it hangs up too soon")
	}
	c.passes(1)
	if !c.s.Hangup() {
		t.Error("it does not hang up")
	}
}

// Who is sent away at once each time does not come back at once each time.
func TestResyncAgainAndAgain(t *testing.T) {
	c := begins(t)
	c.passes(time.Minute)
	var got []time.Duration
	for range 3 {
		c.hears("! resync: Come back.")
		c.s.Lost("EOF", c.now)
		got = append(got, c.s.Retry().Sub(c.now))
		c.connects()
	}
	if want := []time.Duration{0, 2 * time.Second, 4 * time.Second}; !slices.Equal(got, want) {
		t.Errorf("it waits for %v, want %v", got, want)
	}
}

// A server that is just starting has nobody asked for a password who has a token.
func TestGivenSecretIsTriedAgain(t *testing.T) {
	c := newTalk(t, Options{Name: "alice", Secret: "parley_token"})
	c.connects()
	c.answers(`"do":"login"`, "- login unavailable retry=3: Later.")
	c.is(Returning)
	c.passes(3 * time.Second)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=1")
	c.is(Online)
}
