package commands

import (
	"strings"

	"go.mau.fi/util/confusable"

	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

// roomKey returns the key of the room that a word names: '#' and what may be an account's name.
func roomKey(word []byte) (string, error) {
	if isRoom(word) {
		if len(word) > 1+protocol.MaxName {
			return "", badRoom(word, badRoomNames[nameIsLong])
		}
		buf := [1 + 2*protocol.MaxName]byte{'#'}
		if key, ok := protocol.FoldName(buf[:1], word[1:]); ok {
			return string(key), nil
		}
	}
	return "", badRoom(word, "A room's name is a # and a name behind it, as in #tea.")
}

// roomOrder checks the name of a room that may not exist yet. It returns what the store needs to make it.
func roomOrder(word []byte) (*storage.Order, error) {
	key, err := roomKey(word)
	if err != nil {
		return nil, err
	}
	if key == storage.LobbyName {
		return &storage.Order{Room: key}, nil
	}
	name, _, wrong := checkName(word[1:])
	if wrong != nameIsFit {
		return nil, badRoom(word, badRoomNames[wrong])
	}
	return &storage.Order{Room: key, Name: "#" + name, Look: look("#" + name)}, nil
}

// badRoomNames say what is wrong with the name of a room.
var badRoomNames = [...]language.Format{
	nameIsLong:      "A room's name has at most 32 bytes behind its #.",
	nameIsMalformed: "Behind its #, a room's name has letters, digits, and the signs _ - . and begins with a letter.",
	nameIsMixed:     "Behind its #, a room's name is written in one script, so that it can't be mistaken for another.",
}

// look is the same for names that can be mistaken for each other as they are shown: the skeleton of Unicode Technical Standard 39, in one case.
func look(name string) string { return strings.ToLower(confusable.Skeleton(name)) }

// RoomLook is what the names of rooms have in common that can be mistaken for each other. The name has its '#'.
func RoomLook(name string) string { return look(name) }

func badRoom(word []byte, sentence language.Format) error {
	return protocol.Errorf(protocol.BadRoom, sentence).With("room", string(word))
}

func isRoom(word []byte) bool { return len(word) > 0 && word[0] == '#' }
