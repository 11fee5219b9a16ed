package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"parley/commands"
	"parley/commands/ratelimit"
	"parley/server"
	"parley/server/internal/acme"
	"parley/storage"
)

type serveCommand struct {
	configFlag `embed:""`
	Check      bool `help:"Check the settings and all that they name, say everything that is wrong, and exit."`

	Listen       []string      `placeholder:"ADDRESS" default:":8888" env:"PARLEY_LISTEN" help:"Address to listen on, host:port or :port for all interfaces, IPv4 and IPv6 (default :8888). May be repeated."`
	Store        string        `placeholder:"URL" default:"sqlite:parley.db" env:"PARLEY_STORE" help:"Where everything is kept: sqlite:FILE, redis://[user:password@]host:port/db or redis+sentinel://host:port,host:port/master/db (default sqlite:parley.db)."`
	Node         string        `placeholder:"NAME" env:"PARLEY_NODE" help:"What this server is called among those of its store, in /stats and parley nodes (default the machine's name and the port)."`
	LogLevel     zapcore.Level `placeholder:"LEVEL" enum:"debug,info,warn,error" default:"info" env:"PARLEY_LOG_LEVEL" help:"debug, info, warn or error (default info)."`
	frontFlags   `embed:""`
	tlsAutoFlags `embed:""`
	ircFlags     `embed:""`
	limitFlags   `embed:""`
	motdFlag     `embed:""`

	controlFlag `embed:""`
	opsFlags    `embed:""`

	StoreTimeout time.Duration `placeholder:"TIME" default:"2s" env:"PARLEY_STORE_TIMEOUT" help:"How long a command waits for the store (default 2s)."`
	DrainTime    time.Duration `placeholder:"TIME" default:"5s" env:"PARLEY_DRAIN_TIME" help:"After SIGTERM, over how long the sessions are told, evenly, to come back elsewhere; 0s: at once (default 5s)."`
	Shards       shards        `placeholder:"N" default:"auto" env:"PARLEY_SHARDS" help:"Event loops; auto is half as many as there are cores, from 1 to 8 (default auto)."`

	settings *settings
}

// stopTime is how long the connections have to end in order when the server stops.
const stopTime = 5 * time.Second

// Run serves until SIGTERM or Ctrl-C.
func (o *serveCommand) Run() error {
	if o.Check {
		return o.checkAll()
	}
	ctx, now := untilSignals()
	log, level, flush := newLog(o.LogLevel)
	defer flush()
	hangups := hangups()
	a, err := newApp(ctx, o, log)
	if err != nil {
		return err
	}
	defer a.Close()
	a.level, a.hangups = level, hangups
	watched, unwatch := context.WithCancel(context.Background())
	defer unwatch()
	a.systemd.ready()
	a.systemd.watch(watched, a.server.Alive, log)
	err = a.Run(ctx)
	a.systemd.stopping()
	if err != nil {
		return err
	}
	a.server.Drain(now)
	return nil
}

// untilSignals returns contexts that end with SIGTERM, and when there is no time to drain: with SIGINT, or a second SIGTERM. With the latter both end.
func untilSignals() (drain, now context.Context) {
	now, stop := context.WithCancel(context.Background())
	drain, begin := context.WithCancel(now)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		if <-signals == syscall.SIGTERM {
			begin()
			<-signals
		}
		stop()
	}()
	return drain, now
}

// app is the running program: newApp, Run, Close.
type app struct {
	log     *zap.Logger
	store   storage.Store
	certs   *acme.Certificates // nil without --tls-auto
	server  *server.Server
	ops     *opsPort
	control *control // nil before it is opened
	systemd systemd
	hangups <-chan os.Signal // SIGHUPs

	// What follows is for the goroutine of Run.
	options   *serveCommand // as they hold now
	shownMOTD []string
	level     zap.AtomicLevel
}

// newApp opens the store and the ports.
func newApp(ctx context.Context, o *serveCommand, log *zap.Logger) (*app, error) {
	config, err := o.config(log)
	if err != nil {
		return nil, err
	}
	self, err := o.self()
	if err != nil {
		return nil, err
	}
	// Each loop holds one of Go's processors while it sits in epoll_wait, and hashing holds as many as there are cores. With as many
	// again, other work waits for a core at most, and not for the end of a hash.
	runtime.GOMAXPROCS(2*cores + config.Shards)
	// Little memory is in use for long: most is garbage when its batch is done. To collect later costs little memory and saves time.
	debug.SetGCPercent(200)
	port, err := o.startOps(log)
	if err != nil {
		return nil, err
	}
	a := &app{log: log, ops: port, systemd: newSystemd(), options: o, shownMOTD: config.Chat.MOTD, level: zap.NewAtomicLevel()}
	if err := a.start(ctx, o, config, self); err != nil {
		return nil, errors.Join(err, a.stop())
	}
	log.Info("started", zap.Int("shards", config.Shards), zap.Int("cores", cores))
	for _, addr := range a.server.Addrs() {
		log.Info("listening", zap.Stringer("on", addr), zap.Int("max-connections", config.MaxConnections))
	}
	for _, addr := range a.server.TLSAddrs() {
		log.Info("listening for TLS", zap.Stringer("on", addr))
	}
	for _, addr := range a.server.IRCAddrs() {
		log.Info("listening for IRC", zap.Stringer("on", addr))
	}
	for _, addr := range a.server.IRCTLSAddrs() {
		log.Info("listening for IRC over TLS", zap.Stringer("on", addr))
	}
	return a, nil
}

