package commands

import "parley/protocol"

var quit = &Command{
	Form: protocol.Form{Name: "quit"},
	Help: "Ends the connection; what is said to you then waits.",
	Run: func(r *Response) error {
		r.Done(nil)
		r.Close(protocol.Bye, "See you.")
		return nil
	},
}
