package server

import (
	"sync"
	"time"

	"go.uber.org/zap"

	"parley/commands"
	"parley/protocol"
	"parley/server/internal/admission"
	"parley/server/internal/evloop"
	"parley/server/internal/irc"
	"parley/server/internal/tlsfront"
	"parley/storage"
)

// shard is one event loop and the connections on it. Everything belongs to the loop's goroutine, except for the mailbox and the fields
// that are marked as fixed.
type shard struct {
	config    Config               // replaced by configure
	chat      *commands.Chat       // fixed
	log       *zap.Logger          // fixed
	limitLog  *zap.Logger          // fixed; for what strangers can make happen often
	admission *admission.Admission // fixed; shared by all shards
	front     *tlsfront.Front      // fixed; shared by all shards; nil without TLS
	metrics   *metrics             // fixed; shared by all shards
	loop      *evloop.Loop         // fixed
	place     int                  // fixed; among all shards
	forIRC    int                  // fixed; the first of its listeners where IRC is spoken
	irc       protocol.IRCLimits   // replaced by configure
	fail      func()               // fixed; called when the loop has ended by itself
	mailbox

	conns     []*conn
	audiences map[storage.ID]*audience // who hears each room
	hearers   []*conn                  // those that have something to hear in the current delivery
	dirty     []*conn                  // those to settle after the current delivery
	queued    []*conn                  // those that have more lines to do, when the others have had their turn
	unacked   map[*conn]struct{}       // those that are gone but whose last acknowledgements may still come
	buffers   buffers
	plain     []byte // memory for what TLS is decrypted into, and
	sealed    []byte // for what is encrypted, until the kernel has taken it
	schedule  schedule
	request   protocol.Request // memory for the one that is being done
	asked     bool             // the chat was asked to keep something since it was last told to commit
	load      load             // whether there is little to do
	draining  bool
	awaited   int  // how often the loop has rung since it drains
	quiet     int  // how often in a row nobody was still to be accepted then
	stopping  bool // no connection is left, or the time is over: the loop ends
	delivered delivered
}

// delivered counts lines that were handed to sessions in the current turn of the loop.
type delivered struct{ room, private int }

// mailbox is where other goroutines leave what they have for a shard.
type mailbox struct {
	mu    sync.Mutex         // guards next; nothing is called under it
	next  *commands.Delivery // what has come since the last takeDelivery
	spare *commands.Delivery // the loop's own: an empty one, to take the place of next
}

func newShard(config Config, a *admission.Admission, front *tlsfront.Front, m *metrics, fail func()) *shard {
	s := &shard{
		config: config, log: config.Log, limitLog: commands.Sampled(config.Log), admission: a, front: front, metrics: m, fail: fail,
		mailbox:   mailbox{next: &commands.Delivery{}, spare: &commands.Delivery{}},
		irc:       ircLimits(&config),
		audiences: map[storage.ID]*audience{},
		unacked:   map[*conn]struct{}{},
	}
	s.loop = evloop.New(s)
	s.schedule = newSchedule(s.loop.Ring)
	return s
}

// ircLimits are the limits as IRC clients are told them.
func ircLimits(config *Config) protocol.IRCLimits {
	return protocol.IRCLimits{
		Name: protocol.MaxName, Note: commands.MaxNote, Rooms: config.IRC.Rooms, Bans: config.IRC.Bans, Watches: config.Chat.Watches,
		History: commands.MaxHistory, Targets: irc.MaxTargets, Modes: irc.MaxModes, Guests: config.Chat.Guests > 0,
	}
}

// Rung is evloop.Handler's. It does everything that a loop does, except reading.
func (s *shard) Rung() (end bool) {
	defer func() { s.load.pause(sinceEpoch()) }()
	s.metrics.loopDelay.Observe(s.loop.Waited().Seconds())
	s.takeDelivery()
	s.takeTurns()
	s.schedule.expire()
	if s.draining && s.shut() && len(s.conns) == 0 {
		s.stopping = true
	}
	s.commit()
	return s.stopping
}

// Deliver is commands.Shard's.
func (s *shard) Deliver(d *commands.Delivery) {
	s.Leave(d)
	s.loop.Ring()
}

// Leave is commands.Shard's.
func (s *shard) Leave(d *commands.Delivery) {
	s.mu.Lock()
	if s.next.Empty() {
		*s.next, *d = *d, *s.next
	} else {
		s.next.Append(d)
	}
	s.mu.Unlock()
	d.Reset()
}

