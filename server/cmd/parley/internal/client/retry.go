package client

import (
	"time"

	"parley/protocol"
	"parley/server/cmd/parley/internal/client/link"
)

// longestRetry is how long a message that came too fast is held back to be sent
// again. When it would take longer, the user is told instead.
const longestRetry = 10 * time.Second

// retryIn tells when a message that came too fast may be sent again, so that a
// pasted text arrives whole and in order.
func retryIn(reply protocol.Reply) (time.Duration, bool) {
	if reply.Sigil != protocol.Failed || (reply.Word != "all" && reply.Word != "msg") ||
		len(reply.Fields) == 0 || reply.Fields[0] != "rate-limited" {
		return 0, false
	}
	seconds, _ := reply.Key("retry")
	wait, err := time.ParseDuration(seconds + "s")
	return wait, err == nil && wait > 0 && wait <= longestRetry
}

// holdBack keeps the line that was sent last for a while; what was typed after
// it waits behind it.
func (c *chat) holdBack(wait time.Duration) {
	c.retry.Reset(wait)
	if c.leaving {
		c.parting.Reset(wait + link.PartingQuiet)
	}
}
