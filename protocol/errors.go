package protocol

import "fmt"

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
	RateLimited     Code = "rate-limited"
	Busy            Code = "busy"
	Unavailable     Code = "unavailable"
	Forbidden       Code = "forbidden"
	Internal        Code = "internal"
)

// Why the server closes a connection: the word of a '!' line. Draining is a
// failure's code as well.
const (
	Bye          Code = "bye"
	Idle         Code = "idle"
	LoginTimeout Code = "login-timeout"
	SlowReader   Code = "slow-reader"
	Flood        Code = "flood"
	Replaced     Code = "replaced"
	Full         Code = "full"
	Draining     Code = "draining"
	NotChat      Code = "not-chat"
)

// Error is a failure as the client is told it. It is never changed once made,
// so one value may be shared by all connections.
type Error struct {
	Code     Code
	Fields   []string // the client's own words, or key=value
	Retry    int      // try again after so many seconds; 0: a repeat will not help
	Sentence string
}

// Errorf returns an Error whose sentence is made as by fmt.Sprintf.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Sentence: fmt.Sprintf(format, args...)}
}

// Error returns the code and the sentence.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Sentence }

// With returns a copy of e that has fields behind its own.
func (e *Error) With(fields ...string) *Error {
	c := *e
	c.Fields = append(append([]string(nil), e.Fields...), fields...)
	return &c
}

// AppendError appends the whole line that answers a command with e:
//
//	[#tag ]- command code [field…] [retry=N]: sentence
//
// An empty command stands for a line that could not be read as one, and is
// written as '*'. The command, the fields and the sentence may hold anything:
// what is unfit is replaced, as [Echo] and [Text] do.
func AppendError(b, tag []byte, command string, e *Error) []byte {
	if command == "" {
		command = "*"
	}
	b = begin(b, tag, Failed)
	b = Echo(b, command)
	b = Field(b, e.Code)
	for _, f := range e.Fields {
		b = Echo(b, f)
	}
	if e.Retry > 0 {
		b = KeyInt(b, "retry", int64(e.Retry))
	}
	b = Text(b, e.Sentence)
	return End(b)
}
