package server

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"parley/commands"
	"parley/internal/language"
	"parley/protocol"
	"parley/server/internal/admission"
	"parley/server/internal/evloop"
	"parley/storage"
)

// Deliveries at random to connections that are in several rooms, join and leave some, log in and out, change their format, and have commands under
// way, are compared with a model that knows neither rooms' words nor deliveries: each event is written to each member at once. What a connection is sent must be
// the same, and one write for whatever has gathered.
func TestDeliveriesAgainstModel(t *testing.T) {
	for seed := range uint64(300) {
		h := newHouse(t, rand.New(rand.NewPCG(seed, 0)))
		for range 30 {
			h.batch()
			if h.check(); t.Failed() {
				t.Fatalf("seed %d:\n%s", seed, strings.Join(h.diary, "\n"))
			}
		}
		for _, g := range h.guests {
			unix.Close(g.c.out.fd)
			unix.Close(g.peer)
		}
		h.shard.schedule.alarm.Stop()
	}
}

// house is a shard without a loop, and its connections. What it delivers goes through the mailbox, as always.
type house struct {
	t      *testing.T
	rand   *rand.Rand
	shard  *shard
	guests []*guest
	number int64
	now    *commands.Delivery // the one that is applied
	next   commands.Delivery  // what a commit makes; used again and again, as the fan-out does
	said   int32              // events in rooms since the mailbox was emptied
	diary  []string
}

// guest is a connection, and what the model knows of it.
type guest struct {
	c       *conn
	peer    int // the client's end, where each write is a packet
	account storage.ID
	rooms   map[storage.ID]bool
	format  protocol.Format
	working bool
	due     string // to be sent by the next write
	held    string // to be sent when the command has ended
}

const roomCount = 4

func newHouse(t *testing.T, r *rand.Rand) *house {
	h := &house{t: t, rand: r, shard: newShard(testConfig(t), admission.New(admission.Config{}), nil, newMetrics(nil), nil)}
	for range 1 + r.IntN(6) {
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		c := h.shard.newConn(evloop.Accepted{FD: pair[0]})
		c.chat.session.Connection = &c.chat
		h.shard.add(c)
		h.guests = append(h.guests, &guest{c: c, peer: pair[1], rooms: map[storage.ID]bool{}})
	}
	return h
}

// batch has some deliveries gather in the mailbox and then be seen to.
func (h *house) batch() {
	h.begin()
	h.said, h.now = 0, h.shard.next
	for range 1 + h.rand.IntN(3) {
		for range h.rand.IntN(8) {
			h.step(h.guests[h.rand.IntN(len(h.guests))])
		}
		h.shard.Deliver(&h.next)
	}
	h.shard.takeDelivery()
}

// step does one thing that happens to somebody.
func (h *house) step(g *guest) {
	h.number++
	switch what := h.rand.IntN(10); {
	case what < 4:
		h.sayInRoom(g, storage.ID(1+h.rand.IntN(roomCount)))
	case what < 6:
		h.sayPrivately(g)
	case g.working:
		h.finish(g)
	case what == 9:
		h.reformat(g)
	case g.account == 0:
		h.logIn(g)
	case what == 6:
		h.logOut(g)
	}
	switch h.rand.IntN(6) {
	case 0:
		h.joinRoom(g, storage.ID(1+h.rand.IntN(roomCount)))
	case 1:
		h.partRoom(g, storage.ID(1+h.rand.IntN(roomCount)))
	}
}

// begin has some begin a command, as they do when their lines are read: between two deliveries.
func (h *house) begin() {
	for _, g := range h.guests {
		if g.account != 0 && h.rand.IntN(3) == 0 {
			h.note("a command of %d is under way", g.c.out.fd)
			g.working, g.c.chat.working = true, true
		}
	}
}

// sayInRoom says something in a room. If its author can have said it just now, he gets an answer in its place.
func (h *house) sayInRoom(author *guest, room storage.ID) {
	e := protocol.Event{Number: h.number, Room: fmt.Sprint("#room", room), From: "alice", Text: []byte(fmt.Sprint("text ", h.number))}
	own := author.rooms[room] && !author.working && h.rand.IntN(2) == 0
	h.note("%d says %q, own: %v", author.c.out.fd, protocol.Text.AppendEvent(nil, &e), own)
	if own {
		answer := fmt.Sprintf("+ all %d\r\n", h.number)
		author.due += answer
		at := h.said
		h.on(func() {
			author.c.chat.Hear(h.now, at)
			author.c.chat.SkipOwn(h.now, at)
			author.c.chat.outstanding++
			author.c.chat.Answer([]byte(answer))
		})
	}
	for _, g := range h.guests {
		if g.rooms[room] && !(own && g == author) {
			g.shown(string(g.format.AppendEvent(nil, &e)))
		}
	}
	h.next.Say(room, &e, h.formats())
	h.said++
}

// formats are those of the sessions that are logged in, as the chat knows them: a delivery is written in no other ones.
func (h *house) formats() (used commands.Formats) {
	for f := range protocol.Formats {
		if slices.ContainsFunc(h.guests, func(g *guest) bool { return g.format.In(language.English) == f && g.account != 0 }) {
			used = append(used, f)
		}
	}
	return used
}

