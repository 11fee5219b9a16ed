package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"math"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"parley/server/cmd/parley/internal/bench"
)

type benchCommand struct {
	Connect string    `placeholder:"HOST:PORT" default:"localhost:8888" help:"The server to test (default localhost:8888)."`
	Clients int       `placeholder:"N" default:"50" help:"How many clients there are (default 50)."`
	Senders int       `placeholder:"N" help:"How many of them send (default 4; all with --private; one in each room with --rooms)."`
	Lobby   bool      `xor:"whom" help:"They talk to the lobby; the default."`
	Private bool      `xor:"whom" help:"They talk in pairs, each sender to its partner."`
	Rooms   int       `placeholder:"N" xor:"whom" help:"They are divided evenly over so many rooms, and each sender talks to its own."`
	Rate    benchRate `placeholder:"N" default:"unlimited" help:"Messages a second of all senders together (default unlimited: as many as --window allows)."`
	Window  int       `placeholder:"N" default:"1" help:"Messages of a sender that may wait for their answer, where the rate is unlimited (default 1)."`
	Seconds int       `placeholder:"N" default:"10" help:"How long they send (default 10)."`
	Size    int       `placeholder:"BYTES" default:"64" help:"Length of a message's text (default 64)."`
	Prefix  string    `placeholder:"NAME" help:"Accounts are NAME1, NAME2 and so on; they are made if they do not exist (default bench- with PARLEY_BENCH_PASSWORD, else a name that nobody has)."`
	Objects bool      `name:"json-lines" help:"The clients speak JSON (/format json) in place of text."`
	JSON    bool      `name:"json" help:"Print the result as one JSON object."`

	Password string `hidden:"" env:"PARLEY_BENCH_PASSWORD"`
}

func (*benchCommand) Help() string {
	return `The exit status is 0 only if every message arrived exactly once and in order.

The clients log in to accounts of their own, which stay, and so do their rooms. Set PARLEY_BENCH_PASSWORD to use the same ones again; without it each run makes new ones.

A server lets each session send 20 messages at once and then 5 a second, unless it is started with --message-rate unlimited.`
}

// benchRate is messages a second.
type benchRate float64

func (r *benchRate) UnmarshalText(text []byte) error {
	if string(text) == unlimited {
		*r = benchRate(math.Inf(1))
		return nil
	}
	var n count
	err := n.UnmarshalText(text)
	*r = benchRate(n)
	return err
}

// Run fails when not everything has arrived exactly once and in order.
func (b *benchCommand) Run() error {
	options, err := b.options()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	result, err := bench.Run(ctx, options)
	if err != nil {
		return err
	}
	if b.JSON {
		err = result.WriteJSON(os.Stdout)
	} else {
		err = result.WriteSummary(os.Stdout)
	}
	if err == nil && !result.OK {
		err = errors.New("the test was not passed")
	}
	return err
}

func (b *benchCommand) options() (bench.Options, error) {
	if b.Senders == 0 {
		b.Senders = min(4, b.Clients)
		switch {
		case b.Private:
			b.Senders = b.Clients
		case b.Rooms > 0:
			b.Senders = b.Rooms
		}
	}
	switch {
	case b.Clients < 2, b.Private && b.Clients%2 != 0:
		return bench.Options{}, errors.New("--clients must be 2 or more, and an even number with --private")
	case b.Rooms < 0 || b.Rooms > b.Clients/2:
		return bench.Options{}, errors.New("--rooms must be from 1 to half of --clients: nobody talks alone")
	case b.Senders < 1 || b.Senders > b.Clients:
		return bench.Options{}, errors.New("--senders must be from 1 to --clients")
	case b.Window < 1 || b.Seconds < 1:
		return bench.Options{}, errors.New("--window and --seconds must be 1 or more")
	case b.Size < 1 || b.Size > 2000:
		return bench.Options{}, errors.New("--size must be from 1 to 2000, which is the longest text")
	}
	o := bench.Options{
		Address: b.Connect, Clients: b.Clients, Senders: b.Senders, Private: b.Private, Rooms: b.Rooms, Rate: float64(b.Rate), Window: b.Window,
		Length: time.Duration(b.Seconds) * time.Second, Size: b.Size, Objects: b.Objects, Prefix: b.Prefix, Password: b.Password,
		Patience: 5 * time.Second, Progress: io.Discard,
	}
	if o.Prefix == "" {
		o.Prefix = "bench-"
		if o.Password == "" {
			o.Prefix += strings.ToLower(rand.Text()[:6]) + "-"
		}
	}
	if o.Password == "" {
		o.Password = rand.Text()
	}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		o.Progress = os.Stderr
	}
	return o, nil
}
