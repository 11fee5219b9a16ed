// Package commands is the chat itself: it speaks protocol, keeps everything in storage, and knows nothing of sockets.
//
// Chat.Do does a session's request. The commands are in one list, each in a file of its own. What must be kept goes to the committer; what
// the store has kept comes back as events, and the fan-out turns these into deliveries for the shards.
package commands

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"parley/commands/ratelimit"
	"parley/protocol"
	"parley/storage"
)

// Version is the program's, and that of the protocol that it speaks.
const Version = "1.0"

// Config is what an operator may choose about the chat.
type Config struct {
	MessageRate     ratelimit.Rate   // for each session
	LoginRate       ratelimit.Rate   // tries for each address
	RegisterRate    ratelimit.Rate   // new accounts for each address
	RegisterRateAll ratelimit.Rate   // new accounts in all
	StoreTimeout    time.Duration    // after this time a command that needs the store fails as unavailable
	Password        *argon2id.Params // how new passwords are hashed
	Limits          []Limit          // what /help limits shows
	Log             *zap.Logger
}

// Limit is a limit that the operator has set, as /help limits shows it.
type Limit struct {
	Name, Value string // no blanks
	Help        string // one sentence
}

// Chat is a running chat.
type Chat struct {
	config    Config
	store     storage.Store
	presence  *presence
	committer *committer
	passwords *passwords
	limits    *loginLimits
	commands  []*Command
	byName    map[string]*Command
	log       *zap.Logger
	limitLog  *zap.Logger
	working   sync.WaitGroup  // commands on goroutines
	stopping  context.Context // bounds their use of the store
	cancel    context.CancelFunc
}

// New starts a chat on a store. Sessions name their shard by its place in shards.
func New(store storage.Store, shards []Shard, config Config) (*Chat, error) {
	passwords, err := newPasswords(config.Password)
	if err != nil {
		return nil, err
	}
	c := &Chat{
		config: config, store: store, presence: newPresence(), passwords: passwords, limits: newLoginLimits(&config),
		log: config.Log, limitLog: Sampled(config.Log),
		commands: list(), byName: map[string]*Command{},
	}
	c.stopping, c.cancel = context.WithCancel(context.Background())
	for _, command := range c.commands {
		c.byName[command.Name] = command
	}
	c.committer = newCommitter(c, shards)
	go c.committer.run()
	return c, nil
}

// Sampled makes a log for what strangers can cause as often as they like: of each message it writes the first ten in a second, and then
// every hundredth.
func Sampled(log *zap.Logger) *zap.Logger {
	return log.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(core, time.Second, 10, 100)
	}))
}

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
		Text: []byte("Welcome. /register <name> <password> or /login <name> <password>, /help for more."),
	})
}

// ClosingLine is the last line that a session is told.
func ClosingLine(word protocol.Code, sentence string) []byte {
	return protocol.Text.AppendLine(nil, &protocol.Line{Type: protocol.Closing, Word: string(word), Text: []byte(sentence)})
}

// Commit has the committer keep what was asked for. The loop calls it once for all the lines that it has read at once, so that they are in
// one batch.
func (c *Chat) Commit() { c.committer.ring() }

// Ack says that all private messages up to number have reached the account.
func (c *Chat) Ack(account storage.ID, number int64) { c.committer.ack(account, number) }

// Feed asks for the waiting messages with numbers above after, for a session that Connection.Feed was called for. On the loop.
func (c *Chat) Feed(s *Session, after int64) { c.committer.feed(s, after) }

// Leave ends the session's part in the chat. On the loop; it may be called again.
func (c *Chat) Leave(s *Session) { c.presence.leave(s) }

// deadline bounds one use of the store.
func (c *Chat) deadline() (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.stopping, c.config.StoreTimeout)
}

// tell returns the failure that the client is told for an error. Of errors that are not the client's fault it says no details.
func tell(err error) *protocol.Error {
	var told *protocol.Error
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, storage.ErrUnavailable):
		return &protocol.Error{Code: protocol.Unavailable, Retry: 1, Sentence: "The server can't reach its store just now; nothing was done. Please try again."}
	case errors.Is(err, storage.ErrGone):
		// It is nobody's mistake: an operator has removed the account, and the session is about to end.
		return protocol.Errorf(protocol.LoginRequired, "This account was removed.")
	default:
		return protocol.Errorf(protocol.Internal, "Something went wrong in the server; it has been logged.")
	}
}

func noSuchUser(name []byte) *protocol.Error {
	return protocol.Errorf(protocol.NoSuchUser, "There is no account called %s.", protocol.Echo(name)).With("name", string(name))
}
