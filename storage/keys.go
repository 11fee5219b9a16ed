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
	feedKey    = keyPrefix + "feed"    // list: events of other processes that the server has yet to see: "NUMBER MILLISECONDS KIND ID OPERATION NAME"

	accountPrefix = keyPrefix + "account:" // ID, hash: key, name, hash, created (milliseconds), made and changed (the operations that last did so)
	memberPrefix  = keyPrefix + "member:"  // ID of an account, hash: ID of a room -> the number since which it is a member
	roomPrefix    = keyPrefix + "room:"    // ID, hash: name
	inboxPrefix   = keyPrefix + "inbox:"   // ID, list of messages: "NUMBER MILLISECONDS AUTHOR TEXT", oldest first
	threadPrefix  = keyPrefix + "thread:"  // ID of a room, or ID-ID of two accounts, the smaller first: list of messages, like an inbox

	markPrefix  = keyPrefix + "given-up:" // operation, string: keeps the operation from happening late
	asidePrefix = keyPrefix + "aside:"    // operation:WHAT: what an operation removed, for an hour, in case it must be taken back
)

// The fields of the state:
//
//	format   of the keys
//	last     the last number that was given
//	served   the last one that was given to a server, and not to a shared store
//	run      Redis' run_id when a server last looked
//	names    how often an account was removed: the version of the names
//	batch    the last run that had messages
//	told     the last run that told of expired messages

func accountKey(id ID) string { return accountPrefix + strconv.FormatInt(int64(id), 10) }
func memberKey(id ID) string  { return memberPrefix + strconv.FormatInt(int64(id), 10) }
func inboxKey(id ID) string   { return inboxPrefix + strconv.FormatInt(int64(id), 10) }

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
