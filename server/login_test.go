package server

import (
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
)

// lookedUp waits until accounts were looked for so many times more than before.
func (s *testServer) lookedUp(before int64, times int) {
	s.t.Helper()
	eventually(s.t, "the accounts are looked for", func() bool { return s.store.looked.Load()-before >= int64(times) })
}

// Logins that were granted on the old password do not outlive its change, whether they enter before it or after it.
func TestOldPasswordDoesNotStay(t *testing.T) {
	const thieves = 20
	for _, c := range []struct {
		name       string
		loginFirst bool
	}{{"login first", true}, {"change first", false}} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t)
			alice := s.join("alice")
			release := s.store.holdCommits()
			var others []*user
			for range thieves {
				others = append(others, s.dial())
			}
			looked := s.store.looked.Load()
			logIn := func() {
				for _, u := range others {
					u.say("/login alice " + password)
				}
			}
			change := func() { alice.say("/passwd", password, "another horse") }
			if c.loginFirst {
				logIn()
				s.lookedUp(looked, thieves)
				change()
			} else {
				change()
				s.lookedUp(looked, 1)
				logIn()
			}
			s.lookedUp(looked, thieves+1) // the old hash has been read by all
			release()
			for alice.line() != "+ passwd" {
			}
			if got := alice.ask("/who"); !strings.HasPrefix(got, "+ who 1") {
				t.Error(got)
			}
			for i, u := range others {
				line := u.line()
				if strings.HasPrefix(line, "+ login ") {
					u.want("! replaced")
					u.wantEnd()
				} else if !strings.HasPrefix(line, "- login bad-credentials") || !strings.HasPrefix(u.ask("/all hi"), "- all login-required") {
					t.Errorf("login %d is answered %q", i, line)
				}
			}
			alice.say("/who")
			alice.want("= user alice ")
			alice.want("+ who 1")
		})
	}
}

// The first login after the way of hashing has changed stores a new hash. Others that are under way at that time know the right password, too.
func TestLoginsWhileTheHashIsUpgraded(t *testing.T) {
	const logins = 5
	s := start(t)
	s.join("alice")
	s.setup.Chat.Password = &argon2id.Params{Memory: 64, Iterations: 2, Parallelism: 1, SaltLength: 8, KeyLength: 16}
	s = s.restart()
	release := s.store.holdCommits()
	var users []*user
	for range logins {
		u := s.dial()
		u.say("/login alice " + password)
		users = append(users, u)
	}
	s.lookedUp(0, logins)
	release()
	for _, u := range users {
		u.want("+ login alice")
	}
}
