package storage

import (
	"cmp"
	"time"
)

// What the rules decide on is kept as records. A record is not changed once it is made: another one takes its place. A store writes and reads
// them; see keeper.
type (
	roomRecord struct {
		ID      ID
		Key     string
		Name    string
		Look    string // rooms that can be mistaken for each other have the same
		Topic   string
		Private bool
		Quiet   bool
		Created time.Time
		TopicBy string    // the name of who has set the topic; empty: not known, or there is none
		TopicAt time.Time // when; zero: likewise
		Unowned bool      // it has members, but they are guests; see join and found
	}
	memberRecord struct {
		Account ID
		Room    ID
		Since   int64 // events with a greater number have come since
		Role    Role
		Read    int64 // it has had everything of the room up to this number
	}
	sanctionRecord struct {
		Room    ID // 0: the server
		Account ID // 0: by address
		Sanction
	}
	inviteRecord struct {
		Account  ID
		Room     ID
		RoomName string
		From     ID
		FromName string
		Number   int64 `json:",omitzero"`
		At       time.Time
		Told     bool
	}
	blockRecord struct {
		Account ID
		Other   ID
	}
	tokenRecord struct {
		Account ID
		Token
	}
	onceRecord struct {
		Account ID
		Key     string
		At      time.Time
		Digest  string // of what was said to whom
		Said
	}
	// awayRecord is forgotten with the account's last session, so only a store that has many nodes keeps it.
	awayRecord struct {
		Account ID
		Text    *string // nil: it is not away
	}
	operatorRecord struct{ Account ID }
	// guestRecord and registeredRecord take each other's place.
	guestRecord      struct{ Account ID }
	registeredRecord struct {
		Account ID
		Hash    string
	}
	lockdownRecord struct{}
)

// record is a pointer to one of these.
type record any

// keeper is a store as the rules see it. The methods that list something see only what earlier runs have kept; see needsLists.
type keeper interface {
	// number takes the next number.
	number() int64
	// keep writes after in place of before. One of them may be nil: there was no such record, or there is none any more.
	keep(before, after record) error

	accountID(key string) (ID, error)       // 0: there is none
	loadPerson(account ID) (*person, error) // nil: there is none
	loadRoom(key string) (*room, error)     // nil: there is none
	loadRoomByID(id ID) (*room, error)      // nil: there is none
	roomOfLook(look string) (ID, error)     // 0: there is none
	loadStanding(room, account ID) (*standing, error)
	loadOnce(account ID, key string) (*onceRecord, error) // nil: there is none; it may be older than OnceTime

	membersOf(room ID) ([]memberRecord, error)
	membershipsOf(account ID) ([]roomMembership, error)
	sanctionsOf(room ID) ([]sanctionRecord, error)
	invitesOf(account ID) ([]inviteRecord, error)
	invitesTo(room ID) ([]inviteRecord, error)
	blocksOf(account ID) ([]ID, error)
	endedSanctions(now time.Time) ([]sanctionRecord, error)
	tokensOf(account ID) ([]tokenRecord, error) // also those that have ended
	endedTokens(now time.Time) ([]tokenRecord, error)
	countOnces(account ID) (int, error) // also those that are older than OnceTime
	// endedOnces lists those that are not newer than a time; account 0: of all accounts. It returns maxEndedOnces of them at most.
	endedOnces(account ID, until time.Time) ([]onceRecord, error)
	countGuests() (int, error)
	// isLeftOver reports whether a guest has no session on any node.
	isLeftOver(guest ID) (bool, error)
	// leftGuests lists guests who are left over: maxLeftGuests of them at most.
	leftGuests() ([]ID, error)
	// eraseAccount removes an account and its inbox, but for what the rules know of it.
	eraseAccount(p *person) error

	emptyRooms() ([]roomRecord, error)
	hasMessages(room ID, now time.Time) (bool, error)
}

// maxEndedOnces bounds how long one commit works on keys that have ended. More of them are left to the next one.
const maxEndedOnces = 1_000

// maxLeftGuests bounds in the same way how many of those who are left over go at once.
const maxLeftGuests = 100

// roomMembership is a member record with the key of its room.
type roomMembership struct {
	memberRecord
	roomKey string
}

// room is a room as the rules remember it.
type room struct {
	roomRecord
	members   int
	standings map[ID]*standing // by account
}

func (r *room) isLobby() bool { return r.Key == LobbyName }

func (r *room) info() RoomInfo {
	return RoomInfo{
		Room: Room{r.ID, r.Name}, Topic: r.Topic, Private: r.Private, Quiet: r.Quiet, Members: r.members,
		Created: r.Created, TopicBy: r.TopicBy, TopicAt: r.TopicAt,
	}
}

// standing is how an account stands with a room. What there is not is nil.
type standing struct {
	member *memberRecord
	ban    *sanctionRecord
	mute   *sanctionRecord
	invite *inviteRecord
}

// person is an account as the rules remember it.
type person struct {
	id       ID
	key      string
	name     string
	operator bool
	guest    bool
	rooms    int             // of which it is a member, without the lobby
	ban      *sanctionRecord // from the server
	mute     *sanctionRecord // on the server
	blocked  map[ID]bool     // nil: nobody

	onces      int       // how many keys of messages are kept, though some may have ended; -1: not counted yet
	oncesEnded time.Time // those from up to this time have been removed
}

// known is what the rules remember, so that a message needs no query. All of it may be forgotten at any time between two asks.
type known struct {
	rooms   map[string]*room // by key
	byID    map[ID]*room     // the same
	looks   map[string]bool  // of the same
	persons map[ID]*person
	ids     map[string]ID // of accounts, by key
	size    int           // how many persons, rooms and standings
}

const maxKnown = 100_000

func newKnown() known {
	return known{rooms: map[string]*room{}, byID: map[ID]*room{}, looks: map[string]bool{}, persons: map[ID]*person{}, ids: map[string]ID{}}
}

// event is the invitation as it was told.
func (in *inviteRecord) event() Event {
	return Event{Kind: Invited, Number: in.Number, At: in.At, Thread: RoomThread(in.Room), From: in.From, FromName: in.FromName, To: in.Account,
		Change: &Change{Room: in.RoomName}, Ask: -1}
}

func compareEvents(x, y Event) int { return cmp.Compare(x.Number, y.Number) }
