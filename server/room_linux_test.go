package server

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"parley/commands"
	"parley/protocol"
	"parley/server/internal/admission"
	"parley/server/internal/evloop"
	"parley/storage"
)

// To say something in a room allocates nothing, however many are in it.
func TestRoomTakesNoMemory(t *testing.T) {
	const members, room = 200, 7
	s := newRooms(t)
	var ends []int
	for range members {
		ends = append(ends, s.member(room).end)
	}
	line := []byte("* all alice: hello\r\n")
	event := protocol.Event{Room: protocol.LobbyName, From: "alice", Text: []byte("hello")}
	var d commands.Delivery
	buf := make([]byte, 2*len(line))
	allocations := testing.AllocsPerRun(100, func() {
		d.Say(room, &event, textOnly)
		s.announce(&d)
		s.sayRest(&d)
		d.Reset()
		for _, fd := range ends {
			if n, err := unix.Read(fd, buf); err != nil || string(buf[:n]) != string(line) {
				t.Fatalf("%q, %v", buf[:n], err)
			}
		}
	})
	if allocations > 0 {
		t.Errorf("%v allocations for %d deliveries", allocations, members)
	}
}

// rooms is a shard without a loop: the test's goroutine stands for it.
type rooms struct {
	*shard
	t testing.TB
}

func newRooms(t testing.TB) rooms {
	return rooms{newShard(testConfig(t), admission.New(admission.Config{}), nil, newMetrics(nil), nil), t}
}

// member is a connection and the client's end of its socket, where each write is a packet.
type member struct {
	*conn
	end int
}

// member makes a connection that hears some rooms.
func (s rooms) member(in ...storage.ID) member {
	s.t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		unix.Close(pair[0])
		unix.Close(pair[1])
	})
	c := s.newConn(evloop.Accepted{FD: pair[0]})
	s.add(c)
	for _, room := range in {
		s.join(c, room)
	}
	return member{c, pair[1]}
}

// say says one thing after the other, each given as "ROOM text", and calls enter, unless it is nil, behind the first of them.
func (s rooms) say(enter func(d *commands.Delivery), said ...string) {
	var d commands.Delivery
	for _, what := range said {
		room, text, _ := strings.Cut(what, " ")
		id, _ := strconv.ParseInt(room, 10, 64)
		d.Say(storage.ID(id), &protocol.Event{Room: "#" + room, From: "alice", Text: []byte(text)}, textOnly)
	}
	s.announce(&d)
	if enter != nil {
		enter(&d)
	}
	s.sayRest(&d)
}

// hears wants a member to have been sent the texts of these events, in this order and by one write, and nothing else.
func (m member) hears(t *testing.T, want ...string) {
	t.Helper()
	m.flush()
	b := make([]byte, 64<<10)
	n, _ := unix.Read(m.end, b)
	var got []string
	for line := range strings.Lines(string(b[:max(0, n)])) {
		head, text, _ := strings.Cut(strings.TrimSuffix(line, "\r\n"), ": ")
		got = append(got, strings.TrimPrefix(strings.Fields(head)[2], "#")+" "+text)
	}
	if !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
	if n, err := unix.Read(m.end, b); err == nil {
		t.Errorf("heard more by a further write: %q", b[:n])
	}
}

// Whoever is in several rooms hears everything in the one order, and each thing once.
func TestRoomsAreHeardInOneOrder(t *testing.T) {
	s := newRooms(t)
	both, one, three := s.member(7, 8), s.member(8), s.member(9, 8, 7)
	s.say(nil, "7 a", "8 b", "7 c", "8 d", "8 e", "7 f")
	both.hears(t, "7 a", "8 b", "7 c", "8 d", "8 e", "7 f")
	one.hears(t, "8 b", "8 d", "8 e")
	three.hears(t, "7 a", "8 b", "7 c", "8 d", "8 e", "7 f")
	s.say(nil, "9 g", "7 h", "9 i")
	both.hears(t, "7 h")
	one.hears(t)
	three.hears(t, "9 g", "7 h", "9 i")
}

