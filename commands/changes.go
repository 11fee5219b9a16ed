package commands

import (
	"net/netip"
	"time"

	"go.uber.org/zap"

	"parley/protocol"
	"parley/storage"
)

// tellChange tells an event that is no message to those whom it concerns, and does what follows from it for those who are here.
func (f *fanout) tellChange(e *storage.Event, asker *Session) {
	if isModeration[e.Kind] {
		f.log(e)
	}
	switch {
	case e.Kind == storage.Invited:
		f.tellInvite(e, asker)
	case e.Thread.IsRoom():
		f.tellRoom(e, asker)
	default:
		f.tellServer(e, asker)
	}
}

// isModeration are the kinds of events of which the operator finds a line in the log.
var isModeration = map[storage.EventKind]bool{
	storage.Kicked: true, storage.Banned: true, storage.Muted: true, storage.Unbanned: true, storage.Unmuted: true,
	storage.RoomRemoved: true, storage.OperatorSet: true, storage.LockdownSet: true, storage.Announced: true,
}

// eventWords are the words of these events in a line.
var eventWords = map[storage.EventKind]string{
	storage.Joined: "join", storage.Left: "leave", storage.TopicSet: "topic", storage.SettingSet: "room", storage.RoleSet: "role",
	storage.Kicked: "kick", storage.Banned: "ban", storage.Muted: "mute", storage.Unbanned: "unban", storage.Unmuted: "unmute",
	storage.RoomRemoved: "removed", storage.OperatorSet: "operator", storage.LockdownSet: "lockdown", storage.Announced: "announce",
}

// log writes who has done what to whom. It does not say what for: no text of a user is ever logged.
func (f *fanout) log(e *storage.Event) {
	fields := []zap.Field{zap.String("what", eventWords[e.Kind]), zap.String("by", e.FromName)}
	if e.From == 0 {
		fields[1] = zap.String("by", "the command line")
	}
	if e.ToName != "" {
		fields = append(fields, zap.String("whom", e.ToName))
	}
	if e.Change.Room != "" {
		fields = append(fields, zap.String("room", e.Change.Room))
	}
	if !e.Change.Until.IsZero() {
		fields = append(fields, zap.Time("until", e.Change.Until))
	}
	if e.Kind == storage.LockdownSet || e.Kind == storage.OperatorSet {
		fields = append(fields, zap.Bool("on", e.Change.On))
	}
	log := f.chat.log
	if e.Thread.IsRoom() && e.Change.Room != storage.LobbyName { // where strangers do it as often as they like, to each other
		log = f.chat.limitLog
	}
	log.Info("moderation", fields...)
}

// tellRoom tells the members of a room, and changes who they are at the event's place in the order: who joins hears it from there on, who
// is taken out hears it last.
func (f *fanout) tellRoom(e *storage.Event, asker *Session) {
	room := e.Thread.A
	var come []*Session
	var gone []online
	switch {
	case e.Kind == storage.Joined:
		come = f.presence.joined(e.To, room, e.Change.Room, e.Number)
	case e.Kind == storage.Left, e.Kind == storage.Kicked, e.Kind == storage.Banned && e.Change.Member:
		gone = f.presence.left(e.To, room)
	case e.Kind == storage.RoomRemoved:
		gone = f.presence.emptied(room)
	}
	for _, s := range come {
		if s != asker {
			f.hear(s, e.To, room, e.Change.Room)
		}
	}
	if e.Kind == storage.Left {
		e.Change.Guest = f.presence.isGuest(e.To)
	}
	line, used := roomLine(e), f.presence.formats()
	if e.Kind == storage.RoomRemoved || e.Change.Removed { // IRC clients are told so one by one, or that somebody has quit
		used = used.others()
	}
	for i := range f.deliveries {
		f.deliveries[i].SayLine(room, e.Number, &line, used)
	}
	for _, s := range come {
		if s == asker { // its answer stands in place of the event
			f.hear(s, e.To, room, e.Change.Room)
		}
	}
	for _, o := range gone {
		if e.Kind == storage.RoomRemoved && o.session.written().IsIRC() {
			f.of(o.session).Notice(o.session, o.account, &line)
		}
		it := f.of(o.session).add(part, o.session, nil)
		it.account, it.rooms = o.account, []storage.ID{room}
		f.chat.watches.remove(o.session, room)
	}
	if e.Kind == storage.Joined {
		f.tellAwayOf(e)
	}
	if f.isAboutOther(e) { // the members hear it, and so should who is not one of them
		f.notify(e.To, &line)
	}
}

// isAboutOther reports whether an event in a room is about somebody who is no member, and must know all the same. Whoever has blocked the one
// who did it hears nothing of it: otherwise that would be a way to write to them.
func (f *fanout) isAboutOther(e *storage.Event) bool {
	if e.Change.Blocked {
		return false
	}
	switch e.Kind {
	case storage.Banned:
		return !e.Change.Member // who was one until now hears it last
	case storage.Muted, storage.Unbanned, storage.Unmuted:
		return !f.presence.isIn(e.To, e.Thread.A)
	}
	return false
}

// hear has a session of an account hear a room from this place in the order on.
func (f *fanout) hear(s *Session, account, room storage.ID, name string) {
	it := f.of(s).add(hear, s, []byte(name))
	it.account, it.rooms = account, []storage.ID{room}
}

// notify tells all sessions of an account a line.
func (f *fanout) notify(account storage.ID, l *protocol.Line) {
	for _, s := range f.presence.sessions(account) {
		f.of(s).Notice(s, account, l)
	}
}

