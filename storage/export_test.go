package storage

import "time"

// CommitMark is in each request that commits something, once Redis knows the script.
var CommitMark = commitScript.Hash()

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

// StopClock has no time pass for CommitNow, so that no pause of it ends.
func StopClock(s Store) {
	at := time.Now()
	s.(*redisStore).clock = func() time.Time { return at }
}
