// Package protocol knows the wire and nothing else: it makes lines out of
// bytes, requests out of lines, and bytes out of values. It opens no socket,
// keeps nothing, starts no goroutine, and uses only the standard library.
//
// What the server says is a value: a [Line] of an answer, an [Error], or an
// [Event] that happened to others too. A [Format] writes values as bytes and
// reads a client's line as a [Request], so who makes a value need not know how
// it will look.
//
// A server reads with [Framer] and [Format.Parse] and writes with the Append
// methods of Format. A client reads with [ParseReply].
package protocol
