package storage

// All the keys of Redis are spelled here.
const (
	keyPrefix = "parley:"

	leaseKey    = keyPrefix + "lease"    // string: the server that may write
	stateKey    = keyPrefix + "state"    // hash: format, last (number given), names (version of accounts: how often one was removed), batch (the last with posts), told (the last to tell of expired messages)
	accountsKey = keyPrefix + "accounts" // hash: account key -> name
	expiredKey  = keyPrefix + "expired"  // hash: account key -> messages expired unread and not yet told
	toldKey     = keyPrefix + "told"     // hash: what that batch took from expired
	lobbyKey    = keyPrefix + "lobby"    // list of messages, like the next two: "NUMBER MILLISECONDS AUTHOR TEXT", oldest first
)

func inboxKey(account string) string { return keyPrefix + "inbox:" + account }

// conversationKey is one key for both sides. No account key holds a space.
func conversationKey(a, b string) string { return keyPrefix + "conversation:" + threadOf(a, b) }

// accountKey is a hash: name, hash, created (milliseconds), made and changed (the operations that last did so).
func accountKey(account string) string { return keyPrefix + "account:" + account }

// givenUpKey is a mark that keeps an operation from happening late.
func givenUpKey(operation string) string { return keyPrefix + "given-up:" + operation }

// deletedKey and deletedInboxKey hold for an hour what a DeleteAccount took away, in case that it has to be taken back.
func deletedKey(operation string) string      { return keyPrefix + "deleted:" + operation }
func deletedInboxKey(operation string) string { return keyPrefix + "deleted-inbox:" + operation }
