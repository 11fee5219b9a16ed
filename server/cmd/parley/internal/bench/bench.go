// Package bench is a load test for a running parley server. Many clients talk, and of every message it is checked that it
// arrives exactly once and in order.
package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what to do.
type Options struct {
	Address  string        // host:port of the server
	Clients  int           // at least 2; an even number for Private
	Senders  int           // how many of them send: from 1 to Clients
	Private  bool          // in pairs, each sender to its partner
	Rooms    int           // each sender to its room, one of so many; 0: to the lobby, unless Private
	Rate     float64       // messages a second in all; +Inf: as many as Window allows
	Window   int           // messages of a sender that wait for their answer, where Rate is +Inf
	Length   time.Duration // how long is sent
	Size     int           // bytes of a text; it is never shorter than its stamp, about 40 bytes
	Objects  bool          // the clients speak JSON
	Prefix   string        // of the account names; a number follows
	Password string        // of all the accounts
	Patience time.Duration // after so long without any arrival, what is missing is lost
	Progress io.Writer     // a line for each second
}

// run is one load test.
type run struct {
	Options
	lines   lines     // that the clients speak
	mark    []byte    // what begins the texts of this run
	start   time.Time // what its clock counts from
	clients []*client
	senders []*sender
	readers sync.WaitGroup
	limited atomic.Bool // the server's limit on messages was met
	sent    time.Duration
}

// Run does the load test. An error means that there was none. Whether the server passed is in the result.
func Run(ctx context.Context, o Options) (*Result, error) {
	r := &run{Options: o, lines: textLines{}, mark: []byte("~" + strings.ToLower(rand.Text()[:6]) + "."), start: time.Now()}
	if o.Objects {
		r.lines = objectLines{}
	}
	defer r.hangUp()
	if err := r.enter(ctx); err != nil {
		return nil, err
	}
	r.load(ctx)
	r.settle(ctx)
	r.say("\n")
	r.hangUp()
	return r.result(), nil
}

// clock is the time in nanoseconds since the beginning.
func (r *run) clock() int64 { return int64(time.Since(r.start)) }

// load has everybody send until the time is over.
func (r *run) load(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, r.Length)
	defer cancel()
	begin := r.clock()
	for i := range r.Senders {
		r.senders = append(r.senders, newSender(r, i, begin))
	}
	var left atomic.Int64 // senders that are connected
	left.Store(int64(r.Senders))
	for _, c := range r.clients {
		c.ledger = make(ledger, r.Senders)
		r.readers.Go(func() {
			c.read()
			if c.sender() != nil && left.Add(-1) == 0 {
				cancel()
			}
		})
	}
	var sending sync.WaitGroup
	for _, s := range r.senders {
		sending.Go(func() { s.run(ctx) })
	}
	r.watch(ctx)
	sending.Wait()
	r.sent = time.Duration(r.clock() - begin)
}

// settle waits until everything has arrived, or nothing arrives any more.
func (r *run) settle(ctx context.Context) {
	const poll = 2 * time.Millisecond
	quiet, last := time.Now(), int64(-1)
	for ctx.Err() == nil && !r.complete() {
		if now := r.received() + r.answered(); now != last {
			quiet, last = time.Now(), now
		} else if time.Since(quiet) > r.Patience {
			return
		}
		time.Sleep(poll)
	}
}

// complete reports whether all answers and all that was promised by them have arrived.
func (r *run) complete() bool {
	due := int64(0)
	for _, s := range r.senders {
		if s.outstanding() > 0 {
			return false
		}
		due += s.accepted.Load() * r.readersOf(s.number)
	}
	return r.received() >= due
}

// received is how many messages have reached a client, none counted twice for it.
func (r *run) received() (n int64) {
	for _, c := range r.clients {
		n += c.received.Load()
	}
	return n
}

// accepted is how many messages the server has said that it keeps.
func (r *run) accepted() (n int64) {
	for _, s := range r.senders {
		n += s.accepted.Load()
	}
	return n
}

// answered is how many messages were answered in any way.
func (r *run) answered() (n int64) {
	for _, s := range r.senders {
		n += s.answers.Load()
	}
	return n
}

// hangUp ends all connections and waits for their readers. It may be called again.
func (r *run) hangUp() {
	for _, c := range r.clients {
		c.hangUp()
	}
	r.readers.Wait()
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.Progress, format, args...) }
