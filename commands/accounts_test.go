package commands

import (
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"parley/commands/ratelimit"
)

// The rules of accounts, as a client meets them.

func (r *room) hash(key string) string {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	return r.store.accounts[key].Hash
}

func (r *room) setHash(key, hash string) {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	a := r.store.accounts[key]
	a.Hash = hash
	r.store.accounts[key] = a
}

// made is the part of a stored password with the parameters that it was made with.
func made(hash string) string {
	return hash[:strings.LastIndexByte(hash[:strings.LastIndexByte(hash, '$')], '$')]
}

// TestOldHashIsUpgraded: parameters are read from the stored string, and replaced at the next login that knows the password.
func TestOldHashIsUpgraded(t *testing.T) {
	for _, old := range []argon2id.Params{
		{Memory: 32, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16},
		{Memory: 128, Iterations: 3, Parallelism: 2, SaltLength: 16, KeyLength: 32},
	} {
		r := newRoom(t)
		alice := r.member("alice")
		today := made(r.hash("alice"))
		stored, err := argon2id.CreateHash("correct horse", &old)
		if err != nil {
			t.Fatal(err)
		}
		r.setHash("alice", stored)
		alice.wants("/logout", "+ logout")
		alice.wants("/login alice wrong horse", "- login bad-credentials")
		if r.hash("alice") != stored {
			t.Error("a wrong password changed what is stored")
		}
		alice.wants("/login alice correct horse", "+ login alice")
		better := r.hash("alice")
		if made(better) != today {
			t.Errorf("%s became %s, want %s", made(stored), made(better), today)
		}
		alice.wants("/logout", "+ logout")
		alice.wants("/login alice correct horse", "+ login alice")
		if r.hash("alice") != better {
			t.Error("what was good already was changed")
		}
	}
}

// TestUnknownNameAndWrongPassword: one answer, and one count of the tries.
func TestUnknownNameAndWrongPassword(t *testing.T) {
	r := newRoom(t)
	r.member("alice")
	answers := map[string][]string{}
	for _, name := range []string{"alice", "ghost"} {
		v := r.from("192.0.2.66")
		for range Guesses + 2 {
			answers[name] = append(answers[name], v.asks("/login "+name+" wrong horse"))
		}
	}
	for i, answer := range answers["alice"] {
		if answer != answers["ghost"][i] {
			t.Errorf("try %d: %q for alice, %q for nobody", i+1, answer, answers["ghost"][i])
		}
	}
	if last := answers["alice"][Guesses]; last != "- login rate-limited retry=15: That was tried too often from your address. Please wait." {
		t.Errorf("after %d wrong passwords: %q", Guesses, last)
	}
}

// TestOwnerGetsIn: however many wrong passwords come from elsewhere.
func TestOwnerGetsIn(t *testing.T) {
	r := newRoom(t, func(c *Config) { c.LoginRate = ratelimit.Per(20, time.Minute) })
	r.member("alice")
	for range 50 {
		for _, address := range []string{"192.0.2.66", "192.0.2.67", "2001:db8::1"} {
			r.from(address).asks("/login alice wrong horse")
		}
	}
	r.from("192.0.2.66").wants("/login alice correct horse", "- login rate-limited retry=")
	r.from("198.51.100.1").wants("/login alice correct horse", "+ login alice")
	r.from("").wants("/login alice correct horse", "+ login alice")
}

// TestPromptIsNoWayAround: a password that is asked for counts as one in the line.
func TestPromptIsNoWayAround(t *testing.T) {
	r := newRoom(t)
	r.member("alice")
	v := r.from("192.0.2.66")
	for range Guesses {
		v.says("/login alice\n")
		v.wants("wrong horse", "- login bad-credentials")
	}
	v.says("/login alice\n")
	v.wants("correct horse", "- login rate-limited retry=")
}

// TestPasswdIsNoPlaceToGuess: whoever finds a session that was left open can't guess its password there.
func TestPasswdIsNoPlaceToGuess(t *testing.T) {
	r := newRoom(t)
	r.member("alice").leave()
	v := r.from("192.0.2.66")
	v.wants("/login alice correct horse", "+ login alice")
	for range Guesses {
		v.says("/passwd\nwrong horse\n")
		v.wants("battery staple", "- passwd bad-credentials")
	}
	v.says("/passwd\ncorrect horse\n")
	v.wants("battery staple", "- passwd rate-limited retry=")

	// The owner, at home, changes it as often as they like.
	owner := r.from("198.51.100.1")
	owner.wants("/login alice correct horse", "+ login alice")
	for range 2 * Guesses {
		owner.says("/passwd\ncorrect horse\n")
		owner.wants("correct horse", "+ passwd")
	}
}

