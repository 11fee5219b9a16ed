package storage

import "time"

// CommitMark is in each request that commits something, once Redis knows the script.
var CommitMark = commitScript.Hash()

// LookupMark is in each request that looks something up for a commit, once Redis knows the script.
var LookupMark = lookupScript.Hash()

// ForgetAll has a store on Redis forget what it remembers of accounts and rooms.
func ForgetAll(s Store) { s.(*redisStore).forgetAll() }

// ReadOneByOne has dumps of Redis read one key by each script, until the function is called that it returns.
func ReadOneByOne() (restore func()) {
	keys, threads := someKeys, someConversations
	someKeys, someConversations = 1, 1
	return func() { someKeys, someConversations = keys, threads }
}

// Calm has CommitNow forget that Redis was slow, as the machine of a test may be.
func Calm(s Store) {
	if r, ok := s.(*redisStore); ok {
		r.slow = slowness{}
	}
}

// NowTime is how long CommitNow waits for Redis.
const NowTime = nowTime

// Wait has CommitNow wait so long for Redis, to which a busy machine may give no time.
func Wait(s Store, most time.Duration) { s.(*redisStore).nowTime = most }

// StopClock has no time pass for CommitNow, so that no pause of it ends.
func StopClock(s Store) {
	at := time.Now()
	s.(*redisStore).clock = func() time.Time { return at }
}

// Unsettle has functions that bring a store on Redis into a state in which CommitNow must not do anything, and return one that undoes that.
func Unsettle(store Store) map[string]func() (undo func()) {
	s := store.(*redisStore)
	return map[string]func() func(){
		"a run in doubt":             func() func() { s.doubt = &run{}; return func() { s.doubt = nil } },
		"events that nobody has had": func() func() { s.pending = []Event{{Kind: Message}}; return func() { s.pending = nil } },
		"lost sessions":              func() func() { s.node.forgotten = true; return func() { s.node.forgotten = false } },
		"being buried":               func() func() { s.node.buried = true; return func() { s.node.buried = false } },
		"an outage":                  func() func() { s.outage.begin(errUnanswered); return s.outage.end },
		"replicas":                   func() func() { s.address.Replicas = 1; return func() { s.address.Replicas = 0 } },
	}
}
