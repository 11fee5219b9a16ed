package commands

import (
	"parley/protocol"
)

// unknown says that there is no such command, and which one may have been meant.
func (c *Chat) unknown(name []byte) error {
	shown := string(protocol.Echo([]byte(nil), name)[1:])
	err := protocol.Errorf(protocol.UnknownCommand, "There is no command /%s. /help lists them all.", shown).With(string(name))
	var buf [16]byte
	typed, ok := lower(buf[:0], name)
	if !ok {
		return err
	}
	best := 1 + (len(typed)+1)/3 // so many wrong letters are too many
	for _, command := range c.commands {
		if d := distance(string(typed), command.Name); d < best {
			best = d
			err.Sentence = "Did you mean /" + command.Name + "?"
		}
	}
	return err
}

// distance counts the letters to add, to remove or to change to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