// reformat has somebody written to in another format or language, logged in or not.
func (h *house) reformat(g *guest) {
	ways := []protocol.Format{protocol.Text, protocol.Text.In(language.Chinese), protocol.Formats - 1}
	g.format = ways[h.rand.IntN(len(ways))]
	format, at := g.format, h.said
	h.note("%d is written to in %v", g.c.out.fd, format)
	h.on(func() {
		g.c.chat.Hear(h.now, at)
		g.c.chat.session.Format = format
	})
}

// sayPrivately says something to somebody, or to the one whose session it was before.
func (h *house) sayPrivately(g *guest) {
	account := h.someAccount(g)
	e := protocol.Event{Kind: protocol.PrivateMessage, Number: h.number, From: "bob", Text: []byte("psst")}
	line := string(g.format.AppendEvent(nil, &e))
	h.note("%d is told %d, account %v", g.c.out.fd, h.number, account)
	at := h.said
	switch {
	case g.format != protocol.Text: // the chat would write it so, but does not know of the change
		h.on(func() {
			g.c.chat.Hear(h.now, at)
			g.c.chat.Private(account, []byte(line), e.Number)
		})
	case h.rand.IntN(2) == 0:
		h.next.Private(&g.c.chat.session, account, &e)
	default:
		h.next.Event(&g.c.chat.session, account, &e)
	}
	if account == g.account {
		g.shown(line)
	}
}

// logIn begins a session in some of the rooms; its answer has not ended yet.
func (h *house) logIn(g *guest) {
	var in []storage.ID
	for room := range storage.ID(roomCount) {
		if h.rand.IntN(3) > 0 {
			in = append(in, room+1)
			g.rooms[room+1] = true
		}
	}
	account, at := storage.ID(h.number), h.said
	g.account, g.working = account, true
	g.due += "+ login\r\n"
	h.note("%d logs in as %d, rooms %v", g.c.out.fd, account, in)
	h.on(func() {
		g.c.chat.Hear(h.now, at)
		g.c.chat.working = true
		g.c.chat.Show([]byte("+ login\r\n"))
		g.c.chat.Enter(account, in, h.now, at)
	})
}

// someAccount is mostly that of the guest. Otherwise it is the one whose session it was before, for which nothing may happen to this one.
func (h *house) someAccount(g *guest) storage.ID {
	if g.account == 0 || h.rand.IntN(4) == 0 {
		return storage.ID(-h.number)
	}
	return g.account
}

// joinRoom has somebody hear a room, also one that he hears already.
func (h *house) joinRoom(g *guest, room storage.ID) {
	account, at := h.someAccount(g), h.said
	h.note("%d hears room %d from now on, account %v", g.c.out.fd, room, account)
	if account == g.account {
		g.rooms[room] = true
	}
	h.on(func() {
		g.c.chat.Hear(h.now, at)
		g.c.chat.HearRoom(account, room, "#room", h.now, at)
	})
}

// partRoom ends that, also where he did not hear it.
func (h *house) partRoom(g *guest, room storage.ID) {
	account, at := h.someAccount(g), h.said
	h.note("%d hears room %d no longer, account %v", g.c.out.fd, room, account)
	if account == g.account {
		delete(g.rooms, room)
	}
	h.on(func() {
		g.c.chat.Hear(h.now, at)
		g.c.chat.PartRoom(account, room, h.now)
	})
}

func (h *house) logOut(g *guest) {
	h.note("%d logs out", g.c.out.fd)
	g.account, g.rooms = 0, map[storage.ID]bool{}
	at := h.said
	h.on(func() {
		g.c.chat.Hear(h.now, at)
		g.c.forgetAcks()
		g.c.chat.account = 0
		h.shard.leaveRooms(g.c)
	})
}

func (h *house) finish(g *guest) {
	h.note("a command of %d ends", g.c.out.fd)
	g.due, g.held, g.working = g.due+"+ done\r\n"+g.held, "", false
	at := h.said
	h.on(func() {
		g.c.chat.Hear(h.now, at)
		g.c.chat.Finish([]byte("+ done\r\n"))
	})
}

// on has something done at this place in the order.
func (h *house) on(f func()) { h.next.Call(f) }

func (h *house) note(format string, args ...any) {
	h.diary = append(h.diary, fmt.Sprintf(format, args...))
}

func (g *guest) shown(line string) {
	if g.working {
		g.held += line
	} else {
		g.due += line
	}
}

// check compares what was written with the model.
func (h *house) check() {
	h.t.Helper()
	h.note("-- seen to")
	buf := make([]byte, 64<<10)
	for _, g := range h.guests {
		g.c.acks = nil // there is no chat to be told
		n, err := unix.Read(g.peer, buf)
		if err != nil {
			n = 0
		}
		if got := string(buf[:n]); got != g.due {
			h.t.Errorf("%d is sent\n%s\nwant\n%s", g.c.out.fd, got, g.due)
		}
		if n, err := unix.Read(g.peer, buf); err == nil {
			h.t.Errorf("%d is sent by a further write: %q", g.c.out.fd, buf[:n])
		}
		g.due = ""
	}
}
