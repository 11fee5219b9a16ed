package server

import (
	"bytes"

	"go.uber.org/zap"
)

// tlsHandshake is the first byte of a TLS hello (RFC 8446, 5.1). No line of chat begins with it.
const tlsHandshake = 0x16

// isHTTP reports whether a line is the first of an HTTP request. Somebody may have been made to send it by a web page, with
// chat commands in the body.
func isHTTP(line []byte) bool {
	i := bytes.LastIndex(line, []byte(" HTTP/"))
	return i > 0 && bytes.IndexByte(line, '/') > 0 && line[0] >= 'A' && line[0] <= 'Z'
}

// notChat sends away somebody who took the port for something else.
func (c *conn) notChat(what string) {
	c.shard.limitLog.Info("closed: not chat", c.from(), zap.String("looks like", what))
	c.close(notChatLine)
}
