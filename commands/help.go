package commands

import (
	"bytes"

	"parley/protocol"
)

var help = &Command{
	Form: protocol.Form{Name: "help", Params: []protocol.Param{{Name: "about", Shown: "command|limits", Optional: true}}},
	Help: "Lists the commands, explains one, or tells the limits of this server.",
	Run: func(r *Response) error {
		word := bytes.TrimPrefix(r.Arg("about"), []byte("/"))
		if len(word) == 0 {
			return r.help(r.chat.commands...)
		}
		if string(word) == "limits" {
			return r.helpLimits()
		}
		if form := r.chat.Form(word); form != nil {
			return r.help(r.chat.byName[form.Name])
		}
		return r.chat.unknown(word)
	},
}

// help shows commands. The form of a command has spaces, so it is part of the text.
func (r *Response) help(commands ...*Command) error {
	for _, c := range commands {
		r.Row("help", []byte(c.Usage()+" - "+c.Help), protocol.Word("command", c.Name))
	}
	r.Done(nil, protocol.Number("count", int64(len(commands))))
	return nil
}

// helpLimits shows the limits that the operator has set.
func (r *Response) helpLimits() error {
	limits := r.chat.config.Limits
	for _, l := range limits {
		r.Row("limit", []byte(l.Help), protocol.Word(l.Name, l.Value))
	}
	r.Done(nil, protocol.Number("count", int64(len(limits))))
	return nil
}
