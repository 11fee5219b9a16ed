package commands

import (
	"bytes"

	"parley/protocol"
)

var help = &Command{
	Name: "help", Args: "[command]", Role: Anyone, Quick: true,
	Help: "Lists the commands, or explains one.",
	Run: func(c *Call) error {
		word, _ := protocol.Word(c.Args)
		word = bytes.TrimPrefix(word, []byte("/"))
		if len(word) == 0 {
			return c.helpAll()
		}
		var buf [16]byte
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
