package torture

import (
	"context"
	"fmt"
	"time"
)

// What users do when the trouble is over and the server is well.

// calm has all users say something everywhere while all of them are logged in, so that even the worst run has shown some messages live that were
// certainly kept. Whoever is refused says it again, until ctx ends.
func (r *run) calm(ctx context.Context) error {
	sessions := make([]*session, len(r.users))
	err := r.each(func(u *user) (err error) {
		sessions[u.place], err = u.loginAtLast(ctx)
		return err
	})
	if err != nil {
		return err
	}
	if err := r.gather(ctx, sessions); err != nil {
		return err
	}
	for _, to := range []func(*user) string{
		func(*user) string { return lobby },
		(*user).another,
		func(*user) string { return publicRooms[0] },
		func(*user) string { return den },
		func(*user) string { return lobby }, // all that is due comes before the answer to this
	} {
		if err := r.each(func(u *user) error { return u.insist(ctx, sessions[u.place], u.message(to(u))) }); err != nil {
			return err
		}
	}
	return r.each(func(u *user) error {
		sessions[u.place].leave()
		return nil
	})
}

// crowd stops one client from reading while another says so much that the server must find it too slow, and a few private messages to it,
// which must wait. Where the kernel has much room for what is not read the server may not notice.
func (r *run) crowd(ctx context.Context) error {
	slow, author := r.users[0], r.users[1]
	reading, err := slow.loginAtLast(ctx)
	if err != nil {
		return err
	}
	talking, err := author.loginAtLast(ctx)
	if err != nil {
		return err
	}
	if _, err := reading.ask("/ping"); err != nil { // behind what has waited
		return err
	}
	reading.freeze(time.Hour)
	defer reading.link.gate.open()
	const enough = 160 << 10 // three outboxes, and what the kernels hold
	for said := 0; said < enough; {
		m := author.longMessage(lobby)
		said += len(m.text)
		if err := author.insist(ctx, talking, m); err != nil {
			return err
		}
	}
	for range 3 {
		if err := author.insist(ctx, talking, author.message(slow.account)); err != nil {
			return err
		}
	}
	reading.link.gate.open()
	talking.leave()
	reading.leave()
	if r.network.small && reading.log.closing != "slow-reader" {
		r.history.notice(Breach{TooMuch, fmt.Sprintf("%s did not read while %d bytes were said, and was not told slow-reader", reading.log, enough)})
	}
	return nil
}

// bereave kills a node while somebody is logged in on it and nothing else is disturbed. A while later somebody on another node asks who is there, and
// writes to whoever was on the dead one.
func (r *run) bereave(ctx context.Context) error {
	if len(r.nodes) < 2 {
		return nil
	}
	gone, left := r.users[0], r.users[1]
	dies, stays := r.nodes[0], r.nodes[1]
	dying, err := gone.loginTo(dies)
	if err != nil {
		return err
	}
	staying, err := left.loginTo(stays)
	if err != nil {
		return err
	}
	dies.kill()
	<-dying.done
	pause(ctx, settles+goneAfter+2*slack)
	if err := left.who(staying); err != nil {
		return err
	}
	if err := left.insist(ctx, staying, left.message(gone.account)); err != nil {
		return err
	}
	staying.leave()
	return dies.start(ctx)
}

// insist says something until it is kept; what was refused it says in other words.
func (u *user) insist(ctx context.Context, s *session, m *message) error {
	for {
		if _, err := s.wait(saying(m)); err != nil {
			return fmt.Errorf("%s lost its connection when all was well: %w", u.label, err)
		}
		if m.kept() {
			return nil
		}
		if pause(ctx, 100*time.Millisecond); ctx.Err() != nil {
			return fmt.Errorf("%s is always refused, though all is well (%s)", u.label, m.code)
		}
		m = u.message(m.to)
	}
}

// drain logs in and reads what waits until nothing does, and then does something in the same session. Nobody else may be logged in to the
// account.
func (u *user) drain(ctx context.Context, then func(*session) error) error {
	const tries = 20
	for range tries {
		s, err := u.loginAtLast(ctx)
		if err != nil {
			return err
		}
		_, err = s.ask("/ping") // it is answered when all that waits was shown
		done := err == nil && s.log.waiting == 0
		if done {
			err = then(s)
		}
		s.leave()
		if err == nil && done {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	u.run.history.notice(Breach{Waiting, fmt.Sprintf("%s has logged in and read all that waits %d times, and there is still something", u.account, tries)})
	return nil
}

// owners does something with one user of each account at once.
func (r *run) owners(f func(*user) error) error {
	return r.each(func(u *user) error {
		if u.owns() {
			return f(u)
		}
		return nil
	})
}
