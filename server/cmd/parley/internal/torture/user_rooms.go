package torture

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/protocol"
)

// What users do in rooms.

// makeDen makes the private room. The server must be well.
func (u *user) makeDen() error {
	s, err := u.login()
	if err != nil {
		return err
	}
	defer s.leave()
	if _, err := s.wait(changing(u.change(join, den, u.account))); err != nil {
		return err
	}
	r, err := s.ask("/room " + den + " private")
	if err == nil && r.Sigil != protocol.Done {
		err = fmt.Errorf("%s can't be made private: %s", den, strings.Join(r.Fields, " "))
	}
	return err
}

// denOwner is a user who owns the private room: the last one, who often shares the account and is far from most trouble.
func (r *run) denOwner() *user { return r.users[len(r.users)-1] }

// ownsDen reports whether the user owns the private room.
func (u *user) ownsDen() bool { return u.account == u.run.denOwner().account }

// change is something that the user asks for.
func (u *user) change(do doing, room, who string) *change {
	return &change{do: do, room: room, by: u.account, who: who}
}

// changing is the request for a change.
func changing(ch *change) *request { return &request{text: ch.command(), change: ch} }

// roam says something in one of the rooms, or goes into it or out of it. It does not wait for the answer.
func (u *user) roam(s *session) error {
	room := rooms[u.random.IntN(len(rooms))]
	if u.ownsDen() && u.random.IntN(2) == 0 {
		room = den
	}
	about := saying(u.message(room)) // one in ten says so outside, too, and is refused
	switch chance := u.random.IntN(10); {
	case room == den && u.ownsDen() && chance < 3:
		about = changing(u.change(invite, den, u.another()))
	case room == den && u.ownsDen() && chance < 5:
		about = changing(u.change(kick, den, u.another()))
	case room == den && u.ownsDen():
	case !s.isIn(room) && chance > 0:
		about = changing(u.change(join, room, u.account))
	case s.isIn(room) && chance < 2:
		about = changing(u.change(leave, room, u.account))
	}
	_, err := s.send(about)
	return err
}

// another is the account of somebody else.
func (u *user) another() string { return u.others[u.random.IntN(len(u.others))] }

// insistOn asks for a change until it is done, or refused because it is done already or may not be. It returns the code of that.
func (u *user) insistOn(ctx context.Context, s *session, do doing, room, who string) (code string, err error) {
	for {
		ch := u.change(do, room, who)
		if _, err := s.wait(changing(ch)); err != nil {
			return "", fmt.Errorf("%s lost its connection when all was well: %w", u.label, err)
		}
		if ch.done() || ch.code != "unavailable" {
			return ch.code, nil
		}
		if pause(ctx, 100*time.Millisecond); ctx.Err() != nil {
			return "", fmt.Errorf("%s asks for %s again and again, though all is well (%s)", u.label, ch, ch.code)
		}
	}
}

// gather has all users come into a public room and into the private one.
func (r *run) gather(ctx context.Context, sessions []*session) error {
	host := r.denOwner()
	for _, guest := range host.others {
		if _, err := host.insistOn(ctx, sessions[host.place], invite, den, guest); err != nil {
			return err
		}
	}
	return r.each(func(u *user) error {
		for _, room := range []string{publicRooms[0], den} {
			if _, err := u.insistOn(ctx, sessions[u.place], join, room, u.account); err != nil {
				return err
			}
		}
		return nil
	})
}
