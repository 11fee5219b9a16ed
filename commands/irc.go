package commands

import "parley/protocol"

// This file is what the network asks about a session that speaks IRC, where other formats ask by commands. All of it is for the session's loop, while
// nothing of the session is being worked on.

// NameFault says what is wrong with a name that somebody wants to have, nil if it may be had.
func NameFault(word []byte) *protocol.Error {
	_, _, err := newName(word)
	return err
}

// Failure is why the session's last request failed, nil if it did not. Of requests that may follow others it is known only if they failed at once.
func (s *Session) Failure() *protocol.Error { return s.failure }

// IsOperator reports whether the session's account is an operator of the server.
func (c *Chat) IsOperator(s *Session) bool { return s.account != nil && c.presence.isOperator(s) }

// HasGuest reports whether a guest of this name is on this node.
func (c *Chat) HasGuest(name string) bool { return c.presence.hasGuest(NameKey(name)) }

func (p *presence) hasGuest(key string) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	a := p.byKey[key]
	return a != nil && a.guest
}

// RoomNames are the rooms that the session's account is in.
func (c *Chat) RoomNames(s *Session) (names []string) {
	if s.account == nil {
		return nil
	}
	return c.presence.roomNames(s.account)
}

func (p *presence) roomNames(a *account) (names []string) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for i := range a.rooms {
		names = append(names, p.rooms[a.rooms[i].room].name)
	}
	return names
}
