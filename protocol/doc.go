// Package protocol knows the wire and nothing else: it makes lines out of
// bytes, requests out of lines, and lines out of answers. It opens no socket,
// keeps nothing, starts no goroutine, and uses only the standard library.
//
// A server reads with [Framer] and [Parse] and writes with [Start], [Field],
// [Text], [End] and [AppendError]. A client reads with [ParseReply].
package protocol
