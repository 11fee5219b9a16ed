package baseline

import (
	"fmt"
	"testing"
)

// rooms is the load of BenchmarkLobby and BenchmarkRooms.
type rooms struct {
	*load
	all []*room
}

// BenchmarkLobby has four members speak, each with so many messages in flight. A message is in flight until every member
// has heard it and its speaker has the answer. One operation is one delivery.
func BenchmarkLobby(b *testing.B) {
	for _, members := range []int{100, 1000} {
		for _, inFlight := range []int{1, 64} {
			for _, t := range targets {
				workload := fmt.Sprintf("%dmembers/%dwindow", members, inFlight)
				b.Run(t.name+"/"+workload, func(b *testing.B) {
					r := &rooms{load: newLoad(b, t, grouping{}, members)}
					r.open(r.peers, speakers, inFlight, "/all ")
					measure(b, t.name, "Lobby/"+workload, r.deliveries)
					r.finish()
				})
			}
		}
	}
}

// BenchmarkObjects is BenchmarkLobby where all speak JSON. The baseline does not know it.
func BenchmarkObjects(b *testing.B) {
	benchmarkFormat(b, "Objects", grouping{objects: true}, `{"do":"all","text":"`, "\"}\n")
}

// BenchmarkIRC is BenchmarkLobby where all speak IRC.
func BenchmarkIRC(b *testing.B) {
	benchmarkFormat(b, "IRC", grouping{irc: true}, "PRIVMSG #lobby :", "\n")
}

// benchmarkFormat is BenchmarkLobby where all speak a format in which a text stands between these.
func benchmarkFormat(b *testing.B, title string, g grouping, before, behind string) {
	const members = 1000
	for _, inFlight := range []int{1, 64} {
		for _, t := range targets {
			if !t.chat() {
				continue
			}
			workload := fmt.Sprintf("%dmembers/%dwindow", members, inFlight)
			b.Run(t.name+"/"+workload, func(b *testing.B) {
				r := &rooms{load: newLoad(b, t, g, members)}
				r.open(r.peers, speakers, inFlight, before)
				r.all[0].behind = behind
				measure(b, t.name, title+"/"+workload, r.deliveries)
				r.finish()
			})
		}
	}
}

// BenchmarkRooms has a thousand members in rooms of ten. All rooms are busy: one member of each speaks, in the way of BenchmarkLobby.
func BenchmarkRooms(b *testing.B) {
	const members, size = 1000, 10
	for _, inFlight := range []int{1, 64} {
		for _, t := range targets {
			workload := fmt.Sprintf("%dof%d/%dwindow", members/size, size, inFlight)
			b.Run(t.name+"/"+workload, func(b *testing.B) {
				r := &rooms{load: newLoad(b, t, grouping{room: size}, members)}
				for i := 0; i < members; i += size {
					r.open(r.peers[i:i+size], 1, inFlight, "/msg "+roomName(i/size)+" ")
				}
				measure(b, t.name, "Rooms/"+workload, r.deliveries)
				r.finish()
			})
		}
	}
}

// open makes a room of some clients, the first of which speak. Nothing may be under way to them.
func (r *rooms) open(members []*peer, speakers, inFlight int, command string) {
	one := &room{load: r.load, members: members, speakers: speakers, inFlight: inFlight, behind: "\n"}
	if r.target.chat() {
		one.command = command
	}
	for _, p := range members {
		p.room, p.listener, p.speaker = one, listener{}, speaker{}
	}
	r.all = append(r.all, one)
}

// deliveries has the speakers speak and returns how many deliveries there were since the last time, at least one.
func (r *rooms) deliveries() (arrived int) {
	for arrived == 0 {
		for _, one := range r.all {
			one.speak()
		}
		r.wait(take)
		for _, one := range r.all {
			arrived += one.arrived
			one.arrived = 0
		}
	}
	return arrived
}

func take(p *peer, in []byte) { p.room.take(p, in) }

// finish sees that nothing was lost, and that all have heard one order.
func (r *rooms) finish() {
	for _, one := range r.all {
		for _, p := range one.members[:one.speakers] {
			for p.inFlight > 0 {
				r.wait(take)
			}
		}
		for _, p := range one.members[:one.speakers] {
			if p.order != one.order {
				r.b.Errorf("%s has heard another order than the others in its room", name(p.number))
			}
		}
	}
}
