package storage

import (
	"fmt"
	"strconv"
	"strings"
)

// The names of all Redis keys. ID stands for the id of an account or a room, NODE for that of a node.
const (
	keyPrefix = "parley:"

	stateKey   = keyPrefix + "state"   // hash, see below
	namesKey   = keyPrefix + "names"   // hash: account key -> ID
	roomsKey   = keyPrefix + "rooms"   // hash: room key -> ID
	expiredKey = keyPrefix + "expired" // hash: account ID -> messages expired unread and not yet told
	looksKey   = keyPrefix + "looks"   // hash: a room's look -> ID; rooms that can be mistaken for each other have the same
	endingKey  = keyPrefix + "ending"  // sorted set: "ID FIELD" of the sanctions that end, by their end in milliseconds
	emptyKey   = keyPrefix + "empty"   // set: IDs of the rooms without members
	guestsKey  = keyPrefix + "guests"  // set: IDs of the accounts that are guests

	tokensEndingKey = keyPrefix + "tokens-ending" // sorted set: "ID HASH" of all tokens, by their end in milliseconds
	oncesAtKey      = keyPrefix + "onces-at"      // sorted set: "ID KEY" of the keys of messages, by their time in milliseconds

	accountPrefix   = keyPrefix + "account:"   // ID, hash: key, name, hash, created (milliseconds), operator, guest
	memberPrefix    = keyPrefix + "member:"    // ID of an account, hash: ID of a room -> "SINCE ROLE READ"
	pairsPrefix     = keyPrefix + "pairs:"     // ID of an account, set: IDs of those whom it has written with
	invitesPrefix   = keyPrefix + "invites:"   // ID of an account, hash: ID of a room -> the invitation as JSON
	blocksPrefix    = keyPrefix + "blocks:"    // ID of an account, set: IDs of those from whom it wants nothing
	tokensPrefix    = keyPrefix + "tokens:"    // ID of an account, hash: hash of a token's secret -> "END MADE NOTE", in milliseconds
	oncesPrefix     = keyPrefix + "onces:"     // ID of an account, hash: key of a message -> what was said to whom, and answered; see onceOf
	roomPrefix      = keyPrefix + "room:"      // ID, hash: name, key, look, topic, topic_by, topic_at (milliseconds), private, quiet, unowned, created (milliseconds)
	membersPrefix   = keyPrefix + "members:"   // ID of a room, hash: ID of an account -> "SINCE ROLE"
	invitedPrefix   = keyPrefix + "invited:"   // ID of a room, set: IDs of the accounts that are invited
	sanctionsPrefix = keyPrefix + "sanctions:" // ID of a room, or 0: the server, hash: "ban TARGET" or "mute TARGET" -> "END ID JSON", of the account and 0 for addresses
	inboxPrefix     = keyPrefix + "inbox:"     // ID, list of messages: "NUMBER MILLISECONDS AUTHOR TEXT", oldest first
	threadPrefix    = keyPrefix + "thread:"    // ID of a room, or ID-ID of two accounts, the smaller first: list of messages, like an inbox

	// The nodes, and who is here.
	nodesKey        = keyPrefix + "nodes"      // hash: NODE -> what it says of itself, as JSON
	leasesKey       = keyPrefix + "leases"     // sorted set: NODE, by when its lease ends in milliseconds
	nodePrefix      = keyPrefix + "node:"      // NODE, hash, see below; kept for an hour after the node has gone
	feedPrefix      = keyPrefix + "feed:"      // NODE, list: what others have done and the node was not told; see feedEntry
	readPrefix      = keyPrefix + "read:"      // NODE, list: what it was told and has not acknowledged
	onlinePrefix    = keyPrefix + "online:"    // NODE, hash: ID of an account -> its sessions there; see presentValue
	listeningPrefix = keyPrefix + "listening:" // NODE, hash: ID of a room -> how many of its members are online there
	whereKey        = keyPrefix + "where"      // hash: ID of an account that is online -> the nodes where it is, with blanks between
	hereKey         = keyPrefix + "here"       // hash: ID of a room -> how many of its members are online anywhere
	awayKey         = keyPrefix + "away"       // hash: ID of an account that is online -> what it says about being away
	bellPrefix      = keyPrefix + "bell:"      // a channel: the part of NODE in front of its dot; rings when something comes into an empty feed
	takenPrefix     = keyPrefix + "taken:"     // WHAT, string: until when all that may be done of something was done, in milliseconds
	neverKey        = keyPrefix + "never"      // there is no such key, but for a moment: see redisStore.writes

	// While the store is dumped or restored; see guard.lua.
	dumpKey       = keyPrefix + "dump"     // string: the dump under way; ends by itself if it is not renewed
	dumpedKey     = keyPrefix + "dumped"   // set: the keys that were changed since the moment of the dump
	dumpedPrefix  = keyPrefix + "dumped:"  // KEY: what it held at that moment, if it was there
	restoreKey    = keyPrefix + "restore"  // string: the restore under way; ends by itself if it is not renewed
	loadedPrefix  = keyPrefix + "loaded:"  // KEY: what will take its place
	restoredKey   = keyPrefix + "restored" // set: the keys of conversations that were restored and have no time to live yet
	guardedFormat = redisFormat + 1        // what the state has as its format meanwhile
)

