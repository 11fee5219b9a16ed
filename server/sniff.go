package server

import (
	"bytes"
	"strings"

	"parley/protocol"
)

// tlsHandshake is the first byte of a TLS hello (RFC 8446, 5.1). No line of chat begins with it.
const tlsHandshake = 0x16

// isIRC reports whether a line is the first of an IRC client. People who are not logged in have no use for these words.
func isIRC(line []byte) bool {
	word, _ := protocol.FirstWord(line)
	switch strings.ToUpper(string(word[:min(len(word), len("NICK_"))])) {
	case "CAP", "NICK", "USER", "PASS":
		return true
	}
	return false
}

// isHTTP reports whether a line is the first of an HTTP request. A web page can make its visitor's browser send one with chat commands in
// the body.
func isHTTP(line []byte) bool {
	i := bytes.LastIndex(line, []byte(" HTTP/"))
	return i > 0 && bytes.IndexByte(line, '/') > 0 && line[0] >= 'A' && line[0] <= 'Z'
}
