package commands

import (
	"net/netip"
	"time"

	"parley/commands/ratelimit"
	"parley/internal/language"
	"parley/protocol"
)

// How long the wait grows after too many wrong passwords.
const (
	firstPenalty = 15 * time.Second
	worstPenalty = 15 * time.Minute
)

// Guesses is how many wrong passwords an address may try on one account in a minute.
const Guesses = 5

// loginLimits limits logins and registrations. Wrong passwords are counted for each account and address together, so that
// nobody can lock somebody else out. It may be used from any goroutine.
type loginLimits struct {
	wrong     *ratelimit.Table[guess, attempt]
	logins    *ratelimit.Meter[netip.Prefix] // for each address
	registers *ratelimit.Meter[netip.Prefix] // for each address
	anybody   *ratelimit.Meter[netip.Prefix] // registrations of all addresses, under the zero address
}

// guess is an address that tries passwords on an account.
type guess struct {
	key    string
	source netip.Prefix
}

// attempt is what an address has lately tried on an account.
type attempt struct {
	tried   ratelimit.Bucket
	penalty time.Duration // the last one; each is twice the one before
	until   time.Time     // until then every try is refused
}

var guessRate = ratelimit.Per(Guesses, time.Minute)

func newLoginLimits(c *Config) *loginLimits {
	return &loginLimits{
		wrong: ratelimit.NewTable[guess](func(a *attempt, now time.Time) bool {
			return a.tried.Full(guessRate, now) && now.Sub(a.until) > worstPenalty
		}),
		logins:    ratelimit.NewMeter[netip.Prefix](c.LoginRate),
		registers: ratelimit.NewMeter[netip.Prefix](c.RegisterRate),
		anybody:   ratelimit.NewMeter[netip.Prefix](c.RegisterRateAll),
	}
}

// configure changes the rates.
func (a *loginLimits) configure(c *Config) {
	a.logins.SetRate(c.LoginRate)
	a.registers.SetRate(c.RegisterRate)
	a.anybody.SetRate(c.RegisterRateAll)
}

// login counts one try before its password is looked at, or refuses it.
func (a *loginLimits) login(s *Session, key string, now time.Time) error {
	if s.Trusted {
		return nil
	}
	source := ratelimit.AddressKey(s.Remote)
	// The address first, so that an address which tries many names does not make an entry for each of them.
	if wait := a.logins.Take(source, now); wait > 0 {
		return tooOften(wait)
	}
	wait := 0
	a.wrong.With(guess{key, source}, now, func(t *attempt) {
		if wait = seconds(t.until.Sub(now)); wait > 0 {
			return
		}
		if t.tried.Take(guessRate, now) > 0 {
			t.penalty = min(max(firstPenalty, 2*t.penalty), worstPenalty)
			t.until = now.Add(t.penalty)
			wait = seconds(t.penalty)
		}
	})
	return tooOften(wait)
}

// punish has the next try of an address on an account wait, so many seconds at least. It returns how many.
func (a *loginLimits) punish(s *Session, key string, least int, now time.Time) (wait int) {
	a.wrong.With(guess{key, ratelimit.AddressKey(s.Remote)}, now, func(t *attempt) {
		t.penalty = min(max(firstPenalty, 2*t.penalty), worstPenalty)
		t.until = now.Add(max(t.penalty, time.Duration(least)*time.Second))
		wait = seconds(t.until.Sub(now))
	})
	return wait
}

// mayTry refuses a try whose address may try nothing just now, and counts nothing.
func (a *loginLimits) mayTry(s *Session, now time.Time) error {
	if s.Trusted {
		return nil
	}
	return tooOften(a.logins.Wait(ratelimit.AddressKey(s.Remote), now))
}

// right forgets the tries of an address that has given the right password.
func (a *loginLimits) right(s *Session, key string, now time.Time) {
	if !s.Trusted {
		a.wrong.With(guess{key, ratelimit.AddressKey(s.Remote)}, now, func(t *attempt) { *t = attempt{} })
	}
}

// register counts one registration before its password is hashed, or refuses it.
func (a *loginLimits) register(s *Session, now time.Time) error {
	if s.Trusted {
		return nil
	}
	wait := a.registers.Take(ratelimit.AddressKey(s.Remote), now)
	if wait == 0 {
		wait = a.anybody.Take(netip.Prefix{}, now)
	}
	return tooOften(wait)
}

func tooOften(wait int) error {
	if wait == 0 {
		return nil
	}
	return &protocol.Error{Code: protocol.RateLimited, Retry: wait, Sentence: language.Say("That was tried too often from your address. Please wait.")}
}

// seconds rounds up. It is 0 for a negative time.
func seconds(d time.Duration) int { return int(max(0, d+time.Second-1) / time.Second) }
