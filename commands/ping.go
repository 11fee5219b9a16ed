package commands

import "parley/protocol"

var ping = &Command{
	Form: protocol.Form{Name: "ping", Params: []protocol.Param{{Name: "word", Kind: protocol.Rest, Optional: true}}},
	Help: "Answers with what you send along, at once: to see whether the line is alive.",
	Run: func(r *Response) error {
		word := r.Arg("word")
		if err := protocol.CheckText(word); err != nil {
			return err
		}
		r.Done(word)
		return nil
	},
}