// call runs f on the loop, after what was delivered until now.
func (s *shard) call(f func()) {
	var d commands.Delivery
	d.Call(f)
	s.Deliver(&d)
}

// takeDelivery applies everything that has come, and settles the connections that it has touched. So what has gathered between two rings is
// written at once.
func (s *shard) takeDelivery() {
	s.mu.Lock()
	d := s.next
	s.next = s.spare
	s.mu.Unlock()
	s.announce(d)
	d.Apply()
	s.sayRest(d)
	for i := 0; i < len(s.dirty); i++ { // settling may touch one again
		c := s.dirty[i]
		c.dirty = false
		if c.state != gone {
			c.settle()
		}
	}
	clear(s.dirty)
	s.dirty = s.dirty[:0]
	d.Reset()
	s.spare = d
	s.count()
}

// count counts what was delivered. A line to a thousand members is counted by one addition.
func (s *shard) count() {
	if s.delivered.room > 0 {
		s.metrics.roomDeliveries.Add(float64(s.delivered.room))
	}
	if s.delivered.private > 0 {
		s.metrics.privateDeliveries.Add(float64(s.delivered.private))
	}
	s.delivered = delivered{}
}

// commit tells the chat to commit, if it was asked for anything since the last time.
func (s *shard) commit() {
	if s.asked {
		s.asked = false
		s.chat.Commit()
	}
}

// commitRead is commit for what was just read. If the loop has little to do, it is kept and delivered here and now.
func (s *shard) commitRead() {
	if s.asked && s.load.isLight() {
		s.asked = false
		if s.chat.CommitNow(s.place) {
			s.takeDelivery()
		}
	}
	s.commit()
}

// Ended is evloop.Handler's.
func (s *shard) Ended() {
	for c := range s.unacked {
		c.forgetAcks()
	}
}

// Failed is evloop.Handler's. A loop that does not accept is of no use, and evio's loop can't be started again with its old connections.
// So the server ends, and systemd, say, starts it again. Clients come back, and nothing that was acknowledged is lost.
func (s *shard) Failed(why error) {
	s.Ended()
	s.log.Error("the server ends because it can't accept connections any more", zap.Error(why))
	s.fail()
}

// queue gives a connection another turn when the loop has seen to the others.
func (s *shard) queue(c *conn) {
	if !c.queued {
		c.queued = true
		s.queued = append(s.queued, c)
		s.loop.Ring()
	}
}

// takeTurns gives each queued connection one turn.
func (s *shard) takeTurns() {
	for range len(s.queued) {
		c := s.queued[0]
		s.queued[0] = nil
		s.queued = s.queued[1:]
		c.queued = false
		if c.state != gone {
			c.settle()
		}
	}
}

// add takes a new connection in.
func (s *shard) add(c *conn) {
	c.place = int32(len(s.conns))
	s.conns = append(s.conns, c)
}

// remove takes a closed connection out of everything.
func (s *shard) remove(c *conn) {
	s.leaveRooms(c)
	last := len(s.conns) - 1
	s.conns[c.place] = s.conns[last]
	s.conns[c.place].place = c.place
	s.conns[last] = nil
	s.conns = s.conns[:last]
	s.admission.Leave(&c.visitor)
	if s.draining && last == 0 {
		s.loop.Ring()
	}
}

// drain ends every connection as soon as nothing of it is being worked on: those where somebody is logged in evenly over a time. It may be
// called again with less time.
func (s *shard) drain(over time.Duration) {
	s.draining = true
	var sessions []*conn
	for _, c := range s.conns {
		if c.chat.account != 0 && over > 0 {
			sessions = append(sessions, c)
		} else {
			c.leaving = true
			c.touch()
		}
	}
	for i, c := range sessions {
		c.timers.after(timerDrain, over.Milliseconds()*int64(i)/int64(len(sessions)))
	}
}

// shut stops accepting, and reports whether that is done. Those who have connected before are accepted first, and told. They come one at a
// time between two rings, and are opened in the turn after that, perhaps behind the ring. A crowd that goes on and on is not waited for.
func (s *shard) shut() bool {
	const rings, opened = 1000, 3
	if s.quiet++; s.loop.Awaited() {
		s.quiet = 0
	}
	if s.awaited++; s.awaited <= rings && s.quiet < opened {
		s.loop.Ring()
		return false
	}
	s.loop.Shut()
	return true
}

// cutOff ends the loop now. Clients whose commands are still being worked on are told, if the kernel takes it.
func (s *shard) cutOff() {
	for _, c := range s.conns {
		c.close(drainingLine)
	}
	s.stopping = true
}
