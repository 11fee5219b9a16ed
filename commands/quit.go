package commands

import "parley/protocol"

var quit = &Command{
	Name: "quit", Role: Anyone, Quick: true,
	Help: "Ends the connection. What is said to you then waits.",
	Run: func(c *Call) error {
		c.EndDone(c.Done())
		c.out = protocol.Start(c.out, nil, protocol.Closing, string(protocol.Bye))
		c.out = protocol.End(protocol.Text(c.out, "See you."))
		c.quit = true
		return nil
	},
}
