package main

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
)

// ircProgram is a program that people chat with over IRC. Its formats are regular expressions for a line that it shows, as a whole and without the
// time, and have the words of the line as arguments.
type ircProgram struct {
	name string
	// follows does what docs/irc.md says about the program, as alice, who has an account.
	follows func(t *testing.T, server *ircServer) *ircSeat

	said     string // who, what
	acted    string // who, what
	joined   string // who
	kicked   string // by whom, why
	topic    string // what
	topicSet string // by whom, what
	voiced   string // by whom, who
	named    string // a mark and a name: one of those in the list of a room

	me, quit string // what one types
}

// ircPrograms are those of docs/irc.md that run at a terminal. They have nothing in common but the protocol.
var ircPrograms = []ircProgram{irssi, weechat, ii}

// ircSeat is alice in front of such a program.
type ircSeat struct {
	ircProgram
	t     *testing.T
	types func(where, line string)    // types a line where one reads a room, a person, or, with "", the server
	lines func(where string) []string // all that was ever shown there, without the time
	dump  func() string               // for the message of a failure
}

// open puts alice in front of it.
func (p ircProgram) open(t *testing.T, server *ircServer) *ircSeat {
	t.Helper()
	seat := p.follows(t, server)
	seat.ircProgram = p
	return seat
}

// shows waits until there is such a line.
func (s *ircSeat) shows(where, format string, words ...any) {
	s.t.Helper()
	s.showsTimes(1, where, format, words...)
}

// showsTimes waits until there are so many such lines.
func (s *ircSeat) showsTimes(n int, where, format string, words ...any) {
	s.t.Helper()
	if !comesTrue(func() bool { return len(s.found(where, format, words...)) >= n }) {
		s.t.Fatalf("%s has not shown in %q %d times\n\t%s\nbut\n%s", s.name, where, n, fmt.Sprintf(format, words...), s.dump())
	}
}

// found returns what the last group of the regular expression finds in the lines there.
func (s *ircSeat) found(where, format string, words ...any) (found []string) {
	wanted := regexp.MustCompile("^(?:" + fmt.Sprintf(format, words...) + ")$")
	for _, line := range s.lines(where) {
		if m := wanted.FindStringSubmatch(line); m != nil {
			found = append(found, m[len(m)-1])
		}
	}
	return found
}

// heardFrom fails unless these are the lines that somebody has said there, in this order.
func (s *ircSeat) heardFrom(where, who string, lines ...string) {
	s.t.Helper()
	if got := s.found(where, s.said, who, "(.*)"); !slices.Equal(got, lines) {
		s.t.Errorf("in %q %s says that %s has said\n%q\nand not\n%q:\n%s", where, s.name, who, got, lines, s.dump())
	}
}

// forEachIRC runs a test for each program, with a server of its own.
func forEachIRC(t *testing.T, test func(t *testing.T, program ircProgram, server *ircServer)) {
	for _, program := range ircPrograms {
		t.Run(program.name, func(t *testing.T) {
			t.Parallel()
			test(t, program, startIRC(t))
		})
	}
}

// teaParty is ann, who owns #tea and types at netcat, and alice, who has an account.
func teaParty(t *testing.T, server *ircServer) (ann *plain) {
	t.Helper()
	register(t, server.text, "alice")
	ann = dialAs(t, server.text, "ann")
	ann.says("/join #tea")
	ann.hears(`\+ join #tea .*`)
	ann.says("/topic #tea green or black")
	ann.hears(`\+ topic #tea.*`)
	return ann
}

// TestIRCTalk: two people talk in the lobby, in a room and in private, one of them at netcat.
func TestIRCTalk(t *testing.T) {
	forEachIRC(t, func(t *testing.T, program ircProgram, server *ircServer) {
		ann := teaParty(t, server)
		alice := program.open(t, server)
		alice.shows("#lobby", alice.joined, "alice")
		alice.types("#lobby", "good morning")
		ann.hears(`\* all alice: good morning`)
		ann.says("/all you are early")
		alice.shows("#lobby", alice.said, "ann", "you are early")

		alice.types("", "/j #tea")
		ann.hears(`\* join #tea alice`)
		alice.shows("#tea", alice.topic, "green or black")
		alice.types("#tea", "/names #tea")
		alice.shows("#tea", alice.named, "~", "ann")
		alice.types("#tea", "green, of course")
		ann.hears(`\* say #tea alice: green, of course`)
		ann.says("/msg #tea größer: 茶 :)")
		alice.shows("#tea", alice.said, "ann", `größer: 茶 :\)`)
		alice.types("#tea", fmt.Sprintf(alice.me, "nods"))
		ann.hears(`\* say #tea alice: /me nods`)
		ann.says("/msg #tea /me waves")
		alice.shows("#tea", alice.acted, "ann", "waves")
		ann.says("/topic #tea black")
		alice.shows("#tea", alice.topicSet, "ann", "black")
		ann.says("/role #tea alice voice")
		alice.shows("#tea", alice.voiced, "ann", "alice")

		ann.says("/msg alice psst")
		alice.shows("ann", alice.said, "ann", "psst")
		alice.types("ann", "what is it?")
		ann.hears(`\* msg alice \d+: what is it\?`)
	})
}

