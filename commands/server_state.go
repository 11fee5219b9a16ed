package commands

import (
	"time"

	"parley/storage"
)

// serverState is what the chat must know of the server from the start. Later changes come as events.
type serverState struct {
	lockdown  bool
	sanctions []storage.Sanction
	guests    []storage.ID
}

func (c *Chat) readServer() (s serverState, err error) {
	ctx, cancel := c.deadline()
	defer cancel()
	if s.lockdown, err = c.store.Lockdown(ctx); err == nil {
		s.sanctions, err = c.store.Sanctions(ctx, 0)
	}
	if err == nil {
		s.guests, err = c.store.Guests(ctx)
	}
	return s, err
}

// learn takes the place of all that was known before.
func (c *Chat) learn(s serverState) {
	c.lockdown.Store(s.lockdown)
	c.bans.replace(s.sanctions)
	for _, guest := range s.guests {
		c.presence.noteGuest(guest, true)
	}
}

// readAgain has the state of the server read once more, since events may have been missed. Nobody waits for that.
func (k *committer) readAgain() {
	k.fanout.serverChanged = true
	if !k.reading {
		k.startReading()
	}
}

func (k *committer) startReading() {
	k.reading, k.fanout.serverChanged = true, false
	k.readers.Go(func() { k.read <- k.readUntilDone() })
}

// readUntilDone tries as long as it takes; nil: the chat ends.
func (k *committer) readUntilDone() *serverState {
	again := time.NewTicker(heartbeat)
	defer again.Stop()
	for {
		if s, err := k.chat.readServer(); err == nil {
			return &s
		}
		select {
		case <-again.C:
		case <-k.chat.stopping.Done():
			return nil
		}
	}
}

// learn takes over what was read, unless an event has changed it meanwhile.
func (k *committer) learn(s *serverState) {
	k.reading = false
	switch {
	case s == nil:
	case k.fanout.serverChanged:
		k.startReading()
	default:
		k.chat.learn(*s)
	}
}
