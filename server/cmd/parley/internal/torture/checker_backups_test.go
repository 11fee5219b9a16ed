package torture

import (
	"testing"

	"parley/storage"
)

// A store may remove what has fallen out of a history in any order, so in a backup there may be gaps in front of the last thousand.
func TestOldestOfABackup(t *testing.T) {
	b := &backupLog{rooms: map[storage.ID]string{1: storage.LobbyName}}
	add := func(from, to int64) {
		for n := from; n < to; n++ {
			b.messages = append(b.messages, &storage.MessageRecord{Room: 1, Number: n})
		}
	}
	if add(1, 1000); b.oldest(lobby) != 0 {
		t.Errorf("of 999 messages the oldest is %d", b.oldest(lobby))
	}
	if add(5000, 5901); b.oldest(lobby) != 901 {
		t.Errorf("of the last thousand the oldest is %d", b.oldest(lobby))
	}
}
