package commands

import (
	"go.uber.org/zap"

	"parley/protocol"
)

// pageSize is how much of a long answer is handed over at once, in bytes.
const pageSize = 16 << 10

// Call is one use of a command.
type Call struct {
	Chat    *Chat
	Session *Session
	Command *Command
	Tag     []byte
	Args    []byte   // as they were typed
	Answers []string // to the prompts

	out      []byte
	finished bool // the answer was given, or comes by mail
	quit     bool
	gone     bool // the connection has ended while a page was waiting
}

// Row begins a row of the answer. The caller adds fields to the returned slice and hands it to EndRow.
func (c *Call) Row(word string) []byte { return protocol.Start(c.out, c.Tag, protocol.Row, word) }

// EndRow ends a row. In a command that is not Quick it waits while the connection has much left to send.
func (c *Call) EndRow(row []byte) {
	c.out = protocol.End(row)
	if len(c.out) >= pageSize && !c.Command.Quick && !c.gone {
		c.gone = !c.Session.Peer.Page(c.out)
		c.out = c.out[:0]
	}
}

// Done begins the answer's last line. The caller adds fields and hands it to EndDone.
func (c *Call) Done() []byte { return protocol.Start(c.out, c.Tag, protocol.Done, c.Command.Name) }

// EndDone ends the answer.
func (c *Call) EndDone(line []byte) {
	c.out = protocol.End(line)
	c.finished = true
}

// byMail says that the answer comes from the committer.
func (c *Call) byMail() { c.finished = true }

// run runs the command and turns its error into the answer.
func (c *Call) run() {
	if err := c.Command.Run(c); err != nil {
		c.fail(err)
	} else if !c.finished {
		c.EndDone(c.Done())
	}
}

func (c *Call) fail(err error) {
	told := tell(err)
	switch told.Code {
	case protocol.Internal:
		c.Chat.log.Error("a command failed", zap.String("command", c.Command.Name), zap.Error(err))
	case protocol.RateLimited, protocol.Busy:
		c.Chat.limitLog.Info("a limit was hit", zap.String("command", c.Command.Name), zap.Stringer("from", c.Session.Remote))
	}
	c.out = protocol.AppendError(c.out, c.Tag, c.Command.Name, told)
}

// work runs the command on its own goroutine.
func (c *Call) work() {
	c.run()
	if len(c.out) == 0 {
		return // the committer finishes it
	}
	s, out := c.Session, c.out
	s.send(func() { s.Peer.Finish(out) })
}