// Whoever is in a hundred rooms, in all of which something is said, hears all of it by one write.
func TestHundredRoomsAreOneWrite(t *testing.T) {
	s := newRooms(t)
	var all []storage.ID
	for room := range storage.ID(100) {
		all = append(all, room+1)
	}
	everywhere, first, last := s.member(all...), s.member(all[:50]...), s.member(all[50:]...)
	for range 2 {
		var said []string
		for turn := range 2 {
			for _, room := range all {
				said = append(said, fmt.Sprintf("%d text%d", (int(room)*7+turn)%100+1, len(said)))
			}
		}
		s.say(nil, said...)
		everywhere.hears(t, said...)
		first.hears(t, inRooms(said, 1, 50)...)
		last.hears(t, inRooms(said, 51, 100)...)
	}
}

// inRooms returns what was said in the rooms from first to last.
func inRooms(said []string, first, last int) (there []string) {
	for _, what := range said {
		room, _, _ := strings.Cut(what, " ")
		if id, _ := strconv.Atoi(room); first <= id && id <= last {
			there = append(there, what)
		}
	}
	return there
}

// BenchmarkRoomsOfAMember measures what one message costs a member of so many rooms, where something is said in each of them.
func BenchmarkRoomsOfAMember(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := newRooms(b)
			var d commands.Delivery
			var all []storage.ID
			for room := range storage.ID(n) {
				all = append(all, room+1)
				d.Say(room+1, &protocol.Event{Room: "#room", From: "alice", Text: roomText}, textOnly)
			}
			m := s.member(all...)
			buf := make([]byte, 256<<10)
			for b.Loop() {
				s.announce(&d)
				s.sayRest(&d)
				m.flush()
				if _, err := unix.Read(m.end, buf); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/message")
		})
	}
}

// Whoever leaves takes nobody else's place along.
func TestSeatsInAudiences(t *testing.T) {
	s := newRooms(t)
	a, b, c := s.member(7, 8), s.member(7), s.member(8, 7)
	s.leaveRooms(a.conn) // c has its place now
	s.leaveRooms(a.conn)
	s.say(nil, "7 one", "8 one")
	a.hears(t)
	b.hears(t, "7 one")
	c.hears(t, "7 one", "8 one")
	s.leaveRooms(c.conn)
	s.say(nil, "7 two", "8 two")
	b.hears(t, "7 two")
	c.hears(t)
	s.leaveRooms(b.conn)
	s.say(nil, "7 three")
	b.hears(t)
	if len(s.audiences) != 0 {
		t.Errorf("there are %d audiences without members", len(s.audiences))
	}
}

// A login has its place between the events of a delivery: what was said before it is not heard, what is said behind it is.
func TestWhoeverComesInHearsWhatFollows(t *testing.T) {
	s := newRooms(t)
	here, comes := s.member(7), s.member()
	s.say(func(d *commands.Delivery) {
		comes.chat.Enter(5, []storage.ID{7, 8}, d, 1)
	}, "7 before", "7 behind", "8 behind")
	here.hears(t, "7 before", "7 behind")
	comes.hears(t, "7 behind", "8 behind")
	s.say(nil, "8 next")
	comes.hears(t, "8 next")
}

// What was not acknowledged by a logout is not looked at any more: it would count for whoever logs in next.
func TestAcksAreOfTheAccount(t *testing.T) {
	s := start(t)
	u := s.join("alice")
	c := s.conn("alice")
	s.onLoop(c.shard, func() { c.unacknowledged().marks = []mark{{end: 1 << 60, number: 1 << 40}} })
	u.ask("/logout")
	s.onLoop(c.shard, func() {
		if c.acks.waits() {
			t.Errorf("%v are still waited for", c.acks.marks)
		}
	})
}
