package server

import (
	"parley/commands"
	"parley/protocol"
	"parley/server/internal/admission"
)

// The closing words: the last line that a connection is sent.
var (
	notChatLine      = commands.ClosingLine(protocol.NotChat, "This is a chat for people: plain lines over TCP, as with telnet or netcat.")
	tlsOnlyLine      = commands.ClosingLine(protocol.NotChat, "This port speaks TLS: parley connect --tls, ncat --ssl, or openssl s_client -quiet -connect.")
	slowReaderLine   = commands.ClosingLine(protocol.SlowReader, "You read too slowly, and too much was waiting. Private messages are kept for your next login.")
	loginTimeoutLine = commands.ClosingLine(protocol.LoginTimeout, "Nobody logged in here for too long. Please come again.")
	drainingLine     = commands.ClosingLine(protocol.Draining, "The server is going down; what is said to you is kept. Please come again soon.")
	fullAddressLine  = commands.ClosingLine(protocol.Full, "Your address has as many connections as it may have.")
	floodLine        = commands.ClosingLine(protocol.Flood, "That is too much at once from your address. Please come again in a minute.")
	inputLine        = commands.ClosingLine(protocol.Flood, "That was more input at once than this server holds. Please send it in pieces and read the answers.")
	fullLine         = commands.ClosingLine(protocol.Full, "There is no room for another connection. Please come again later.")
	bannedLine       = commands.ClosingLine(protocol.Banned, "Your address is banned from this server.")
)

// refusalLine is what a connection that is not admitted is told.
var refusalLine = [...]*protocol.Line{
	admission.Full:        fullLine,
	admission.AddressFull: fullAddressLine,
	admission.TooOften:    floodLine,
	admission.Banned:      bannedLine,
}
