// Package session is what a person has on one server: the account, the rooms and the people, what was said, what is unread, and what is not sent yet.
//
// It outlives connections: whoever owns one tells it what has happened, and takes what it wants done. It is pure: it has no clock, starts nothing and
// reads nothing, and belongs to one caller at a time.
package session

import (
	"time"

	"parley/internal/language"
	"parley/protocol"
)

// Options says who is on which server.
type Options struct {
	Server       string            // how the person calls the server
	Language     language.Language // asked of the server, if it is not English
	Name, Secret string            // logs in by these at once, if both are there; Secret is a password or a token
	Key          func() string     // makes a key for a message, of 1 to 64 bytes, that was never made before
	Jitter       func() float64    // from 0 up to 1, by which pauses differ; nil: they do not
}

// State says what the person can do now.
type State uint8

// The states.
const (
	Offline   State = iota // there is no connection: see Retry
	Greeting               // there is one, and the server has not said yet how it speaks
	Entering               // Login or Register is wanted
	Returning              // the session logs in, or hears what it has missed
	Online                 // everything that was said is here, and the next thing may be said
	Ended                  // closed for good, see Reason; it may be connected again if the person wants that
)

// Session is what a person has on one server. It is made by New.
type Session struct {
	options  Options
	language language.Language
	now      time.Time // of the call that is under way

	state    State
	reason   string
	greeting string
	maxText  int
	wire     wire
	pause    pause
	login    login

	account string // its name as the server writes it; empty before the first login
	threads map[string]*Thread
	shown   *Thread
	goTo    *Thread
	people  people
	words   words // that complete what is typed

	saying  []*saying // what waits to be said, in its order
	leaving bool      // nothing can be said any more: /logout or /quit waits for its answer
	sayAt   time.Time // when the first of them may be said again; zero: now

	in      bool      // this connection is logged in
	mark    int64     // everything up to this number was had
	caught  bool      // what is heard advances the mark
	lostAt  time.Time // when the connection was lost; zero: nothing was missed since the last catching up
	sinceAt time.Time // when to ask again for what was missed; zero: not
	roomsAt time.Time // when to ask again in which rooms the account is; zero: not
	moves   int       // changes whenever the account is in another set of rooms: an answer that was read before is worth nothing then

	rang  bool
	token string // that was made, and not taken yet
}

// New returns a session that has no connection yet.
func New(o Options) *Session {
	s := &Session{options: o, language: o.Language, maxText: protocol.MaxText}
	given := o.Name != "" && o.Secret != ""
	s.login = login{name: o.Name, secret: o.Secret, known: given, given: given}
	s.words = newWords()
	s.forget()
	return s
}

// forget makes the session that of nobody. What is still to be answered was asked for by somebody else.
func (s *Session) forget() {
	for _, a := range s.wire.asks {
		a.row, a.end, a.lost = nil, nil, nil
	}
	s.account, s.token = "", ""
	s.threads, s.shown, s.goTo, s.people = map[string]*Thread{}, nil, nil, people{}
	s.saying, s.sayAt = nil, time.Time{}
	s.mark, s.caught, s.lostAt, s.sinceAt, s.roomsAt = 0, false, time.Time{}, time.Time{}, time.Time{}
	s.rang = false
}

// State says what the person can do now.
func (s *Session) State() State { return s.state }

// Reason is why the session is Offline or Ended, or why a login failed: a sentence, the server's own where it has one.
func (s *Session) Reason() string { return s.reason }

// Server is how the person calls the server.
func (s *Session) Server() string { return s.options.Server }

// Language is the language in which the server speaks to this session; /lang changes it.
func (s *Session) Language() language.Language { return s.language }

// Name is the account's name, as the server writes it; empty before the first login.
func (s *Session) Name() string { return s.account }

// Greeting is what the server says first; empty until it has.
func (s *Session) Greeting() string { return s.greeting }

// Rang reports whether something has come since it was last asked that rings: a message to the person.
func (s *Session) Rang() bool {
	rang := s.rang
	s.rang = false
	return rang
}

func (s *Session) say(format string, args ...any) string { return s.language.Sprintf(format, args...) }
