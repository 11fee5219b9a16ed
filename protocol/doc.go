// Package protocol knows the wire and nothing else: it turns bytes into lines,
// lines into requests, and values into bytes. It opens no socket, stores
// nothing, starts no goroutine, and uses only the standard library.
//
// What the server says is a value: a [Line] for one session, an [Error], or an
// [Event] for many. A [Format] writes these values as bytes and reads the lines
// of clients as a [Request], so a command need not know how its answer will look.
//
// A server reads with [Framer] and [Format.Parse] and writes with the Append
// methods of Format. A client reads with [ParseReply] and finds fields with
// [Reply.Value].
package protocol
