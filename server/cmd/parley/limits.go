package main

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"parley/commands"
	"parley/commands/ratelimit"
	"parley/protocol"
)

// limitFlags are the limits that an operator may set. Each takes the word unlimited.
type limitFlags struct {
	MaxConnections count          `placeholder:"N" default:"unlimited" env:"PARLEY_MAX_CONNECTIONS" help:"Connections in all (default ${connections}: what the limit on descriptors allows)."`
	MaxPerAddress  count          `placeholder:"N" default:"16" env:"PARLEY_MAX_PER_ADDRESS" help:"Connections of one address; of a /64 in IPv6 (default 16)."`
	ConnectRate    count          `placeholder:"N" default:"30" env:"PARLEY_CONNECT_RATE" help:"New connections of one address in a minute (default 30)."`
	LoginRate      count          `placeholder:"N" default:"20" env:"PARLEY_LOGIN_RATE" help:"Logins tried from one address in a minute (default 20)."`
	RegisterRate   count          `placeholder:"N" default:"5" env:"PARLEY_REGISTER_RATE" help:"New accounts from one address in an hour (default 5)."`
	RegisterAll    count          `placeholder:"N" default:"30" env:"PARLEY_REGISTER_ALL" help:"New accounts from all addresses in ten minutes (default 30)."`
	Trust          []netip.Prefix `placeholder:"CIDR" env:"PARLEY_TRUST" help:"A network that limits by address do not count, just as this machine. May be repeated (default none)."`
	LoginTime      span           `placeholder:"TIME" default:"60s" env:"PARLEY_LOGIN_TIME" help:"How long a connection may take to log in (default 60s)."`
	MessageRate    rate           `placeholder:"B/S" default:"20/5" env:"PARLEY_MESSAGE_RATE" help:"Messages of one session: so many at once, then so many a second (default 20/5)."`
	ChangeRate     rate           `placeholder:"B/S" default:"50/10" env:"PARLEY_CHANGE_RATE" help:"Joins, topics, kicks and the like of one session: so many at once, then so many a second (default 50/10)."`
	Rooms          count          `placeholder:"N" default:"100" env:"PARLEY_ROOMS" help:"Rooms of one account, without the lobby (default 100)."`
	NewRooms       count          `placeholder:"N" default:"10" env:"PARLEY_NEW_ROOMS" help:"Rooms that one account may make in an hour (default 10)."`
	RoomMembers    count          `placeholder:"N" default:"unlimited" env:"PARLEY_ROOM_MEMBERS" help:"Members of one room, but for the lobby (default unlimited)."`
	RoomBans       count          `placeholder:"N" default:"1000" env:"PARLEY_ROOM_BANS" help:"Bans and mutes of one room (default 1000)."`
	Blocks         count          `placeholder:"N" default:"500" env:"PARLEY_BLOCKS" help:"People whom one account may block (default 500)."`
	Invites        count          `placeholder:"N" default:"100" env:"PARLEY_INVITES" help:"Invitations that may wait for one person (default 100)."`
	Tokens         count          `placeholder:"N" default:"100" env:"PARLEY_TOKENS" help:"Tokens of one account (default 100)."`
	OnceKeys       count          `placeholder:"N" default:"10000" env:"PARLEY_ONCE_KEYS" help:"Messages with a key, as bots send them, of one account in a day (default 10000)."`
	Watches        count          `placeholder:"N" default:"200" env:"PARLEY_WATCHES" help:"People and rooms that one session may watch (default 200)."`
	Input          size           `placeholder:"SIZE" default:"64KiB" env:"PARLEY_INPUT" help:"What a connection may send ahead of the answers before it is closed (default 64KiB)."`
	Outbox         size           `placeholder:"SIZE" default:"256KiB" env:"PARLEY_OUTBOX" help:"What may wait for a reader who does not keep up (default 256KiB)."`
	Inbox          count          `placeholder:"N" default:"500" env:"PARLEY_INBOX" help:"Messages that may wait for one person (default 500)."`
	Keep           span           `placeholder:"TIME" default:"30d" env:"PARLEY_KEEP" help:"How long a message is kept (default 30d)."`
}

