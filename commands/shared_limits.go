package commands

import (
	"time"

	"parley/commands/ratelimit"
)

// This file is for the limits that all nodes count together. Each node counts by itself as well: what it refuses never gets to the store, and if
// the store can't answer, that must do. All of it may wait for the store.

// together takes one of what all nodes may do together, and returns 0, or how many seconds to wait.
func (c *Chat) together(what string, rate ratelimit.Rate) (wait int) {
	if rate.Off || c.store.Alone() {
		return 0
	}
	ctx, cancel := c.deadline()
	defer cancel()
	left, err := c.store.Take(ctx, what, rate.Burst, rate.Each())
	if err != nil {
		return 0
	}
	return seconds(left)
}

// mayLogIn counts one try of a session before its password is looked at, or refuses it.
func (c *Chat) mayLogIn(s *Session, key string) error {
	if err := c.limits.login(s, key, time.Now()); err != nil || s.Trusted {
		return err
	}
	return tooOften(c.together("login:"+ratelimit.AddressKey(s.Remote).String(), c.config.Load().LoginRate))
}

// guessed counts a wrong password, or refuses the try after all. A right one costs nothing, so it can't be counted before it is known.
func (c *Chat) guessed(s *Session, key string) error {
	if s.Trusted {
		return nil
	}
	wait := c.together("guess:"+key+":"+ratelimit.AddressKey(s.Remote).String(), guessRate)
	if wait > 0 {
		wait = c.limits.punish(s, key, wait, time.Now())
	}
	return tooOften(wait)
}

// mayRegister counts one registration before its password is hashed, or refuses it.
func (c *Chat) mayRegister(s *Session) error {
	if err := c.limits.register(s, time.Now()); err != nil || s.Trusted {
		return err
	}
	wait := c.together("register:"+ratelimit.AddressKey(s.Remote).String(), c.config.Load().RegisterRate)
	if wait == 0 {
		wait = c.together("register", c.config.Load().RegisterRateAll)
	}
	return tooOften(wait)
}

// mayMakeRoom counts a new room, and returns 0 or how many seconds to wait.
func (c *Chat) mayMakeRoom(maker string) (wait int) {
	return c.together("rooms:"+maker, c.config.Load().NewRoomRate)
}
