package client

import "parley/server/cmd/parley/internal/client/link"

// leave says goodbye after all that was typed has been answered, and waits for
// the server's last words as long as it goes on talking.
func (c *chat) leave() error {
	if c.hidden() {
		return c.interrupt() // a /quit would be taken for the password
	}
	c.leaving = true
	c.parting.Reset(link.PartingQuiet)
	c.queue = append(c.queue, typedLine{text: "/quit"})
	return c.pump()
}

// interrupt leaves without sending what still waits. The second time it does
// not wait for the server either.
func (c *chat) interrupt() error {
	if c.leaving {
		c.closed = true
		return nil
	}
	asking := c.hidden()
	c.leaving, c.queue = true, nil
	c.parting.Reset(link.PartingQuiet)
	if !asking {
		if err := c.server.Send("/quit"); err != nil {
			return err
		}
	}
	c.server.Part()
	return nil
}