// TestRightPasswordIsNoGuess: whoever knows it may log in as often as they like, also after a wrong one now and then.
func TestRightPasswordIsNoGuess(t *testing.T) {
	r := newRoom(t)
	r.member("alice").leave()
	alice := r.from("192.0.2.1")
	for range 2 * Guesses {
		alice.wants("/login alice wrong horse", "- login bad-credentials")
		alice.wants("/login alice correct horse", "+ login alice")
		alice.wants("/logout", "+ logout")
	}
}

// TestPasswdEndsTheOtherSessions, and no others.
func TestPasswdEndsTheOtherSessions(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	other := r.from("")
	other.wants("/login alice correct horse", "+ login alice")
	alice.says("/passwd\ncorrect horse\nbattery staple\n")
	r.until("the other session ends", func() bool { return !other.session.LoggedIn() })
	if heard := other.took(); !strings.HasPrefix(heard, "! replaced: ") {
		t.Errorf("the other session is told %q", heard)
	}
	alice.wants("/ping", "+ ping")
	bob.wants("/who", "+ who 2")
	other.wants("/login alice correct horse", "- login bad-credentials")
	other.wants("/login alice battery staple", "+ login alice")
}

// TestRemovedAccountSaysNothing: that it can't is nobody's mistake, and not logged as one.
func TestRemovedAccountSaysNothing(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	r.store.remove("alice")
	heard := alice.says("/msg bob hello\n/all hello\n")
	r.until("the session ends", func() bool { return !alice.session.LoggedIn() })
	if heard += alice.took(); !strings.Contains(heard, "! removed: ") || strings.Contains(heard, "internal") {
		t.Errorf("alice is told %q", heard)
	}
	if heard := bob.says("/ping\n"); heard != "+ ping\r\n" {
		t.Errorf("bob is told %q", heard)
	}
	if log := r.log.String(); strings.Contains(log, "error") {
		t.Errorf("the log is\n%s", log)
	}
}

// TestRegisteringIsLimited: what is refused before it costs anything does not count.
func TestRegisteringIsLimited(t *testing.T) {
	r := newRoom(t, func(c *Config) { c.RegisterRate = ratelimit.Per(5, time.Hour) })
	v := r.from("192.0.2.66")
	for range 20 {
		v.wants("/register alice short", "- register weak-password")
		v.wants("/register all correct horse", "- register name-reserved")
	}
	for _, name := range strings.Fields("a b c d e") {
		v.wants("/register "+name+" correct horse", "+ register "+name)
		v.wants("/logout", "+ logout")
	}
	v.wants("/register f correct horse", "- register rate-limited retry=")
	if r.hash("f") != "" {
		t.Error("the account was made all the same")
	}
	r.from("192.0.2.67").wants("/register f correct horse", "+ register f")
}

// TestLimitIsOneLogLine: with the address, and without what was typed.
func TestLimitIsOneLogLine(t *testing.T) {
	r := newRoom(t, func(c *Config) {
		c.RegisterRate, c.MessageRate = ratelimit.Per(1, time.Hour), ratelimit.Rate{Burst: 1, Second: 0.001}
	})
	v := r.from("192.0.2.66")
	for range Guesses {
		v.wants("/login ghost wrong horse", "- login bad-credentials")
	}
	v.wants("/login ghost wrong horse", "- login rate-limited")
	v.wants("/register alice correct horse", "+ register")
	v.wants("one", "+ all")
	v.wants("two horses", "- all rate-limited")
	v.wants("/logout", "+ logout")
	v.wants("/register bob correct horse", "- register rate-limited")
	r.chat.passwords.cost.Store(int64(time.Hour))
	r.chat.passwords.waiting.Add(alwaysWait)
	v.wants("/login alice correct horse", "- login busy retry=")
	r.chat.passwords.waiting.Add(-alwaysWait)

	log := r.log.String()
	if n := strings.Count(log, `"a limit was hit"`); n != 4 || strings.Count(log, "192.0.2.66") != n {
		t.Errorf("four limits were hit, and the log is\n%s", log)
	}
	for _, secret := range []string{"horse", "ghost"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log:\n%s", secret, log)
		}
	}
}
