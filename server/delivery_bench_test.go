package server

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"testing"

	"parley/commands"
	"parley/protocol"
	"parley/storage"
)

// textOnly are the formats of sessions that all speak text.
var textOnly = commands.Formats{protocol.Text}

const roomLine = "* all alice: a line of some length, as people write them in a chat all day long\r\n"

var roomText = []byte("a line of some length, as people write them in a chat all day long")

// hall is a lobby with readers who have logged in over loopback.
type hall struct {
	server  *testServer
	shard   *shard
	readers []*user
	next    commands.Delivery
	lobby   storage.ID
}

func newHall(t testing.TB, members int) *hall {
	h := &hall{server: start(t)}
	h.shard = h.server.shards[0]
	for i := range members {
		h.readers = append(h.readers, h.server.join(fmt.Sprintf("reader%d", i)))
	}
	h.server.onLoop(h.shard, func() {
		for room := range h.shard.audiences {
			h.lobby = room
		}
	})
	return h
}

// say does on the loop what a commit of so many lobby messages leads to: a delivery, the bell, and one write for each member.
func (h *hall) say(lines int) {
	for range lines {
		h.next.Say(h.lobby, &protocol.Event{Room: protocol.LobbyName, From: "alice", Text: roomText}, textOnly)
	}
	h.shard.Deliver(&h.next)
	h.shard.Rung()
}

// tell does on the loop what a commit of a private message to each member leads to.
func (h *hall) tell(number int64) {
	e := protocol.Event{Kind: protocol.PrivateMessage, Number: number, From: "alice", With: "bob", Text: roomText}
	for _, c := range h.shard.audiences[h.lobby].members {
		h.next.Private(&c.chat.session, c.chat.account, &e)
	}
	h.shard.Deliver(&h.next)
	h.shard.Rung()
}

// TestDeliveryAllocatesNothing counts whole allocations for each delivery, as a benchmark does.
func TestDeliveryAllocatesNothing(t *testing.T) {
	const members, runs = 50, askAfter / 2 // fewer than have the client's TCP asked for its acks, which makes the store work
	h := newHall(t, members)
	number := int64(1 << 40)
	h.server.onLoop(h.shard, func() {
		for _, c := range h.shard.conns {
			c.timers.after(timerAcks, 1<<40) // nor is it asked because of the time
		}
	})
	for name, deliver := range map[string]func(){
		"a lobby message":          func() { h.say(1) },
		"many lobby messages":      func() { h.say(10) },
		"a private message to all": func() { number++; h.tell(number) },
	} {
		h.server.onLoop(h.shard, func() {
			if each := testing.AllocsPerRun(runs, deliver) / members; each >= 0.5 {
				t.Errorf("%s: %v allocations for each delivery", name, each)
			}
		})
		for _, u := range h.readers {
			u.ask("/ping " + name)
		}
	}
}

// BenchmarkRoom measures a delivery to one member: written message by message, and as many as gather under load at once.
// The cost of the readers is in it.
func BenchmarkRoom(b *testing.B) {
	for _, joined := range []int{1, 64} {
		b.Run(fmt.Sprintf("%dtogether", joined), func(b *testing.B) { benchmarkRoom(b, joined) })
	}
}

func benchmarkRoom(b *testing.B, joined int) {
	const members, round = 100, 64
	h := newHall(b, members)
	var reading sync.WaitGroup
	rounds := make([]chan struct{}, members)
	for i, u := range h.readers {
		rounds[i] = make(chan struct{}, 1)
		defer close(rounds[i])
		go func() {
			buf := make([]byte, round*len(roomLine))
			for range rounds[i] {
				if _, err := io.ReadFull(u.in, buf); err != nil || !bytes.HasSuffix(buf, []byte(roomLine)) {
					b.Errorf("reader %d: %v", i, err)
				}
				reading.Done()
			}
		}()
	}
	said := make(chan struct{})
	speak := func() {
		for n := 0; n < round; n += joined {
			h.say(joined)
		}
		said <- struct{}{}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += members * round {
		reading.Add(members)
		for _, r := range rounds {
			r <- struct{}{}
		}
		h.shard.call(speak)
		<-said
		reading.Wait()
	}
	b.StopTimer()
}
