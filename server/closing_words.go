package server

import (
	"parley/protocol"
	"parley/server/internal/admission"
)

// The closing words: the last line that a connection is sent.
var (
	notChatLine      = closingWords(protocol.NotChat, "This is a chat for people: plain lines over TCP, as with telnet or netcat.")
	tlsOnlyLine      = closingWords(protocol.NotChat, "This port speaks TLS: parley connect --tls, ncat --ssl, or openssl s_client -quiet -connect.")
	slowReaderLine   = closingWords(protocol.SlowReader, "You read too slowly, and too much was waiting. Private messages are kept for your next login.")
	loginTimeoutLine = closingWords(protocol.LoginTimeout, "Nobody logged in here for too long. Please come again.")
	drainingLine     = closingWords(protocol.Draining, "The server is going down; what is said to you is kept. Please come again soon.")
	fullAddressLine  = closingWords(protocol.Full, "Your address has as many connections as it may have.")
	floodLine        = closingWords(protocol.Flood, "That is too much at once from your address. Please come again in a minute.")
	inputLine        = closingWords(protocol.Flood, "That was more input at once than this server holds. Please send it in pieces and read the answers.")
	fullLine         = closingWords(protocol.Full, "There is no room for another connection. Please come again later.")
)

// refusalLine is what a connection is told that is not admitted.
var refusalLine = [...][]byte{
	admission.Full:        fullLine,
	admission.AddressFull: fullAddressLine,
	admission.TooOften:    floodLine,
}

func closingWords(word protocol.Code, sentence string) []byte {
	line := protocol.Start(nil, nil, protocol.Closing, string(word))
	return protocol.End(protocol.Text(line, sentence))
}
