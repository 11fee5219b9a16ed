package storage

import "time"

// OnceTime is for how long a message with a key is not kept a second time.
const OnceTime = 24 * time.Hour

// Once has a message kept once, however often it is said: a repeat of the same Key by the same account gets what the first one got.
type Once struct {
	Key  string // 1 to 64 bytes
	Said        // what the answer will say; Number and ToName are set by the store
}

// Said is what the author of a message was told.
type Said struct {
	Number int64   `json:",omitzero"`
	ToName string  // the recipient, or the room
	Sent   int     // to how many sessions of the recipient; 0 in a room
	Away   *string // what the recipient said about being away; nil: it was not
}