// start opens the store, then what the ports need, then the ports.
func (a *app) start(ctx context.Context, o *serveCommand, config server.Config, self storage.Self) (err error) {
	if a.store, err = storage.Open(ctx, o.Store, o.limits(), self, a.log); err != nil {
		return err
	}
	if a.control, err = listenControl(o.Control); err != nil {
		return err
	}
	if a.certs, err = o.tlsAutoFlags.start(a.log); err != nil {
		return err
	}
	if a.certs != nil {
		config.TLS.Get = a.certs.Get
	}
	config.Chat.Metrics = a.ops.registry
	if a.server, err = server.Start(a.store, config); err != nil {
		return err
	}
	a.ops.server.Store(a.server)
	return nil
}

// Run serves until ctx ends.
func (a *app) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			a.log.Info("stopping", zap.Int("connections", a.server.Online()))
			return nil
		case <-a.server.Failed():
			return errors.New("the server ended by itself; the log says why")
		case <-a.hangups:
			a.reload()
		case result := <-a.control.reloads:
			result <- a.reload()
		}
	}
}

// Close ends the server, if it is still running, and the store.
func (a *app) Close() error {
	a.server.Stop(context.Background())
	err := a.stop()
	a.log.Info("stopped", zap.Error(err))
	return err
}

// stop ends what was started besides the server.
func (a *app) stop() (err error) {
	a.control.close()
	a.certs.Stop()
	if a.store != nil {
		err = a.store.Close()
	}
	a.ops.stop()
	return err
}

func (o *serveCommand) limits() storage.Limits {
	return storage.Limits{
		Inbox: int(o.Inbox), Keep: time.Duration(o.Keep), Room: 1000, Conversation: 500,
		Rooms: int(o.Rooms), Members: int(o.RoomMembers), Bans: int(o.RoomBans), Blocks: int(o.Blocks), Invites: int(o.Invites),
		Tokens: int(o.Tokens), Onces: int(o.OnceKeys), Guests: int(o.Guests),
	}
}

func (o *serveCommand) config(log *zap.Logger) (server.Config, error) {
	most, err := connections(o.MaxConnections, o.descriptorsKept())
	if err != nil {
		return server.Config{}, err
	}
	front, err := o.front()
	if err != nil {
		return server.Config{}, err
	}
	motd, err := o.motd()
	if err != nil {
		return server.Config{}, err
	}
	if err := o.checkStoreTimeout(); err != nil {
		return server.Config{}, err
	}
	return server.Config{
		Listen:         o.Listen,
		TLS:            front,
		IRC:            o.irc(),
		Proxies:        o.ProxyProtocol,
		Shards:         o.Shards.on(cores),
		MaxConnections: most,
		MaxPerAddress:  int(o.MaxPerAddress),
		ConnectRate:    o.ConnectRate.per(time.Minute),
		Trust:          o.Trust,
		Input:          int(o.Input),
		Descriptors:    descriptorLimit() - o.descriptorsKept(),
		Outbox:         int(o.Outbox),
		LoginTime:      time.Duration(o.LoginTime),
		DrainTime:      o.DrainTime,
		StopTime:       stopTime,
		Chat: commands.Config{
			MessageRate:     ratelimit.Rate(o.MessageRate),
			LoginRate:       o.LoginRate.per(time.Minute),
			RegisterRate:    o.RegisterRate.per(time.Hour),
			RegisterRateAll: o.RegisterAll.per(10 * time.Minute),
			ChangeRate:      ratelimit.Rate(o.ChangeRate),
			NewRoomRate:     o.NewRooms.per(time.Hour),
			Watches:         int(o.Watches),
			Guests:          int(o.Guests),
			Limits:          o.shown(most),
			MOTD:            motd,
			StoreTimeout:    o.StoreTimeout,
			Password:        commands.DefaultPassword,
			Log:             log,
		},
		Log: log,
	}, nil
}
