package bench

import (
	"math"
	"time"
)

// never is a time that does not come: an answer must be waited for.
const never = math.MaxInt64

// batch is how many messages are sent at once at most.
const batch = 64

// pace says when a sender may send. Times are nanoseconds of the run's clock.
type pace struct {
	window int     // messages that may wait for an answer, where step is 0
	step   float64 // time from one message to the next; 0: as the answers allow
	due    float64 // when the next message is due, where there is a step

	hold      int64 // nothing may be sent before
	throttled bool  // the server limits the messages of a session: one by one, at what it lets through
	interval  int64 // between two messages, as far as is known
	refusal   int64 // when the last message was refused
	accepted  int64 // messages since then
}

// allowed returns how many messages may be sent now. Where it is none it says when to ask again, if no answer comes before.
func (p *pace) allowed(now int64, outstanding int) (n int, again int64) {
	switch {
	case now < p.hold:
		return 0, p.hold
	case p.throttled && outstanding > 0:
		return 0, never
	case p.throttled:
		return 1, 0
	case p.step == 0:
		return min(batch, max(0, p.window-outstanding)), never
	case float64(now) < p.due:
		return 0, int64(p.due) + 1
	}
	return min(batch, 1+int((float64(now)-p.due)/p.step)), 0
}

// take returns when the next message is to count as sent: when it was due, so that one that the server makes wait in
// front of it counts its waiting.
func (p *pace) take(now int64) (at int64) {
	switch {
	case p.throttled:
		p.hold = now + p.interval
	case p.step > 0:
		at = int64(p.due)
		p.due += p.step
		return at
	}
	return now
}

// accept notes that a message was kept.
func (p *pace) accept() { p.accepted++ }

// limit notes that the server lets no more through for a while. What it let through since the last time says its pace.
func (p *pace) limit(now int64, retry time.Duration) {
	if p.throttled && p.accepted > 0 {
		p.interval = max(p.interval, (now-p.refusal)/p.accepted)
	}
	p.throttled = true
	p.refusal, p.accepted = now, 0
	p.wait(now, retry)
}

// wait holds the next message back.
func (p *pace) wait(now int64, d time.Duration) { p.hold = max(p.hold, now+int64(d)) }
