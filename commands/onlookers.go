package commands

import (
	"cmp"
	"slices"

	"parley/protocol"
	"parley/storage"
)

// This file is what only IRC clients are told. For them those are in a room who are online there, so they see its members come and go. Where nobody
// speaks IRC, it costs nothing.

// tellLogin is tellComing for the login at a place of the batch, if that has the first of these events.
func (f *fanout) tellLogin(events []storage.Event, place int) {
	for i := range events {
		if events[i].Ask != place {
			return
		}
		if events[i].Kind == storage.Here {
			f.tellComing(&events[i])
		}
	}
}

// tellComing shows those in the rooms of an account how it joins these. It comes in front of the answer to the login, so that the session itself, which
// is shown its rooms there, does not see it.
func (f *fanout) tellComing(e *storage.Event) {
	used := f.presence.formats().irc()
	if len(used) == 0 {
		return
	}
	for i, room := range e.Change.Rooms {
		name := f.presence.roomName(room)
		if name == "" {
			continue // nobody of those who are here is in it
		}
		fields := []protocol.Field{protocol.Word("room", name), protocol.Word("name", e.ToName)}
		lines := []protocol.Line{{Type: protocol.Notice, Word: "join", Fields: append(slices.Clip(fields), guestField(e.Change.Guest)...)}}
		if i < len(e.Change.Roles) && e.Change.Roles[i] != storage.NoRole {
			role, was := protocol.Word("role", roleWords[e.Change.Roles[i]]), protocol.Word("was", roleWords[storage.NoRole])
			lines = append(lines, protocol.Line{Type: protocol.Notice, Word: "role", Fields: append(slices.Clip(fields), role, was)})
		}
		for i := range f.deliveries {
			for j := range lines {
				f.deliveries[i].SayLine(room, 0, &lines[j], used)
			}
		}
	}
}

func guestField(guest bool) []protocol.Field {
	if !guest {
		return nil
	}
	return []protocol.Field{protocol.Flag("guest")}
}

// noteRemoved notes in which rooms an account was that has been removed. When its sessions have ended, onlookers there see it quit, and the store has forgotten
// the rooms by then. A guest is removed when that is over; then what was noted of it is forgotten.
func (f *fanout) noteRemoved(e *storage.Event) {
	if _, over := f.left[e.To]; over {
		delete(f.left, e.To)
		return
	}
	if e.Change != nil && (!f.chat.store.Alone() || len(f.presence.sessions(e.To)) > 0) {
		f.left[e.To] = e.Change.Rooms
	}
}

// roomsOfGone returns the rooms of an account that has gone.
func (f *fanout) roomsOfGone(e *storage.Event) []storage.ID {
	if rooms, removed := f.left[e.To]; removed {
		delete(f.left, e.To)
		return rooms
	}
	if f.presence.isGuest(e.To) {
		f.left[e.To] = nil // it is removed next
	}
	return e.Change.Rooms
}

// sight is what onlookers see somebody do.
type sight struct {
	word    string // of the line that tells it
	account storage.ID
	name    string
	text    string
	rooms   []storage.ID     // of the account
	caps    protocol.IRCCaps // that a client must have to be told
	by      *Session         // which gets an answer
}

// tellOnlookers tells those IRC clients that are in one of the rooms; and those that monitor the name and want to be told more of it than that it comes
// and goes.
func (f *fanout) tellOnlookers(seen *sight) {
	if len(f.presence.formats().irc()) == 0 {
		return
	}
	l := protocol.Line{Type: protocol.Notice, Word: seen.word, Text: textOrNone(seen.text)}
	l.Fields = append([]protocol.Field{protocol.Word("name", seen.name)}, guestField(f.presence.isGuest(seen.account))...)
	all := f.presence.onlookers(seen.rooms, seen.caps)
	if seen.caps != 0 {
		caps := seen.caps | protocol.ExtendedMonitor
		for _, o := range f.chat.monitors.of(NameKey(seen.name)) {
			if o.session.caps()&caps == caps && !slices.Contains(all, o) {
				all = append(all, o)
			}
		}
	}
	for _, o := range all {
		if o.session != seen.by {
			f.of(o.session).Notice(o.session, o.account, &l)
		}
	}
}

// tellAwayOf tells the members of a room that somebody who joins it is away.
func (f *fanout) tellAwayOf(e *storage.Event) {
	if text := f.presence.awayText(e.To); text != nil {
		f.tellOnlookers(&sight{"away", e.To, e.ToName, cmp.Or(*text, defaultAway), []storage.ID{e.Thread.A}, protocol.AwayNotify, nil})
	}
}

// tellKilled tells IRC clients by whom their sessions are ended.
func (f *fanout) tellKilled(e *storage.Event) {
	l := protocol.Line{Type: protocol.Notice, Word: "kill", Fields: []protocol.Field{protocol.Word("by", e.FromName)}, Text: textOrNone(string(e.Text))}
	for _, s := range f.presence.sessions(e.To) {
		if s.written().IsIRC() {
			f.of(s).Notice(s, e.To, &l)
		}
	}
}

// tellInvited tells members of the room who has been invited.
func (f *fanout) tellInvited(e *storage.Event, asker *Session) {
	if len(f.presence.formats().irc()) == 0 {
		return
	}
	l := inviteLine(e.Change.Room, e.FromName, e.Number, e.At)
	l.Fields = append(l.Fields, protocol.Word("name", e.ToName))
	for _, o := range f.presence.onlookers([]storage.ID{e.Thread.A}, protocol.InviteNotify) {
		if o.session != asker {
			f.of(o.session).Notice(o.session, o.account, &l)
		}
	}
}

// onlookers returns the sessions of IRC clients that have these capabilities and are in one of the rooms, each once.
func (p *presence) onlookers(rooms []storage.ID, caps protocol.IRCCaps) (all []online) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for s := range p.irc {
		if s.caps()&caps == caps && s.account.shares(rooms) {
			all = append(all, online{s, s.account.id})
		}
	}
	return all
}

// shares reports whether an account is in one of these rooms. Under presence.mu.
func (a *account) shares(rooms []storage.ID) bool {
	return slices.ContainsFunc(rooms, func(room storage.ID) bool { return a.member(room) != nil })
}

// roomName returns the name of a room of which some member is here, or nothing.
func (p *presence) roomName(room storage.ID) string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if in := p.rooms[room]; in != nil {
		return in.name
	}
	return ""
}
