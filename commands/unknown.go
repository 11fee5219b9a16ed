package commands

import "parley/protocol"

// unknown says that there is no such command, and which one may have been meant.
func (c *Chat) unknown(name []byte) error {
	if meant := c.meant(name); meant != "" {
		return protocol.Errorf(protocol.UnknownCommand, "Did you mean /%s?", meant).With("word", string(name))
	}
	return protocol.Errorf(protocol.UnknownCommand, "There is no command /%s. /help lists them all.", protocol.Echo(name)).With("word", string(name))
}

// meant returns the command that a mistyped one is like; empty if it is like none.
func (c *Chat) meant(name []byte) string {
	var buf [16]byte
	typed, ok := lowerCase(buf[:0], name)
	if !ok {
		return ""
	}
	var names []string
	for _, command := range c.commands {
		names = append(names, command.Name)
	}
	return Closest(string(typed), names)
}

// Closest returns which of the names may have been meant by one that is mistyped; empty if it is like none of them.
func Closest(typed string, names []string) (meant string) {
	best := 1 + (len(typed)+1)/3 // with so many wrong letters nothing is suggested
	for _, name := range names {
		if d := distance(typed, name); d < best {
			best, meant = d, name
		}
	}
	return meant
}

// distance counts the letters to add, remove, change or swap with the next one, to turn a into b.
func distance(a, b string) int {
	d := make([][]int, len(a)+1) // d[i][j] is the distance of the first i letters of a from the first j of b
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], 1+d[i-2][j-2])
			}
		}
	}
	return d[len(a)][len(b)]
}
