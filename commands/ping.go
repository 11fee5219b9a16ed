package commands

import "parley/protocol"

var ping = &Command{
	Name: "ping", Args: "[word]", Role: Anyone, Quick: true,
	Help: "Answers with what you send along, at once: to see whether the line is alive.",
	Run: func(c *Call) error {
		line := c.Done()
		if len(c.Args) > 0 {
			if err := protocol.CheckText(c.Args); err != nil {
				return err
			}
			line = protocol.Text(line, c.Args)
		}
		c.EndDone(line)
		return nil
	},
}
