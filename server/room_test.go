package server

import (
	"testing"

	"golang.org/x/sys/unix"

	"parley/commands"
	"parley/protocol"
	"parley/server/internal/admission"
	"parley/server/internal/evloop"
)

// To say something in a room allocates nothing, however many are in it.
func TestRoomTakesNoMemory(t *testing.T) {
	const members, room = 200, 7
	s := newShard(testConfig(t), admission.New(admission.Config{}), nil, nil)
	var ends []int
	for range members {
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			unix.Close(pair[0])
			unix.Close(pair[1])
		})
		ends = append(ends, pair[1])
		c := s.newConn(evloop.Accepted{FD: pair[0]})
		s.add(c)
		s.join(c, room)
	}
	line := []byte("* all alice: hello\r\n")
	event := protocol.Event{Room: protocol.LobbyName, From: "alice", Text: []byte("hello")}
	var d commands.Delivery
	buf := make([]byte, 2*len(line))
	allocations := testing.AllocsPerRun(100, func() {
		d.Say(room, &event)
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
