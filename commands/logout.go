package commands

import "parley/protocol"

var logout = &Command{
	Form: protocol.Form{Name: "logout"},
	Help: "Leaves the chat and keeps the connection, to log in as somebody else.",
	Role: Member,
	Run: func(r *Response) error {
		r.session.Connection.Leave()
		r.chat.Leave(r.session)
		return nil
	},
}
