package commands

import "parley/protocol"

var quit = &Command{
	Form: protocol.Form{Name: "quit"},
	Help: "Ends the connection. What is said to you then waits.",
	Run: func(r *Response) error {
		r.Done(nil)
		r.Close(protocol.Bye, "See you.")
		return nil
	},
}