// per makes a rate of so many in each period.
func (c count) per(period time.Duration) ratelimit.Rate {
	if c == unlimitedCount {
		return ratelimit.Rate{Off: true}
	}
	return ratelimit.Per(int(c), period)
}

// shown are the limits for /help limits.
func (l *limitFlags) shown(connections int) []commands.Limit {
	return []commands.Limit{
		{Name: "line", Value: strconv.Itoa(protocol.MaxLine), Help: "Bytes of a line, its end included."},
		{Name: "text", Value: strconv.Itoa(protocol.MaxText), Help: "Bytes of a message's text."},
		{Name: "name", Value: strconv.Itoa(protocol.MaxName), Help: "Bytes of a name."},
		{Name: "connections", Value: strconv.Itoa(connections), Help: "Connections in all."},
		{Name: "address", Value: l.MaxPerAddress.String(), Help: "Connections of one address."},
		{Name: "connects", Value: l.ConnectRate.String(), Help: "New connections of one address in a minute."},
		{Name: "login", Value: l.LoginTime.String(), Help: "Seconds that a connection may take to log in."},
		{Name: "logins", Value: l.LoginRate.String(), Help: "Logins tried from one address in a minute."},
		{Name: "guesses", Value: strconv.Itoa(commands.Guesses), Help: "Wrong passwords for one account from one address in a minute; then a growing wait."},
		{Name: "registers", Value: l.RegisterRate.String(), Help: "New accounts from one address in an hour."},
		{Name: "registers-all", Value: l.RegisterAll.String(), Help: "New accounts from all addresses in ten minutes."},
		{Name: "messages", Value: l.MessageRate.String(), Help: "Messages of a session: so many at once, then so many a second."},
		{Name: "changes", Value: l.ChangeRate.String(), Help: "Joins, topics, kicks and the like of a session: so many at once, then so many a second."},
		{Name: "note", Value: strconv.Itoa(commands.MaxNote), Help: "Bytes of a topic, a reason or a note."},
		{Name: "rooms", Value: l.Rooms.String(), Help: "Rooms of an account, without the lobby."},
		{Name: "new-rooms", Value: l.NewRooms.String(), Help: "Rooms that an account may make in an hour."},
		{Name: "room-members", Value: l.RoomMembers.String(), Help: "Members of a room, but for the lobby."},
		{Name: "room-bans", Value: l.RoomBans.String(), Help: "Bans and mutes of a room."},
		{Name: "blocks", Value: l.Blocks.String(), Help: "People whom an account may block."},
		{Name: "invites", Value: l.Invites.String(), Help: "Invitations that may wait for one person."},
		{Name: "tokens", Value: l.Tokens.String(), Help: "Tokens of an account."},
		{Name: "once-keys", Value: l.OnceKeys.String(), Help: "Messages with a key that an account may send in a day."},
		{Name: "watches", Value: l.Watches.String(), Help: "People and rooms that a session may watch."},
		{Name: "input", Value: l.Input.String(), Help: "What a connection may send ahead of the answers."},
		{Name: "outbox", Value: l.Outbox.String(), Help: "What may wait for a reader who does not keep up."},
		{Name: "inbox", Value: l.Inbox.String(), Help: "Messages that may wait for one person."},
		{Name: "keep", Value: l.Keep.String(), Help: "Seconds that a message is kept."},
	}
}

func (c count) String() string {
	if c == unlimitedCount {
		return unlimited
	}
	return strconv.Itoa(int(c))
}

func (s size) String() string {
	if s == math.MaxInt {
		return unlimited
	}
	return strings.ReplaceAll(humanize.IBytes(uint64(s)), " ", "")
}

// String shows a time as the protocol does: in seconds.
func (s span) String() string {
	if s == math.MaxInt64 {
		return unlimited
	}
	return strconv.FormatFloat(time.Duration(s).Seconds(), 'f', -1, 64)
}

func (r rate) String() string {
	if r.Off {
		return unlimited
	}
	return fmt.Sprintf("%d/%g", r.Burst, r.Second)
}