// What a server of an older version has, of which there could be only one.
const (
	oldLeaseKey = keyPrefix + "lease" // string: the server that may write
	oldFeedKey  = keyPrefix + "feed"  // list: events of operators' commands
)

// The fields of the state:
//
//	format   of the keys; while the store is dumped or restored it is the next one, so that servers stay away that do not know what to do then
//	last     the last number that was given
//	version  how often something was changed that the rules of nodes remember
//	step     the last one; each run of which other nodes are told is one
//	sessions the ID of the last session
//	nodes    all of them, with blanks between
//	beat     when a node last renewed its lease, in milliseconds
//	steady   since when one always has done so in time, likewise
//	run      the run_id of the Redis that the last numbers were given by
//	lockdown set while new accounts are forbidden
//	restoring set while another store takes the place of this one
//
// The fields of a node:
//
//	seq      the last batch that ran
//	void     the last batch that must not run any more
//	ran      the last batch that did what it was asked for, the number before its first one, the ID of the session before its first one, the last step
//	         before it, and of its messages which found a full inbox, '|', and the sessions that the private ones found on other nodes
//	lines    a batch, and what the feeds were told of who has gone and come by it
//	sessions how many it has
//	buried   set when the other nodes have given it up; "restored" if another store took the place of theirs

// luaKeys has every script know these names.
var luaKeys = func() string {
	var lua strings.Builder
	for _, one := range []struct{ name, key string }{
		{"stateKey", stateKey}, {"namesKey", namesKey}, {"roomsKey", roomsKey}, {"expiredKey", expiredKey}, {"oncesAtKey", oncesAtKey},
		{"nodesKey", nodesKey}, {"leasesKey", leasesKey}, {"whereKey", whereKey}, {"hereKey", hereKey}, {"awayKey", awayKey}, {"neverKey", neverKey},
		{"accountPrefix", accountPrefix}, {"memberPrefix", memberPrefix}, {"pairsPrefix", pairsPrefix}, {"invitesPrefix", invitesPrefix},
		{"blocksPrefix", blocksPrefix}, {"tokensPrefix", tokensPrefix}, {"oncesPrefix", oncesPrefix}, {"roomPrefix", roomPrefix},
		{"membersPrefix", membersPrefix}, {"sanctionsPrefix", sanctionsPrefix}, {"inboxPrefix", inboxPrefix}, {"threadPrefix", threadPrefix},
		{"nodePrefix", nodePrefix}, {"feedPrefix", feedPrefix}, {"readPrefix", readPrefix}, {"onlinePrefix", onlinePrefix}, {"listeningPrefix", listeningPrefix},
		{"bellPrefix", bellPrefix}, {"takenPrefix", takenPrefix}, {"dumpKey", dumpKey}, {"dumpedKey", dumpedKey}, {"dumpedPrefix", dumpedPrefix},
		{"restoreKey", restoreKey}, {"restoredKey", restoredKey}, {"guardedFormat", strconv.Itoa(guardedFormat)},
	} {
		fmt.Fprintf(&lua, "local %s = '%s'\n", one.name, one.key)
	}
	return lua.String()
}()

// idText writes an id as it stands in a command; see numberText.
func idText(id ID) string { return numberText(int64(id)) }

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

// threadText is the part of a thread's key behind the prefix.
func threadText(t Thread) string {
	if t.IsRoom() {
		return idText(t.A)
	}
	text := make([]byte, 0, 40)
	text = strconv.AppendInt(text, int64(t.A), 10)
	return string(strconv.AppendInt(append(text, '-'), int64(t.B), 10))
}

func threadKey(t Thread) string {
	return threadPrefix + threadText(t)
}
