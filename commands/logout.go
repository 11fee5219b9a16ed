package commands

import "parley/protocol"

var logout = &Command{
	Form: protocol.Form{Name: "logout"},
	Help: "Leaves the chat and keeps the connection.",
	Role: Member,
	Run: func(r *Response) error {
		r.chat.Leave(r.session, r.session.Connection.Leave())
		return nil
	},
}
