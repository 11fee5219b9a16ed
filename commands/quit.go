package commands

import "parley/protocol"

var quit = &Command{
	Form: protocol.Form{Name: "quit", Params: []protocol.Param{reason}},
	Help: "Ends the connection; what is said to you waits.",
	Run: func(r *Response) error {
		// It can't be refused, so what is no reason is left out.
		r.session.reason = "Quit"
		if text := r.Arg("reason"); len(text) > 0 && checkLength(text, MaxNote) == nil {
			r.session.reason = "Quit: " + string(text)
		}
		r.Done(nil)
		r.closing = byeLine
		return nil
	},
}

var byeLine = ClosingLine(protocol.Bye, "See you.")
