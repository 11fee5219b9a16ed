package commands

import (
	"errors"
	"time"

	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

// refusal turns the error of a verdict into the failure that the client is told. Room is the room that was asked about, and name the person,
// as the client has written them; either may be nil.
func (k *Kept) refusal(room, name []byte) error {
	about := func(code protocol.Code, field string, word []byte, format language.Format, args ...any) error {
		e := protocol.Errorf(code, format, args...)
		if word != nil {
			e = e.With(field, string(word))
		}
		return e
	}
	if room == nil && k.Ask.Order != nil && k.Ask.Order.Room != "" {
		room = []byte(k.Ask.Order.Name)
	}
	if k.Ask.Once != nil {
		if err := k.onceRefusal(); err != nil {
			return err
		}
	}
	shown, person := protocol.Echo(room), protocol.Echo(name)
	switch err := k.Verdict.Err; {
	case errors.Is(err, storage.ErrNoRoom):
		return noSuchRoom(room)
	case errors.Is(err, storage.ErrNoAccount):
		return noSuchUser(name)
	case errors.Is(err, storage.ErrInboxFull):
		return about(protocol.InboxFull, "name", name, "The inbox is full; they must read first.")
	case errors.Is(err, storage.ErrBlocked):
		return about(protocol.NotAccepted, "name", name, "%s does not accept messages from you. Nothing was sent.", person)
	case errors.Is(err, storage.ErrAbsent):
		return protocol.Errorf(protocol.NotInRoom, "%s is not in %s.", person, shown).With("room", string(room)).With("name", string(name))
	case errors.Is(err, storage.ErrNotMember):
		return about(protocol.NotInRoom, "room", room, "You are not in %s; /join %s first.", shown, shown)
	case errors.Is(err, storage.ErrMember) && name != nil:
		return protocol.Errorf(protocol.AlreadyInRoom, "%s is in %s already.", person, shown).With("room", string(room)).With("name", string(name))
	case errors.Is(err, storage.ErrMember):
		return about(protocol.AlreadyInRoom, "room", room, "You are in %s already; /go %s to speak there.", shown, shown)
	case errors.Is(err, storage.ErrRoomTaken):
		return about(protocol.RoomTaken, "room", room, "There is a room whose name looks like %s. Please take another.", shown)
	case errors.Is(err, storage.ErrInviteOnly):
		return about(protocol.InviteOnly, "room", room, "%s is private: somebody there must /invite you.", shown)
	case errors.Is(err, storage.ErrRoomFull):
		return about(protocol.RoomFull, "room", room, "%s has as many members as it may have.", shown)
	case errors.Is(err, storage.ErrQuiet):
		return about(protocol.QuietOnly, "room", room, "%s is quiet: only those with a role speak there.", shown)
	case errors.Is(err, storage.ErrBanned), errors.Is(err, storage.ErrMuted):
		return sanctioned(k.Verdict.Sanction, room)
	case errors.Is(err, storage.ErrGuest) && k.isAboutGuest():
		return protocol.Errorf(protocol.Forbidden, "%s is a guest, and needs an account for that.", person)
	case errors.Is(err, storage.ErrGuest):
		return errNoGuests
	case errors.Is(err, storage.ErrForbidden):
		return protocol.Errorf(protocol.Forbidden, k.forbidden())
	}
	return k.Verdict.Err
}

// isAboutGuest reports whether it is the other one who is a guest, if one of the two is.
func (k *Kept) isAboutGuest() bool {
	return k.Ask.Kind == storage.SetRole || k.Ask.Kind == storage.Invite
}

// forbidden says who may do what was asked for.
func (k *Kept) forbidden() language.Format {
	switch k.Ask.Kind {
	case storage.SetTopic:
		return "Only an owner or an op of the room may set its topic."
	case storage.SetSetting:
		return "Only an owner of the room may do that; the lobby can't be private."
	case storage.SetRole:
		return "Only an owner of the room gives roles; another owner, or the only one, keeps that role. Nobody owns the lobby."
	case storage.Invite:
		return "Into a private room only an owner or an op may invite."
	case storage.Block:
		return "You can't block yourself."
	}
	if k.Ask.Order.Room == "" {
		return "Only operators of this server may do that, and not to themselves or to each other."
	}
	return "Only an owner or an op of the room may do that, and only to somebody with a lower role."
}

// sanctioned says what somebody may not do, until when, and why.
func sanctioned(s *storage.Sanction, room []byte) error {
	e := &protocol.Error{Code: protocol.Banned, Sentence: bannedFromRoom.of(s)}
	if s.Mute {
		e = &protocol.Error{Code: protocol.Muted, Sentence: muted.of(s)}
	}
	if room != nil && !s.Everywhere {
		e = e.With("room", string(room))
	}
	if !s.Until.IsZero() {
		e.Fields = append(e.Fields, protocol.Time("until", s.Until))
	}
	return e
}

// sanction says one, with or without its end and its reason.
type sanction struct{ plain, until, because, untilBecause language.Format }

var (
	bannedFromRoom   = sanction{"You are banned.", "You are banned until %s.", "You are banned: %s", "You are banned until %s: %s"}
	bannedFromServer = sanction{
		"You are banned from this server.", "You are banned from this server until %s.", "You are banned from this server: %s",
		"You are banned from this server until %s: %s",
	}
	muted = sanction{"You are muted.", "You are muted until %s.", "You are muted: %s", "You are muted until %s: %s"}
)

// of says until when a sanction holds and what for. The reason stands as it was given.
func (w *sanction) of(s *storage.Sanction) language.Sentence {
	until := s.Until.UTC().Format(time.RFC3339)
	switch {
	case s.Until.IsZero() && s.Reason == "":
		return language.Say(w.plain)
	case s.Until.IsZero():
		return language.Say(w.because, s.Reason)
	case s.Reason == "":
		return language.Say(w.until, until)
	}
	return language.Say(w.untilBecause, until, s.Reason)
}

func noSuchRoom(name []byte) error {
	return protocol.Errorf(protocol.NoSuchRoom, "There is no room %s. /rooms all lists the public ones.", protocol.Echo(name)).With("room", string(name))
}
