package commands

var logout = &Command{
	Name: "logout", Role: Member, Quick: true,
	Help: "Leaves the chat and keeps the connection, to log in as somebody else.",
	Run: func(c *Call) error {
		c.Session.Peer.Leave()
		c.Chat.Leave(c.Session)
		return nil
	},
}
