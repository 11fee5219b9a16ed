package client

import (
	"unicode"
	"unicode/utf8"
)

// key is a character that was typed, or one of the editing keys.
type key rune

const (
	keyNone key = -iota - 1
	keyEnter
	keyBackspace
	keyDelete
	keyLeft
	keyRight
	keyWordLeft
	keyWordRight
	keyHome
	keyEnd
	keyUp
	keyDown
	keyKillWord
	keyKillBefore
	keyKillAfter
	keyClearScreen
	keyInterrupt // Ctrl-C
	keyDone      // Ctrl-D
)

var controlKeys = map[byte]key{
	'\r': keyEnter, '\n': keyEnter, '\t': ' ',
	1: keyHome, 2: keyLeft, 3: keyInterrupt, 4: keyDone, 5: keyEnd, 6: keyRight,
	8: keyBackspace, 11: keyKillAfter, 12: keyClearScreen, 14: keyDown, 16: keyUp,
	21: keyKillBefore, 23: keyKillWord, 127: keyBackspace,
}

// escapeKeys are what terminals send after ESC [ or ESC O.
var escapeKeys = map[string]key{
	"A": keyUp, "B": keyDown, "C": keyRight, "D": keyLeft, "H": keyHome, "F": keyEnd,
	"1~": keyHome, "7~": keyHome, "4~": keyEnd, "8~": keyEnd, "3~": keyDelete,
	"1;5C": keyWordRight, "1;3C": keyWordRight, "1;5D": keyWordLeft, "1;3D": keyWordLeft,
}

var altKeys = map[byte]key{'b': keyWordLeft, 'f': keyWordRight, 127: keyKillWord, 8: keyKillWord}

// longestEscape is where an escape sequence stops being one, in bytes.
const longestEscape = 32

// decodeKeys returns the keys in data, and the bytes at its end that are the
// beginning of a key.
func decodeKeys(data []byte) (keys []key, rest []byte) {
	for len(data) > 0 {
		k, size := decodeKey(data)
		if size == 0 {
			return keys, data
		}
		if k != keyNone {
			keys = append(keys, k)
		}
		data = data[size:]
	}
	return keys, nil
}

// decodeKey returns the first key in data and its size in bytes: 0 if more
// bytes are needed.
func decodeKey(data []byte) (key, int) {
	switch b := data[0]; {
	case b == 0x1b:
		return decodeEscape(data)
	case b < ' ' || b == 127:
		if k, known := controlKeys[b]; known {
			return k, 1
		}
		return keyNone, 1
	case !utf8.FullRune(data):
		return keyNone, 0
	}
	r, size := utf8.DecodeRune(data)
	if (r == utf8.RuneError && size == 1) || unicode.IsControl(r) {
		return keyNone, size
	}
	return key(r), size
}

func decodeEscape(data []byte) (key, int) {
	if len(data) == 1 {
		return keyNone, 0
	}
	if k, known := altKeys[data[1]]; known {
		return k, 2
	}
	if data[1] != '[' && data[1] != 'O' {
		return keyNone, 1 // the Escape key by itself
	}
	for i := 2; i < len(data) && i < longestEscape; i++ {
		if b := data[i]; b >= 0x40 && b <= 0x7e {
			if k, known := escapeKeys[string(data[2:i+1])]; known {
				return k, i + 1
			}
			return keyNone, i + 1
		}
	}
	if len(data) >= longestEscape {
		return keyNone, 1
	}
	return keyNone, 0
}
