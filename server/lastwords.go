package server

import "parley/protocol"

// The last lines that connections are told.
var (
	notChatLine      = lastWords(protocol.NotChat, "This is a chat for people: plain lines over TCP, as with telnet or netcat.")
	tlsOnlyLine      = lastWords(protocol.NotChat, "This port speaks TLS: parley connect --tls, ncat --ssl, or openssl s_client -quiet -connect.")
	slowReaderLine   = lastWords(protocol.SlowReader, "You read too slowly, and too much was waiting. Private messages are kept for your next login.")
	loginTimeoutLine = lastWords(protocol.LoginTimeout, "Nobody logged in here for too long. Please come again.")
	drainingLine     = lastWords(protocol.Draining, "The server is going down; what is said to you is kept. Please come again soon.")
	fullAddressLine  = lastWords(protocol.Full, "Your address has as many connections as it may have.")
	floodLine        = lastWords(protocol.Flood, "That is too much at once from your address. Please come again in a minute.")
	inputLine        = lastWords(protocol.Flood, "That was more input at once than this server holds. Please send it in pieces and read the answers.")
	fullLine         = lastWords(protocol.Full, "There is no room for another connection. Please come again later.")
)

func lastWords(word protocol.Code, sentence string) []byte {
	line := protocol.Start(nil, nil, protocol.Closing, string(word))
	return protocol.End(protocol.Text(line, sentence))
}
