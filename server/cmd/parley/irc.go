package main

import (
	"encoding"
	"fmt"
	"strconv"

	"parley/server"
)

// ircFlags are about IRC clients, and about guests, who are mostly these.
type ircFlags struct {
	ListenIRC    []string `name:"listen-irc" placeholder:"ADDRESS" env:"PARLEY_LISTEN_IRC" help:"Address for IRC clients alone, such as :6667; they may come to the others, too (default off). May be repeated."`
	ListenIRCTLS []string `name:"listen-irc-tls" placeholder:"ADDRESS" env:"PARLEY_LISTEN_IRC_TLS" help:"The same for TLS, such as :6697 (default off). May be repeated."`
	Guests       guests   `placeholder:"N" default:"0" env:"PARLEY_GUESTS" help:"How many may be here at once without an account, or unlimited (default 0: nobody)."`
}

// guests is a number of things that may be 0.
type guests int

var _ encoding.TextUnmarshaler = (*guests)(nil)

func (g *guests) UnmarshalText(text []byte) error {
	if string(text) == unlimited {
		*g = unlimitedCount
		return nil
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 0 {
		return fmt.Errorf("%q is not a number from 0 up, or the word unlimited", text)
	}
	*g = guests(n)
	return nil
}

// irc is where the server speaks IRC, and what clients are told of its limits.
func (o *serveCommand) irc() server.IRC {
	return server.IRC{Listen: o.ListenIRC, ListenTLS: o.ListenIRCTLS, Rooms: int(o.Rooms), Bans: int(o.RoomBans)}
}