// roomLine is how an event is told to a room.
func roomLine(e *storage.Event) protocol.Line {
	l := protocol.Line{Type: protocol.Notice, Word: eventWords[e.Kind]}
	by := protocol.Word("by", e.FromName)
	switch e.Kind {
	case storage.Joined, storage.Left:
		l.Fields, l.Text = moderationFields(e, guestField(e.Change.Guest)), textOrNone(string(e.Text))
	case storage.TopicSet:
		l.Fields, l.Text = []protocol.Field{protocol.Word("room", e.Change.Room), protocol.Word("name", e.FromName)}, textOrNone(string(e.Text))
	case storage.SettingSet:
		l.Fields = []protocol.Field{
			protocol.Word("room", e.Change.Room), protocol.Word("name", e.FromName), protocol.Word("setting", settingWords[e.Change.Setting]),
		}
	case storage.RoleSet:
		l.Fields = moderationFields(e, []protocol.Field{protocol.Word("role", roleWords[e.Change.Role]), by, protocol.Word("was", roleWords[e.Change.Was])})
	case storage.RoomRemoved:
		l.Fields = []protocol.Field{protocol.Word("room", e.Change.Room)}
	default:
		if e.From == 0 {
			l.Fields = moderationFields(e, nil)
		} else {
			l.Fields = moderationFields(e, []protocol.Field{by})
		}
		if e.Change.Member {
			l.Fields = append(l.Fields, protocol.Flag("member"))
		}
		l.Text = textOrNone(string(e.Text))
	}
	l.Fields = append(l.Fields, protocol.Number("number", e.Number), protocol.Time("at", e.At))
	return l
}

// tellInvite tells the invited account, and those members who want to know.
func (f *fanout) tellInvite(e *storage.Event, asker *Session) {
	l := inviteLine(e.Change.Room, e.FromName, e.Number, e.At)
	for _, s := range f.presence.sessions(e.To) {
		it := f.of(s).Notice(s, e.To, &l)
		it.kind, it.number = invited, e.Number
	}
	f.tellInvited(e, asker)
}

func inviteLine(room, from string, number int64, at time.Time) protocol.Line {
	return protocol.Line{Type: protocol.Notice, Word: "invite", Fields: []protocol.Field{
		protocol.Word("room", room), protocol.Word("from", from), protocol.Number("number", number), protocol.Time("at", at),
	}}
}

// tellServer tells what concerns the whole server. The session that asked gets an answer.
func (f *fanout) tellServer(e *storage.Event, asker *Session) {
	switch e.Kind {
	case storage.Kicked:
		f.tellKilled(e)
		f.end(e, nil, killedLine(e))
	case storage.Banned:
		f.tellBan(e)
	case storage.Unbanned:
		f.serverChanged = true
		f.chat.bans.remove(e.ToName)
	case storage.Muted, storage.Unmuted:
		l := roomLine(e)
		f.notify(e.To, &l)
	case storage.OperatorSet:
		f.presence.setOperator(e.To, e.Change.On)
	case storage.LockdownSet:
		f.serverChanged = true
		f.chat.lockdown.Store(e.Change.On)
	case storage.Announced:
		l := protocol.Line{Type: protocol.Notice, Word: "announce", Text: e.Text, Fields: []protocol.Field{
			protocol.Word("name", e.FromName), protocol.Number("number", e.Number), protocol.Time("at", e.At),
		}}
		for _, o := range f.presence.everyone() {
			if o.session != asker {
				f.of(o.session).Notice(o.session, o.account, &l)
			}
		}
	}
}

// killedLine is the last line of a session that an operator ends.
func killedLine(e *storage.Event) *protocol.Line {
	if len(e.Text) == 0 {
		return ClosingLine(protocol.Ended, "An operator has ended your session.")
	}
	return ClosingLine(protocol.Ended, "An operator has ended your session. %s", string(e.Text))
}

// bannedLine is the last line of a session that a ban ends.
func bannedLine(s *storage.Sanction) *protocol.Line {
	return &protocol.Line{Type: protocol.Closing, Word: string(protocol.Banned), Sentence: bannedFromServer.of(s)}
}

// tellBan ends the sessions of an account or of addresses.
func (f *fanout) tellBan(e *storage.Event) {
	s := storage.Sanction{Target: e.ToName, Name: e.ToName, ByName: e.FromName, At: e.At, Until: e.Change.Until, Reason: string(e.Text)}
	line := bannedLine(&s)
	if e.To != 0 {
		f.end(e, nil, line)
		return
	}
	f.serverChanged = true
	f.chat.bans.add(s)
	addresses, _ := netip.ParsePrefix(e.ToName) // the zero prefix contains nobody
	for _, o := range f.presence.everyone() {
		if addresses.Contains(bannable(o.session.Remote)) {
			f.of(o.session).End(o.session, o.account, line)
		}
	}
}

// tellWatchers tells those who watch an account that it has come or gone, on whichever node.
func (f *fanout) tellWatchers(e *storage.Event, word string) {
	l := protocol.Line{Type: protocol.Notice, Word: word, Fields: []protocol.Field{protocol.Word("name", e.ToName)}}
	for _, o := range append(f.chat.watches.of(append([]storage.ID{e.To}, e.Change.Rooms...)...), f.chat.monitors.of(NameKey(e.ToName))...) {
		f.of(o.session).Notice(o.session, o.account, &l)
	}
}
