package torture

import (
	"path/filepath"

	"parley/storage"
)

// momentsOfBackups: each backup has all that was kept up to one number, in the order of the numbers, and nothing else; and that moment was while it was
// taken.
func (k *checker) momentsOfBackups() {
	for _, b := range k.backups {
		has := k.wordsOfBackup(b)
		for _, m := range k.inOrder(func(m *message) bool { return !m.refused() }) {
			n := k.number[m]
			switch {
			case n > b.last && m.kept() && m.answered.Before(b.began):
				k.breach(Backup, "%s is of a moment before %s, which was kept before it began", b, m)
			case n <= b.last && m.asked.After(b.ended):
				k.breach(Backup, "%s is of a moment after %s, which was said after it had ended", b, m)
			case n <= b.last && !has[m] && n >= b.oldest(roomOf(m)):
				k.breach(Backup, "%s goes up to %d and does not have %s", b, b.last, m)
			}
		}
	}
}

// wordsOfBackup checks each message of a backup, and returns which ones there are.
func (k *checker) wordsOfBackup(b *backupLog) map[*message]bool {
	has := map[*message]bool{}
	newest := map[string]int64{}
	for _, row := range b.messages {
		m := k.byText[row.Text]
		if m == nil {
			k.breach(Stranger, "%s has %q by %s, which nobody said", b, clip(row.Text), row.FromName)
			continue
		}
		room := b.placeOf(row)
		switch {
		case has[m]:
			k.breach(Backup, "%s has %s twice", b, m)
		case row.Number > b.last:
			k.breach(Backup, "%s goes up to %d and has %d %s", b, b.last, row.Number, m)
		case row.FromName != m.from || room != roomOf(m):
			k.breach(Backup, "%s has %s as said by %s in %s", b, m, row.FromName, nameOf(room))
		case m.refused():
			k.breach(Refused, "%s was refused (%s), and is in %s", m, m.code, b)
		case k.number[m] > 0 && k.number[m] != row.Number:
			k.breach(Twice, "%s has the number %d in %s", m, row.Number, b)
		case row.Number <= newest[room]:
			k.breach(Disorder, "%s has %d %s behind %d", b, row.Number, m, newest[room])
		}
		has[m], newest[room] = true, row.Number
	}
	return has
}

// placeOf names where a message was said, as roomOf does.
func (b *backupLog) placeOf(row *storage.MessageRecord) string {
	switch room := b.rooms[row.Room]; {
	case room == storage.LobbyName:
		return lobby
	case room != "":
		return room
	}
	return conversation(b.accounts[row.From], b.accounts[row.To])
}

// oldest is the number from which on a backup must have all of a room: what is older may have fallen out of the history. Of that, some may still be
// there, with gaps, since a store removes it in its own time and order.
func (b *backupLog) oldest(room string) int64 {
	kept := conversationKept
	if isRoom(room) {
		kept = roomKept
	}
	var numbers []int64
	for _, row := range b.messages {
		if b.placeOf(row) == room {
			numbers = append(numbers, row.Number)
		}
	}
	if len(numbers) < kept {
		return 0
	}
	return numbers[len(numbers)-kept]
}

func (b *backupLog) String() string { return filepath.Base(b.file) }
