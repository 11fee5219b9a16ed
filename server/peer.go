package server

// What the chat does to a connection: the methods of commands.Peer, see there.

func (c *conn) Page(part []byte) bool {
	drained := make(chan bool, 1)
	part = append([]byte(nil), part...)
	c.shard.do(&c.session, func() {
		c.Show(part)
		c.Drained(func(alive bool) { drained <- alive })
	})
	select {
	case alive := <-drained:
		return alive
	case <-c.shard.done:
		return false
	}
}

func (c *conn) Show(part []byte) {
	c.append(part)
	c.touch()
}

func (c *conn) Drained(next func(alive bool)) {
	if c.state != open {
		next(false)
		return
	}
	c.drained = next
	c.touch()
}

func (c *conn) Finish(rest []byte) {
	c.working = false
	if c.state != open {
		c.shard.chat.Leave(&c.session)
		return
	}
	c.append(rest)
	c.release()
	c.touch()
}

func (c *conn) Join() {
	if c.state == open {
		c.account = c.session.Key()
		c.shard.join(c)
	}
}

func (c *conn) Leave() {
	c.Prove()
	c.forget()
	c.account = ""
	c.shard.leave(c)
	if c.state == open {
		c.after(timerLogin, c.shard.config.LoginTime.Milliseconds())
	}
}

func (c *conn) Close(line []byte) { c.close(line) }

// touch has the connection settled when all of the mail has been looked at.
func (c *conn) touch() {
	if !c.touched && c.state != gone {
		c.touched = true
		c.shard.touched = append(c.shard.touched, c)
	}
}
