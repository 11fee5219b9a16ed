package commands

import "parley/protocol"

var quit = &Command{
	Form: protocol.Form{Name: "quit"},
	Help: "Ends the connection; what is said to you then waits.",
	Run: func(r *Response) error {
		r.Done(nil)
		r.closing = byeLine
		return nil
	},
}

var byeLine = ClosingLine(protocol.Bye, "See you.")
