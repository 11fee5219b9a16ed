// Package commands is the chat itself: it speaks protocol, keeps everything in storage, and knows nothing of sockets.
//
// Chat.Do does a session's request. The commands are in one list, each in a file of its own. What must be kept goes to the committer; what
// the store has kept comes back as events, and the fan-out turns these into deliveries for the shards.
package commands

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"parley/commands/ratelimit"
	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

// Version is the program's, and that of the protocol that it speaks.
const Version = "1.0"

// Config is what an operator may choose about the chat.
type Config struct {
	MessageRate     ratelimit.Rate        // for each session
	LoginRate       ratelimit.Rate        // tries for each address
	RegisterRate    ratelimit.Rate        // new accounts for each address
	RegisterRateAll ratelimit.Rate        // new accounts in all
	StoreTimeout    time.Duration         // after this time a command that needs the store fails as unavailable
	Password        *argon2id.Params      // how new passwords are hashed
	ChangeRate      ratelimit.Rate        // joins, topics, kicks and the like; for each session
	NewRoomRate     ratelimit.Rate        // new rooms of each account
	Watches         int                   // people and rooms that a session may watch
	Guests          int                   // guests who may be here; 0: none
	Bans            *AddressBans          // filled from the store; nil: a new one
	Limits          []Limit               // what /help limits shows
	MOTD            []string              // the lines of the message of the day, as ReadMOTD returns them; empty: none
	Metrics         prometheus.Registerer // gets what the chat counts; nil: nothing is registered
	Log             *zap.Logger
}

// Limit is a limit that the operator has set, as /help limits shows it.
type Limit struct {
	Name, Value string          // no blanks
	Help        language.Format // one sentence
}

// Chat is a running chat.
type Chat struct {
	config    atomic.Pointer[Config] // never changed, but replaced
	bans      *AddressBans
	store     storage.Store
	presence  *presence
	committer *committer
	passwords *passwords
	storm     *storm
	limits    *loginLimits
	commands  []*Command          // without the hidden ones
	byName    map[string]*Command // all
	metrics   *metrics
	log       *zap.Logger
	limitLog  *zap.Logger
	newRooms  *ratelimit.Meter[string]
	watches   *followers[storage.ID] // accounts and rooms, of which people want to be told
	monitors  *followers[string]     // keys of names, likewise for IRC clients
	lockdown  atomic.Bool
	begun     time.Time
	working   sync.WaitGroup  // commands on goroutines
	stopping  context.Context // bounds their use of the store
	cancel    context.CancelFunc
}

// New starts a chat on a store. Sessions name their shard by its place in shards.
func New(store storage.Store, shards []Shard, config Config) (*Chat, error) {
	metrics := newMetrics(config.Metrics)
	passwords, err := newPasswords(config.Password, metrics)
	if err != nil {
		return nil, err
	}
	if config.Bans == nil {
		config.Bans = NewAddressBans()
	}
	c := &Chat{
		newRooms: ratelimit.NewMeter[string](config.NewRoomRate), watches: newFollowers[storage.ID](), monitors: newFollowers[string](), begun: time.Now(),
		bans: config.Bans, store: store, presence: newPresence(), passwords: passwords, limits: newLoginLimits(&config),
		storm: newStorm(), metrics: metrics, log: config.Log, limitLog: Sampled(config.Log),
		commands: visible(list()), byName: map[string]*Command{},
	}
	c.config.Store(&config)
	c.stopping, c.cancel = context.WithCancel(context.Background())
	for _, command := range list() {
		c.byName[command.Name] = command
	}
	known, err := c.readServer()
	if err != nil {
		return nil, err
	}
	c.learn(known)
	c.committer = newCommitter(c, shards)
	go c.committer.run()
	c.show(config.Metrics)
	return c, nil
}

// Configure puts another configuration in the place of the one before, but for Password, Bans and Log. It holds from the next request on. What was used up of
// a rate stays so. Any goroutine may call it, one at a time.
func (c *Chat) Configure(config Config) {
	c.config.Store(&config)
	c.limits.configure(&config)
	c.newRooms.SetRate(config.NewRoomRate)
}

// Lockdown reports whether only those may be here who log in at once.
func (c *Chat) Lockdown() bool { return c.lockdown.Load() }

// Stop ends the chat: what was asked for is still kept, and commands that still run are cut short. It returns when nothing uses the store
// any more. No other method may run meanwhile or be called afterwards.
func (c *Chat) Stop() {
	c.cancel()
	c.working.Wait()
	c.committer.stop()
}

