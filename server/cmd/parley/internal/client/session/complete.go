package session

import (
	"slices"
	"strings"

	"parley/protocol"
)

// words are what the server has that can be typed, but for people.
type words struct {
	asked    bool
	commands []string // without their slashes, as /help has them
	groups   []string // that /help explains
	rooms    map[string]string
}

func newWords() words { return words{rooms: map[string]string{}} }

// askWords asks for the commands and the rooms that there are.
func (s *Session) askWords() {
	s.command("/rooms all", func(r protocol.Reply) {
		room := valueOf(r, "room")
		s.words.rooms[key(room)] = room
	}, nil)
	if s.words.asked {
		return
	}
	var commands, groups []string
	row := func(r protocol.Reply) {
		name, words := valueOf(r, "command"), strings.Fields(r.Text)
		notSlash := func(word string) bool { return word[0] != '/' }
		switch i := slices.IndexFunc(words, notSlash); {
		case i < 0: // a group, which is a list of commands
			groups = append(groups, name)
			for _, word := range words {
				commands = append(commands, word[1:])
			}
		case i == 0:
			groups = append(groups, name)
		default:
			commands = append(commands, name)
		}
	}
	s.command("/help", row, func(r protocol.Reply) {
		if r.Sigil == protocol.Done {
			s.words.asked, s.words.commands, s.words.groups = true, commands, groups
		}
	})
}

// toRooms are the commands that begin with a room more often than not.
var toRooms = []string{"/join", "/leave", "/go", "/topic", "/invite", "/room", "/rooms", "/role"}

// Complete returns what may take the place of what stands before the cursor, best first. T is the thread in which it is typed.
func (s *Session) Complete(before string, t *Thread) []string {
	at := strings.LastIndexByte(before, ' ') + 1
	head, word := before[:at], before[at:]
	switch {
	case head == "" && strings.HasPrefix(word, "/"):
		return completions("", "/", " ", word[1:], s.words.commands)
	case strings.EqualFold(strings.TrimSpace(head), "/help"):
		return completions(head, "", " ", word, slices.Concat(s.words.groups, s.words.commands))
	case isRoom(word):
		return completions(head, "", " ", word, s.roomNames())
	case word == "" && slices.Contains(toRooms, strings.TrimSpace(head)):
		return completions(head, "", " ", word, s.roomNames())
	case word == "" && !strings.HasPrefix(head, "/"):
		return nil
	case head == "":
		return completions(head, "", ": ", word, s.names(t))
	}
	return completions(head, "", " ", word, s.names(t))
}

// completions are those of the words that begin as the one does that was typed.
func completions(head, front, behind, typed string, words []string) (list []string) {
	for _, word := range words {
		if strings.HasPrefix(key(word), key(typed)) {
			list = append(list, head+front+word+behind)
		}
	}
	return list
}

// roomNames are the rooms, one's own first.
func (s *Session) roomNames() (names []string) {
	for _, t := range s.Threads() {
		if t.Room {
			names = append(names, t.Name)
		}
	}
	var others []string
	for k, name := range s.words.rooms {
		if s.threads[k] == nil {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	return append(names, others...)
}

// names are people: first those who have spoken in the thread, the latest first, then those in it, then all others.
func (s *Session) names(t *Thread) (names []string) {
	seen := map[string]bool{key(s.account): true}
	add := func(name string) {
		if !seen[key(name)] {
			seen[key(name)] = true
			names = append(names, name)
		}
	}
	if t != nil {
		for i := len(t.Lines) - 1; i >= 0 && i >= len(t.Lines)-1000; i-- {
			if l := &t.Lines[i]; l.Kind == Message && l.From != "" {
				add(l.From)
			}
		}
		if !t.Room {
			add(t.Name)
		}
		for _, one := range sorted(t.members, func(p *Person) string { return p.Name }) {
			add(one)
		}
	}
	for _, other := range s.Threads() {
		if !other.Room {
			add(other.Name)
		}
	}
	for _, one := range sorted(s.people.byKey, func(p *Person) string { return p.Name }) {
		add(one)
	}
	return names
}

// sorted are the names of those in a map.
func sorted[T any](all map[string]T, name func(T) string) (names []string) {
	for _, one := range all {
		names = append(names, name(one))
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(key(a), key(b)) })
	return names
}
