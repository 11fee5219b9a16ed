package storage

// CommitMark is in each request that commits something, once Redis knows the script.
var CommitMark = commitScript.Hash()
