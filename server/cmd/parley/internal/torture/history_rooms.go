package torture

import (
	"fmt"
	"time"
)

// doing is a command about somebody's part in a room.
type doing string

const (
	join   doing = "join"
	leave  doing = "leave"
	invite doing = "invite"
	kick   doing = "kick"
)

// change is such a command as a client has given it, and what it was told about it.
type change struct {
	do       doing
	room     string
	by, who  string // accounts: who asks, and who is then in the room, or is not, or may come
	log      *connLog
	asked    time.Time // before it was sent
	answered time.Time // after the answer was read; zero if it never was
	code     string    // if it was refused
}

func (ch *change) done() bool { return !ch.answered.IsZero() && ch.code == "" }

// command is what the client sends.
func (ch *change) command() string {
	if ch.who == ch.by {
		return fmt.Sprintf("/%s %s", ch.do, ch.room)
	}
	return fmt.Sprintf("/%s %s %s", ch.do, ch.room, ch.who)
}

func (ch *change) String() string {
	return fmt.Sprintf("%q by %s (asked %s in %s, start %d)", ch.command(), ch.by, ch.asked.Format(clock), ch.log, ch.log.epoch)
}

// glimpse is an answer that shows whether an account was in a room at some time between its question and itself.
type glimpse struct {
	member
	in   bool
	span span
	what string
}

// glimpse keeps what an answer of a session shows of its account.
func (h *history) glimpse(c *connLog, room string, in bool, asked time.Time, what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.glimpses = append(h.glimpses, glimpse{member{c.user, room}, in, span{asked, time.Now()}, what})
}
