package protocol

import (
	"strings"
	"unicode/utf8"
)

// maskMatches reports whether a mask fits a word: '*' stands for any characters and '?' for one. Case does not matter.
func maskMatches(mask []byte, word string) bool {
	star, retry := -1, ""
	for m := 0; ; {
		switch {
		case m < len(mask) && mask[m] == '*':
			star, retry = m, word
			m++
			continue
		case m == len(mask) && word == "":
			return true
		case m < len(mask) && word != "":
			want, size := utf8.DecodeRune(mask[m:])
			got, n := utf8.DecodeRuneInString(word)
			if want == '?' || want == got || strings.EqualFold(string(want), string(got)) {
				m, word = m+size, word[n:]
				continue
			}
		}
		if star < 0 || retry == "" {
			return false
		}
		_, n := utf8.DecodeRuneInString(retry)
		retry = retry[n:]
		m, word = star+1, retry
	}
}
