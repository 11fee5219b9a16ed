package commands

import "parley/protocol"

var ping = &Command{
	Form: protocol.Form{Name: "ping", Params: []protocol.Param{{Name: "word", Kind: protocol.Rest, Optional: true}}},
	Help: "Answers at once: is the line alive?",
	Run: func(r *Response) error {
		word := r.Arg("word")
		if err := protocol.CheckText(word); err != nil {
			return err
		}
		r.Done(word)
		return nil
	},
}
