package server

// arrived is how many of the bytes written have reached the client for certain. Fd is a descriptor of the socket.
func (c *conn) arrived(fd int) (uint64, bool) {
	switch {
	case c.receipt != nil:
		return c.receipt.acknowledged(), true
	case c.local():
		return c.written, c.allRead(fd)
	}
	queued, err := unacknowledged(fd)
	if err != nil || uint64(queued) > c.written {
		return 0, false
	}
	return c.written - uint64(queued), true
}

// allRead reports whether the client on a unix socket has read everything. The kernel counts memory there, so that only
// nothing means something; and when the client goes, what it has not read is thrown away and counts as nothing, too. It says
// so once, in the error of the socket.
func (c *conn) allRead(fd int) bool {
	if c.unsure {
		return false
	}
	queued, err := unacknowledged(fd)
	if err != nil || queued > 0 {
		return false
	}
	c.unsure = socketError(fd) != nil
	return !c.unsure
}

// proveLater asks the last time when the door has seen the client off.
func (c *conn) proveLater() {
	c.receipt.leave()
	if len(c.marks) == 0 {
		return
	}
	c.receipt.whenClosed(func() {
		c.shard.do(nil, func() {
			c.acknowledged(c.fd)
			c.forget()
		})
	})
}