// TestIRCAway: what is said while somebody is away is there when they come back, in order and once.
func TestIRCAway(t *testing.T) {
	forEachIRC(t, func(t *testing.T, program ircProgram, server *ircServer) {
		ann := teaParty(t, server)
		alice := program.open(t, server)
		alice.shows("#lobby", alice.joined, "alice")
		alice.types("", "/j #tea")
		ann.hears(`\* join #tea alice`)
		ann.says("/msg alice before")
		alice.shows("ann", alice.said, "ann", "before")
		ann.says("/watch alice")
		ann.hears(`\+ watch.*`)
		alice.types("", alice.quit)
		ann.hears(`\* gone alice`)
		for _, word := range []string{"one", "two", "three"} {
			ann.says("/msg alice word %s", word)
			ann.hears(`\+ msg alice \d+ stored`)
			ann.says("/msg #tea room %s", word)
			ann.hears(`\+ msg #tea \d+`)
		}

		alice = program.open(t, server)
		ann.hears(`\* here alice`)
		ann.says("/msg alice now")
		alice.shows("ann", alice.said, "ann", "now")
		ann.says("/msg #tea now")
		alice.shows("#tea", alice.said, "ann", "now")
		alice.heardFrom("ann", "ann", "word one", "word two", "word three", "now")
		alice.heardFrom("#tea", "ann", "room one", "room two", "room three", "now")
		alice.types("#tea", "back again")
		ann.hears(`\* say #tea alice: back again`)
	})
}

// TestIRCKicked: who was taken out of a room may come back.
func TestIRCKicked(t *testing.T) {
	forEachIRC(t, func(t *testing.T, program ircProgram, server *ircServer) {
		ann := teaParty(t, server)
		alice := program.open(t, server)
		alice.shows("#lobby", alice.joined, "alice")
		alice.types("", "/j #tea")
		alice.shows("#tea", alice.joined, "alice")
		ann.says("/kick #tea alice enough")
		alice.shows("#tea", alice.kicked, "ann", "enough")
		ann.says("/msg #tea she does not hear this")
		alice.types("", "/j #tea")
		ann.hears(`\* join #tea alice`)
		alice.showsTimes(2, "#tea", alice.joined, "alice")
		ann.says("/msg #tea welcome back")
		alice.shows("#tea", alice.said, "ann", "welcome back")
		alice.types("#tea", "I am sorry")
		ann.hears(`\* say #tea alice: I am sorry`)
	})
}

// TestIRCTwice: two programs of one account have one nick, and both are told everything.
func TestIRCTwice(t *testing.T) {
	forEachIRC(t, func(t *testing.T, program ircProgram, server *ircServer) {
		ann := teaParty(t, server)
		at := []*ircSeat{program.open(t, server)}
		at[0].shows("#lobby", at[0].joined, "alice")
		at[0].types("", "/j #tea")
		ann.hears(`\* join #tea alice`)
		for _, other := range ircPrograms {
			seat := other.open(t, server)
			seat.shows("#tea", seat.joined, "alice")
			at = append(at, seat)
		}
		ann.says("/who #tea")
		ann.hears(`= user alice idle=\d+ sessions=` + fmt.Sprint(len(at)) + `.*`)
		ann.hears(`\+ who 2`)
		ann.says("/msg #tea to all of you")
		ann.says("/msg alice and to each of you")
		for i, seat := range at {
			seat.shows("#tea", seat.said, "ann", "to all of you")
			seat.shows("ann", seat.said, "ann", "and to each of you")
			seat.types("#tea", fmt.Sprintf("from %d", i))
			ann.hears(fmt.Sprintf(`\* say #tea alice: from %d`, i))
			for _, other := range at {
				other.shows("#tea", other.said, "alice", fmt.Sprintf("from %d", i))
			}
		}
		for i, seat := range at {
			if said := seat.found("#tea", seat.said, "alice", fmt.Sprintf("from %d", i)); len(said) != 1 {
				t.Errorf("%s shows %d times what alice has said there:\n%s", seat.name, len(said), seat.dump())
			}
		}
	})
}

// TestIRCOnTheSharedPort: the greeting of the text protocol is one odd line, and it goes on.
func TestIRCOnTheSharedPort(t *testing.T) {
	forEachIRC(t, func(t *testing.T, program ircProgram, server *ircServer) {
		ann := teaParty(t, server)
		shared := *server
		shared.irc, shared.tls = server.text, server.textTLS
		alice := program.open(t, &shared)
		alice.shows("#lobby", alice.joined, "alice")
		alice.types("#lobby", "good morning")
		ann.hears(`\* all alice: good morning`)
		ann.says("/all you are early")
		alice.shows("#lobby", alice.said, "ann", "you are early")
	})
}
