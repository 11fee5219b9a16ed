package protocol

import "parley/internal/language"

// Code names a failure, or why the server closes. Codes are for programs and
// never change; sentences are for people and may.
type Code string

// Why a command failed: the word behind the command in a '-' line.
const (
	UnknownCommand  Code = "unknown-command"
	Usage           Code = "usage"
	NeedSlash       Code = "need-slash"
	LoginRequired   Code = "login-required"
	AlreadyLoggedIn Code = "already-logged-in"
	BadName         Code = "bad-name"
	NameTaken       Code = "name-taken"
	NameReserved    Code = "name-reserved"
	WeakPassword    Code = "weak-password"
	BadCredentials  Code = "bad-credentials"
	NoSuchUser      Code = "no-such-user"
	InboxFull       Code = "inbox-full"
	LineTooLong     Code = "line-too-long"
	TextTooLong     Code = "text-too-long"
	BadUTF8         Code = "bad-utf8"
	BadChar         Code = "bad-char"
	BadJSON         Code = "bad-json"
	RateLimited     Code = "rate-limited"
	Busy            Code = "busy"
	Unavailable     Code = "unavailable"
	Unsure          Code = "unsure"
	Internal        Code = "internal"

	NoSuchRoom    Code = "no-such-room"
	BadRoom       Code = "bad-room"
	RoomTaken     Code = "room-taken"
	NotInRoom     Code = "not-in-room"
	AlreadyInRoom Code = "already-in-room"
	InviteOnly    Code = "invite-only"
	RoomFull      Code = "room-full"
	QuietOnly     Code = "quiet-room"
	TooManyRooms  Code = "too-many-rooms"
	TooMany       Code = "too-many"
	Muted         Code = "muted"
	NotBanned     Code = "not-banned"
	NotMuted      Code = "not-muted"
	NotBlocked    Code = "not-blocked"
	NotAccepted   Code = "not-accepted"
	NoSuchSession Code = "no-such-session"
	OnceMismatch  Code = "once-mismatch"
	NoSuchToken   Code = "no-such-token"
	Forbidden     Code = "forbidden"
)

// Why the server closes a connection: the word of a '!' line.
const (
	Bye          Code = "bye"
	LoginTimeout Code = "login-timeout"
	SlowReader   Code = "slow-reader"
	Flood        Code = "flood"
	Replaced     Code = "replaced"
	Removed      Code = "removed"
	Full         Code = "full"
	Draining     Code = "draining"
	Resync       Code = "resync"
	NotChat      Code = "not-chat"
	Ended        Code = "ended"
	Banned       Code = "banned" // also why a command failed
)

// FailureCodes are all codes of a '-' line.
var FailureCodes = [...]Code{
	UnknownCommand, Usage, NeedSlash, LoginRequired, AlreadyLoggedIn, BadName, NameTaken, NameReserved, WeakPassword, BadCredentials,
	NoSuchUser, InboxFull, LineTooLong, TextTooLong, BadUTF8, BadChar, BadJSON, RateLimited, Busy, Unavailable, Unsure, Internal,
	NoSuchRoom, BadRoom, RoomTaken, NotInRoom, AlreadyInRoom, InviteOnly, RoomFull, QuietOnly, TooManyRooms, TooMany,
	Muted, NotBanned, NotMuted, NotBlocked, NotAccepted, NoSuchSession, OnceMismatch, NoSuchToken, Forbidden, Banned,
}

// ClosingCodes are all codes of a '!' line.
var ClosingCodes = [...]Code{
	Bye, LoginTimeout, SlowReader, Flood, Replaced, Removed, Full, Draining, Resync, NotChat, Ended, Banned,
}

// Error is a failure as the client is told it. It must not be changed once it
// is made, so that all connections may share one.
type Error struct {
	Code     Code
	Fields   []Field // what it is about: those that the manual names for the code come first
	Retry    int     // seconds to wait before a repeat; 0: a repeat will not help
	Sentence language.Sentence
}

// Errorf returns an Error whose sentence is made of a format and its arguments when it is told, in the language of whom it is told. The arguments must not be
// changed meanwhile: a slice of the client's line is none.
func Errorf(code Code, format language.Format, args ...any) *Error {
	return &Error{Code: code, Sentence: language.Say(format, args...)}
}

// Error returns the code and the sentence in English.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Sentence.String() }

// With returns a copy of e with one more field, a word that the client has
// sent. Characters that are unfit for a field are replaced: see [Echo].
func (e *Error) With(name, word string) *Error {
	c := *e
	c.Fields = append(append([]Field(nil), e.Fields...), Word(name, word))
	return &c
}
