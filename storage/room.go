package storage

import "time"

// Room is a thread of many, of which accounts are members.
type Room struct {
	ID   ID
	Name string // with its '#', as it is shown
}

// LobbyName is the room that every store has, and every new account is in. It is its own key. Nobody owns it, and operators moderate it.
const LobbyName = "#lobby"

// Role is what a member may do in a room. A higher role may all that a lower one may.
type Role uint8

// The roles. Their values are kept by the stores and never change.
const (
	NoRole Role = iota
	Voice       // may speak in a quiet room
	Op          // may moderate
	Owner       // may everything
)

// Setting is a property of a room that its owner chooses.
type Setting uint8

// The settings. Each pair is the two values of one property.
const (
	PublicRoom  Setting = iota // anybody may join, and read all of its history
	PrivateRoom                // by invitation, not listed, and read from one's latest joining on
	OpenRoom                   // every member may speak
	QuietRoom                  // only members with a role may speak
)

// RoomInfo is a room as it is shown.
type RoomInfo struct {
	Room
	Topic   string
	Private bool
	Quiet   bool
	Members int
	Created time.Time
	TopicBy string    // the name of who has set the topic; empty: an operator's command, there is none, or it was set before that was kept
	TopicAt time.Time // when; zero: there is none, or it was set before that was kept
}

// Membership is an account's part in a room.
type Membership struct {
	RoomInfo
	Role   Role
	Since  int64 // events with greater numbers have come since the account is a member
	Read   int64 // the account has had everything of the room up to this number
	Unread int   // messages after Read
}

// ReadsFrom is the number after which a member may read the room's history.
func (m *Membership) ReadsFrom() int64 {
	if m.Private {
		return m.Since
	}
	return 0
}

// Member is somebody in a room.
type Member struct {
	ID   ID
	Key  string // of the account
	Name string
	Role Role
}

// Sanction is what somebody has forbidden to an account or an address: to be in a room, to speak there, or both on the whole server.
type Sanction struct {
	Mute   bool      // otherwise it is a ban
	Target string    // the key of an account; an address as CIDR has it
	Name   string    // of the account, as it was then; or the address
	ByName string    // who did it; empty: from the command line
	At     time.Time // when
	Until  time.Time // zero: for ever
	Reason string

	Everywhere bool `json:"-"` // of a Verdict: it holds on the server, and not only in the room that was asked about
}

// Ended reports whether it holds no longer.
func (s *Sanction) Ended(now time.Time) bool { return !s.Until.IsZero() && !now.Before(s.Until) }

// Invitation is one that the invited account was not told yet.
type Invitation struct {
	Room     string // its name
	FromName string
	Number   int64
	At       time.Time
}

// Reading says how far an account has had everything of a room.
type Reading struct {
	Room   ID
	Number int64
}
