package storage

import "time"

// Record is one thing that a store keeps, in the form in which backups have it. Exactly one of its fields is set. Times are in UTC and to the
// millisecond; texts are UTF-8. What can be computed from the rest (where threads end, who has written with whom) is not kept.
type Record struct {
	State    *StateRecord    `json:"state,omitzero"`
	Account  *AccountRecord  `json:"account,omitzero"`
	Room     *RoomRecord     `json:"room,omitzero"`
	Member   *MemberRecord   `json:"member,omitzero"`
	Sanction *SanctionRecord `json:"sanction,omitzero"`
	Invite   *InviteRecord   `json:"invite,omitzero"`
	Block    *BlockRecord    `json:"block,omitzero"`
	Token    *TokenRecord    `json:"token,omitzero"`
	Once     *OnceKeyRecord  `json:"once,omitzero"`
	Message  *MessageRecord  `json:"message,omitzero"`
}

type (
	// StateRecord is what the store keeps of itself.
	StateRecord struct {
		Last     int64 `json:"last"`              // no number up to it may be given again
		Lockdown bool  `json:"lockdown,omitzero"` // new accounts are forbidden
	}
	// AccountRecord is an account that is no guest.
	AccountRecord struct {
		ID       ID        `json:"id"`
		Key      string    `json:"key"`
		Name     string    `json:"name"`
		Hash     string    `json:"hash,omitzero"` // the password as a PHC string
		Created  time.Time `json:"created"`
		Operator bool      `json:"operator,omitzero"`
		Expired  int       `json:"expired,omitzero"` // messages that expired unread, and it was not told of them yet
	}
	// RoomRecord is a room. #lobby is always one of them.
	RoomRecord struct {
		ID      ID        `json:"id"`
		Key     string    `json:"key"`
		Name    string    `json:"name"`
		Look    string    `json:"look,omitzero"` // names that can be mistaken for each other have the same
		Created time.Time `json:"created"`
		Topic   string    `json:"topic,omitzero"`
		TopicBy string    `json:"topic_by,omitzero"` // the name of who has set the topic; empty: not known, or there is none
		TopicAt time.Time `json:"topic_at,omitzero"` // when; zero: likewise
		Private bool      `json:"private,omitzero"`
		Quiet   bool      `json:"quiet,omitzero"`
		Unowned bool      `json:"unowned,omitzero"` // only guests were in it: the first account that joins owns it
	}
	// MemberRecord is an account in a room.
	MemberRecord struct {
		Account ID    `json:"account"`
		Room    ID    `json:"room"`
		Since   int64 `json:"since"`         // events with a greater number have come since
		Role    Role  `json:"role,omitzero"` // 1 voice, 2 op, 3 owner
		Read    int64 `json:"read,omitzero"` // it has had everything of the room up to this number
	}
	// SanctionRecord is a ban or a mute.
	SanctionRecord struct {
		Room    ID        `json:"room,omitzero"`    // 0: the server
		Account ID        `json:"account,omitzero"` // 0: by address. The account may be gone
		Mute    bool      `json:"mute,omitzero"`    // otherwise it is a ban
		Target  string    `json:"target"`           // the key of the account, or addresses
		Name    string    `json:"name,omitzero"`    // of the account as it was then
		ByName  string    `json:"by_name,omitzero"` // who did it; empty: from the command line
		At      time.Time `json:"at"`
		Until   time.Time `json:"until,omitzero"` // zero: for ever
		Reason  string    `json:"reason,omitzero"`
	}
	// InviteRecord is an invitation of an account into a room.
	InviteRecord struct {
		Account  ID        `json:"account"`
		Room     ID        `json:"room"`
		RoomName string    `json:"room_name"`
		From     ID        `json:"from,omitzero"`
		FromName string    `json:"from_name"`
		Number   int64     `json:"number"`
		At       time.Time `json:"at"`
		Told     bool      `json:"told,omitzero"` // it has reached the account
	}
	// BlockRecord says that an account wants nothing from another, which may be gone.
	BlockRecord struct {
		Account ID `json:"account"`
		Other   ID `json:"other"`
	}
	// TokenRecord is a secret by which a program logs in, of which only the hash is kept.
	TokenRecord struct {
		Account ID        `json:"account"`
		Hash    string    `json:"hash"`
		Note    string    `json:"note,omitzero"`
		At      time.Time `json:"at"`
		Until   time.Time `json:"until"`
	}
	// OnceKeyRecord is the key of a message that is kept only once, and what its author was answered.
	OnceKeyRecord struct {
		Account ID        `json:"account"`
		Key     string    `json:"key"`
		At      time.Time `json:"at"`
		Digest  string    `json:"digest"` // of what was said to whom
		Number  int64     `json:"number"`
		ToName  string    `json:"to_name"`
		Sent    int       `json:"sent,omitzero"` // to how many sessions
		Away    *string   `json:"away,omitzero"` // what the recipient said about being away; nil: it was not
	}
	// MessageRecord is a message in a room or to an account.
	MessageRecord struct {
		Number   int64     `json:"number"`
		At       time.Time `json:"at"`
		From     ID        `json:"from,omitzero"` // its author, who may be gone or a guest; 0: not known
		FromName string    `json:"from_name"`     // as it was then
		Room     ID        `json:"room,omitzero"` // in which it was said; or
		To       ID        `json:"to,omitzero"`   // for whom it is: an account, which may be gone or a guest
		Text     string    `json:"text"`
		// Waiting says that To, an account that there is, has not acknowledged it: it is in its inbox. All later messages to To are waiting, too.
		Waiting bool `json:"waiting,omitzero"`
	}
)

// Kind is the JSON name of the field that is set; empty if none is, or several are.
func (r *Record) Kind() string {
	kind := ""
	for i, set := range []bool{r.State != nil, r.Account != nil, r.Room != nil, r.Member != nil, r.Sanction != nil, r.Invite != nil,
		r.Block != nil, r.Token != nil, r.Once != nil, r.Message != nil} {
		switch {
		case set && kind != "":
			return ""
		case set:
			kind = RecordKinds[i]
		}
	}
	return kind
}

// RecordKinds are the kinds of records in the order in which a dump has them.
var RecordKinds = []string{"state", "account", "room", "member", "sanction", "invite", "block", "token", "once", "message"}

// Thread is where the message was said. If its author is not known, a private message is in no thread, and the zero Thread is returned.
func (m *MessageRecord) Thread() Thread {
	switch {
	case m.Room != 0:
		return RoomThread(m.Room)
	case m.From != 0 && m.To != 0:
		return PairThread(m.From, m.To)
	}
	return Thread{}
}
