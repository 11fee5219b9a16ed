package commands

import (
	"bytes"

	"parley/protocol"
)

var help = &Command{
	Name: "help", Args: "[command|limits]", Role: Anyone, Quick: true,
	Help: "Lists the commands, explains one, or tells the limits of this server.",
	Run: func(c *Call) error {
		word, _ := protocol.Word(c.Args)
		word = bytes.TrimPrefix(word, []byte("/"))
		if len(word) == 0 {
			return c.helpAll()
		}
		var buf [16]byte
		if string(word) == "limits" {
			return c.helpLimits()
		}
		if name, ok := lower(buf[:0], word); ok {
			if command := c.Chat.byName[string(name)]; command != nil {
				c.helpRow(command)
				c.EndDone(protocol.Int(c.Done(), 1))
				return nil
			}
		}
		return c.Chat.unknown(word)
	},
}

func (c *Call) helpAll() error {
	for _, command := range c.Chat.commands {
		c.helpRow(command)
	}
	c.EndDone(protocol.Int(c.Done(), int64(len(c.Chat.commands))))
	return nil
}

// helpRow shows a command; its form stands in the text, where blanks may be.
func (c *Call) helpRow(command *Command) {
	form := "/" + command.Name
	if command.Args != "" {
		form += " " + command.Args
	}
	row := protocol.Field(c.Row("help"), command.Name)
	c.EndRow(protocol.Text(row, form+" - "+command.Help))
}

// helpLimits shows the limits that the operator has set.
func (c *Call) helpLimits() error {
	limits := c.Chat.config.Limits
	for _, l := range limits {
		row := protocol.KeyField(c.Row("limit"), l.Name, l.Value)
		c.EndRow(protocol.Text(row, l.Help))
	}
	c.EndDone(protocol.Int(c.Done(), int64(len(limits))))
	return nil
}
