package irc

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"

	"parley/commands"
	"parley/protocol"
)

const (
	saslPiece = 400  // bytes of a piece; a shorter one is the last
	saslMost  = 4000 // bytes of all pieces
)

// exchange is an authentication by SASL that is under way. The only mechanism is PLAIN (RFC 4616).
type exchange struct {
	begun bool
	text  []byte // the pieces so far, in Base64
}

func (c *Client) authenticate(m *protocol.IRCMessage) {
	piece := m.Param(0)
	switch {
	case c.caps&protocol.SASL == 0:
		c.numeric("904", "Ask for the capability sasl first")
	case c.chat.LoggedIn() && !c.chat.Guest(), c.chat.Verified() != "":
		c.numeric("907", "You have already authenticated using SASL")
	case string(piece) == "*":
		c.endSASL("906", "SASL authentication aborted")
	case !c.sasl.begun && bytes.EqualFold(piece, []byte("PLAIN")):
		c.sasl.begun = true
		c.send(protocol.IRCServer, "AUTHENTICATE", "+")
	case !c.sasl.begun:
		c.numeric("908", "PLAIN", "are available SASL mechanisms")
		c.numeric("904", "SASL authentication failed")
	case len(piece) > saslPiece, len(c.sasl.text)+len(piece) > saslMost:
		c.endSASL("905", "SASL message too long")
	default:
		if string(piece) != "+" {
			c.sasl.text = append(c.sasl.text, piece...)
		}
		if len(piece) < saslPiece {
			text := c.sasl.text
			c.sasl = exchange{}
			c.plain(text)
		}
	}
}

func (c *Client) endSASL(number, sentence string) {
	c.sasl = exchange{}
	c.numeric(number, sentence)
}

// plain checks what the client has said: as whom it wants to act, who it is, and the password.
func (c *Client) plain(text []byte) {
	decoded, err := base64.StdEncoding.DecodeString(string(text))
	parts := bytes.Split(decoded, []byte{0})
	if err != nil || len(parts) != 3 || len(parts[1]) == 0 || len(parts[2]) == 0 || !utf8.Valid(decoded) ||
		len(parts[0]) > 0 && commands.NameKey(string(parts[0])) != commands.NameKey(string(parts[1])) {
		c.numeric("904", "SASL authentication failed")
		return
	}
	c.logIn(protocol.ViewVerify, string(parts[1]), string(parts[2]))
}
