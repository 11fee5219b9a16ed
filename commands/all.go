package commands

var all = &Command{
	Name: "all", Args: "<text>", Role: Member, Needs: 1,
	Help: "Says something to everybody. A line without a slash does the same.",
	Post: func(c *Chat, s *Session, tag, args []byte) error {
		return c.post(s, false, tag, nil, args)
	},
}
