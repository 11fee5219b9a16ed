package client

import (
	"slices"
	"strings"

	"parley/protocol"
)

// maxSeen bounds what is remembered for completion.
const maxSeen = 1000

// seen are the words that the server has said and that somebody might type: names, rooms, and commands once /help has been used. What came last is
// last.
type seen struct{ words []string }

// hear remembers the words of a line.
func (s *seen) hear(r protocol.Reply) {
	if r.Sigil == protocol.Failed {
		return
	}
	for _, field := range []string{"room", "name", "from", "to"} {
		if word, ok := r.Value(field); ok {
			s.add(word)
		}
	}
	if command, ok := r.Value("command"); ok && r.Word == "help" {
		s.add("/" + command)
	}
}

func (s *seen) add(word string) {
	if i := slices.Index(s.words, word); i >= 0 {
		s.words = slices.Delete(s.words, i, i+1)
	}
	if s.words = append(s.words, word); len(s.words) > maxSeen {
		s.words = s.words[1:]
	}
}

// complete returns what the last word before the cursor can become. A name at the beginning addresses somebody.
func (s *seen) complete(before string) (choices []string) {
	start := strings.LastIndexByte(before, ' ') + 1
	head, begun := before[:start], strings.ToLower(before[start:])
	if begun == "" {
		return nil
	}
	for _, word := range slices.Backward(s.words) {
		if !strings.HasPrefix(strings.ToLower(word), begun) {
			continue
		}
		end := " "
		if head == "" && !strings.ContainsAny(word[:1], "/#") {
			end = ": "
		}
		choices = append(choices, head+word+end)
	}
	return choices
}
