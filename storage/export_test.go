package storage

// CommitMark is in each request that commits something, once Redis knows the script.
var CommitMark = commitScript.Hash()

// ReadOneByOne has dumps of Redis read one key by each script, until the function is called that it returns.
func ReadOneByOne() (restore func()) {
	keys, threads := someKeys, someConversations
	someKeys, someConversations = 1, 1
	return func() { someKeys, someConversations = keys, threads }
}
