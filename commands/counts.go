package commands

import "parley/protocol"

// Counts is how many there are.
type Counts struct {
	Accounts  int // that are online, guests included
	Guests    int
	Operators int
	Rooms     int // with somebody in them who is online
	Sessions  int
	Most      int // sessions that there ever were at once
}

// Counts returns what this node has. It costs nothing.
func (c *Chat) Counts() Counts { return c.presence.count() }

// counts is for an IRC client that wants to know how many are here.
var counts = &Command{
	Form: protocol.Form{Name: "counts"},
	Help: "Counts who is here.",
	Slow: true, Hidden: true,
	Run: func(r *Response) error {
		everybody, err := r.chat.everybody()
		if err != nil {
			return err
		}
		n := r.chat.Counts()
		n.Accounts, n.Guests, n.Operators, n.Sessions = len(everybody), 0, 0, 0
		for _, one := range everybody {
			n.Sessions += one.sessions
			if one.guest {
				n.Guests++
			}
			if one.operator {
				n.Operators++
			}
		}
		field := func(name string, n int) protocol.Field { return protocol.Number(name, int64(n)) }
		r.Done(nil, field("accounts", n.Accounts), field("guests", n.Guests), field("operators", n.Operators), field("rooms", n.Rooms),
			field("sessions", n.Sessions), field("most", max(n.Most, n.Sessions)))
		return nil
	},
}

// tallies are what presence counts. They are guarded by its lock.
type tallies struct {
	visitors, operators int // guests and operators who are here
	all, most           int // sessions, and the most that there were at once
}

// tally counts an account, or with -1 takes it back. Under the lock.
func (t *tallies) tally(a *account, by int) {
	if a.guest {
		t.visitors += by
	}
	if a.operator {
		t.operators += by
	}
}

func (p *presence) count() Counts {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return Counts{len(p.online), p.visitors, p.operators, len(p.rooms), p.all, p.most}
}