// Greeting appends the first line that a session is told.
func (c *Chat) Greeting(out []byte) []byte {
	return protocol.Text.AppendLine(out, &protocol.Line{
		Type: protocol.Notice, Word: "hello",
		Fields: []protocol.Field{
			protocol.Word("version", "parley/"+Version),
			protocol.Number("line", protocol.MaxLine),
			protocol.Number("text", protocol.MaxText),
		},
		Text: []byte(c.waysIn()),
	})
}

// waysIn says how one comes in, always in English: nothing is known of the client yet.
func (c *Chat) waysIn() string {
	if c.config.Load().Guests == 0 {
		return "Welcome. /register <name> <password> or /login <name> <password>, /help for more."
	}
	return "Welcome. /register <name> <password>, /login <name> <password> or just /guest <name>, /help for more."
}

// ClosingLine is the last line that a session is told. Sessions may share it.
func ClosingLine(word protocol.Code, format language.Format, args ...any) *protocol.Line {
	return &protocol.Line{Type: protocol.Closing, Word: string(word), Sentence: language.Say(format, args...)}
}

// Commit has the committer keep what was asked for. The loop calls it once for all the lines that it has read at once, so that they are in
// one batch.
func (c *Chat) Commit() { c.committer.ring() }

// Ack says that all private messages up to number have reached the account of a session, which may have ended.
func (c *Chat) Ack(s *Session, account storage.ID, number int64) { c.committer.ack(s, account, number) }

// Feed asks for the waiting messages with numbers above after, for a session that Connection.Feed was called for. On the loop.
func (c *Chat) Feed(s *Session, after int64) { c.committer.feed(s, after) }

// AckInvite says that the invitation with that number has reached the account of a session, which may have ended.
func (c *Chat) AckInvite(s *Session, account storage.ID, number int64) {
	if !c.committer.isOver(s) {
		c.committer.own(storage.Ask{Kind: storage.Told, Account: account, After: number, Order: &storage.Order{}})
		c.committer.ring()
	}
}

// Heard says that every event in the session's rooms up to number has reached the client. On the loop.
func (c *Chat) Heard(s *Session, number int64) { c.presence.heard(s, number) }

// Leave ends the session's part in the chat; heard is as for Heard. On the loop; it may be called again.
func (c *Chat) Leave(s *Session, heard int64) {
	if s.account == nil {
		return
	}
	c.watches.remove(s, 0)
	c.monitors.remove(s, "")
	s.place, s.verified = nil, nil
	gone := c.presence.leave(s, heard)
	c.storm.changed(c.presence.count().Sessions)
	if gone != nil {
		if s.guest {
			c.forget(gone.id)
		} else if list := c.presence.readings(gone); len(list) > 0 {
			c.committer.seen(gone.id, list)
		}
	}
	c.committer.ring() // the store is told of whom presence knows
}

// deadline bounds one use of the store.
func (c *Chat) deadline() (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.stopping, c.config.Load().StoreTimeout)
}

// refuse returns the failure that the client is told for an error, and counts it.
func (c *Chat) refuse(err error) *protocol.Error {
	told := tell(err)
	c.metrics.refusal(told)
	return told
}

// tell returns the failure that the client is told for an error. Of errors that are not the client's fault it says no details.
func tell(err error) *protocol.Error {
	var told *protocol.Error
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, storage.ErrUnsure):
		return errUnsure
	case errors.Is(err, storage.ErrUnavailable):
		return errUnavailable
	case errors.Is(err, storage.ErrGone):
		// It is nobody's mistake: an operator has removed the account, and the session is about to end.
		return protocol.Errorf(protocol.LoginRequired, "This account was removed.")
	default:
		return protocol.Errorf(protocol.Internal, "Something went wrong in the server; it has been logged.")
	}
}

var (
	errUnavailable = &protocol.Error{Code: protocol.Unavailable, Retry: 1, Sentence: language.Say("The server can't reach its store just now; nothing was done. Please try again.")}
	errUnsure      = protocol.Errorf(protocol.Unsure,
		"The store did not say whether it has this. If it was kept, you will be shown it; you may look at /history before you say it again.")
)

func noSuchUser(name []byte) *protocol.Error {
	return protocol.Errorf(protocol.NoSuchUser, "There is no account called %s.", protocol.Echo(name)).With("name", string(name))
}
