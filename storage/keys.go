package storage

import "strconv"

// The names of all Redis keys. ID stands for the id of an account or a room.
const (
	keyPrefix = "parley:"

	leaseKey   = keyPrefix + "lease"   // string: the server that may write
	stateKey   = keyPrefix + "state"   // hash, see below
	namesKey   = keyPrefix + "names"   // hash: account key -> ID
	roomsKey   = keyPrefix + "rooms"   // hash: room key -> ID
	expiredKey = keyPrefix + "expired" // hash: account ID -> messages expired unread and not yet told
	toldKey    = keyPrefix + "told"    // hash: what the last run to tell of them took from there
	looksKey   = keyPrefix + "looks"   // hash: a room's look -> ID; rooms that can be mistaken for each other have the same
	feedKey    = keyPrefix + "feed"    // list: events of other processes that the server has yet to see: "NUMBER OPERATION JSON"
	endingKey  = keyPrefix + "ending"  // sorted set: "ID FIELD" of the sanctions that end, by their end in milliseconds
	emptyKey   = keyPrefix + "empty"   // set: IDs of the rooms without members

	tokensEndingKey = keyPrefix + "tokens-ending" // sorted set: "ID HASH" of all tokens, by their end in milliseconds
	oncesAtKey      = keyPrefix + "onces-at"      // sorted set: "ID KEY" of the keys of messages, by their time in milliseconds

	accountPrefix   = keyPrefix + "account:"   // ID, hash: key, name, hash, created (milliseconds), operator, made and changed (the operations that last did so)
	memberPrefix    = keyPrefix + "member:"    // ID of an account, hash: ID of a room -> "SINCE ROLE READ"
	pairsPrefix     = keyPrefix + "pairs:"     // ID of an account, set: IDs of those whom it has written with
	invitesPrefix   = keyPrefix + "invites:"   // ID of an account, hash: ID of a room -> the invitation as JSON
	blocksPrefix    = keyPrefix + "blocks:"    // ID of an account, set: IDs of those from whom it wants nothing
	tokensPrefix    = keyPrefix + "tokens:"    // ID of an account, hash: hash of a token's secret -> "END MADE NOTE", in milliseconds
	oncesPrefix     = keyPrefix + "onces:"     // ID of an account, hash: key of a message -> "MILLISECONDS DIGEST JSON", of what was said to whom, and of what was answered
	roomPrefix      = keyPrefix + "room:"      // ID, hash: name, key, look, topic, private, quiet, created (milliseconds)
	membersPrefix   = keyPrefix + "members:"   // ID of a room, hash: ID of an account -> "SINCE ROLE"
	invitedPrefix   = keyPrefix + "invited:"   // ID of a room, set: IDs of the accounts that are invited
	sanctionsPrefix = keyPrefix + "sanctions:" // ID of a room, or 0: the server, hash: "ban TARGET" or "mute TARGET" -> "END ID JSON", of the account and 0 for addresses
	inboxPrefix     = keyPrefix + "inbox:"     // ID, list of messages: "NUMBER MILLISECONDS AUTHOR TEXT", oldest first
	threadPrefix    = keyPrefix + "thread:"    // ID of a room, or ID-ID of two accounts, the smaller first: list of messages, like an inbox

	markPrefix  = keyPrefix + "given-up:" // operation, string: keeps the operation from happening late
	asidePrefix = keyPrefix + "aside:"    // operation:WHAT: what an operation removed, for an hour, in case it must be taken back
)

// The fields of the state:
//
//	format   of the keys
//	last     the last number that was given
//	served   the last one that was given to a server, and not to a shared store
//	run      Redis' run_id when a server last looked
//	names    the version of what a server remembers: how often something was changed that it does not know of, or an account was removed
//	changes  how often something was changed that the rules read, by whomever
//	batch    the last run of a server that changed something
//	shared   the last run of a shared store that did
//	told     the last run that told of expired messages
//	batch-changes, shared-changes: what changes was after the last of these runs that changed it
//	lockdown set while new accounts are forbidden

func idText(id ID) string { return strconv.FormatInt(int64(id), 10) }

func accountKey(id ID) string     { return accountPrefix + idText(id) }
func memberKey(id ID) string      { return memberPrefix + idText(id) }
func pairsKey(id ID) string       { return pairsPrefix + idText(id) }
func invitesKey(id ID) string     { return invitesPrefix + idText(id) }
func blocksKey(id ID) string      { return blocksPrefix + idText(id) }
func tokensKey(id ID) string      { return tokensPrefix + idText(id) }
func oncesKey(id ID) string       { return oncesPrefix + idText(id) }
func roomKey(id ID) string        { return roomPrefix + idText(id) }
func membersKey(room ID) string   { return membersPrefix + idText(room) }
func invitedKey(room ID) string   { return invitedPrefix + idText(room) }
func sanctionsKey(room ID) string { return sanctionsPrefix + idText(room) }
func inboxKey(id ID) string       { return inboxPrefix + idText(id) }

func threadKey(t Thread) string {
	key := make([]byte, 0, len(threadPrefix)+40)
	key = strconv.AppendInt(append(key, threadPrefix...), int64(t.A), 10)
	if !t.IsRoom() {
		key = strconv.AppendInt(append(key, '-'), int64(t.B), 10)
	}
	return string(key)
}

func markKey(operation string) string        { return markPrefix + operation }
func asideKey(operation, what string) string { return asidePrefix + operation + ":" + what }
