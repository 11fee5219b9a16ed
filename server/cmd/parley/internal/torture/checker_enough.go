package torture

import "fmt"

// enough: so much was answered, kept and shown that the run says something about the server.
func (k *checker) enough() {
	answered, all := 0, 0
	kept, shownLive, changed := map[string]int{}, map[string]int{}, map[doing]int{}
	for _, m := range k.messages {
		if !m.answered.IsZero() {
			answered++
		}
		if m.kept() {
			kept[placeOf(m.to)]++
			all++
		}
	}
	between := 0 // shown live on another node than that where it was said
	nodes := map[int]bool{}
	for _, e := range k.epochs {
		nodes[e.node] = true
	}
	k.shown(func(s shown) {
		if s.reader == "" || s.at != "" || s.kind == copyLine {
			return
		}
		shownLive[placeOf(s.room)]++
		if m := k.byText[s.text]; m != nil && k.nodeOf(m.log.epoch) != k.nodeOf(s.epoch) {
			between++
		}
	})
	if len(nodes) > 1 && between == 0 {
		k.breach(TooLittle, "nothing was shown live on another node than that where it was said")
	}
	for _, ch := range k.changes {
		if ch.done() {
			changed[ch.do]++
		}
	}
	said := len(k.messages)
	least := min(kept[toOne], kept[inLobby], shownLive[toOne], shownLive[inLobby])
	if len(k.changes) > 0 { // users know of other rooms
		least = min(least, kept[inRooms], shownLive[inRooms], changed[join])
	}
	if 2*answered < said || 10*all < said || least == 0 {
		k.breach(TooLittle, "of %d messages %d were answered; kept were %s, shown live %s; %d joins were done",
			said, answered, counts(kept), counts(shownLive), changed[join])
	}
}

// Where a message is said.
const (
	toOne   = "private"
	inLobby = "in the lobby"
	inRooms = "in other rooms"
)

// placeOf is the kind of place that a name stands for.
func placeOf(name string) string {
	switch {
	case name == lobby:
		return inLobby
	case isRoom(name):
		return inRooms
	}
	return toOne
}

// counts shows how many there are of each kind of place.
func counts(of map[string]int) string {
	return fmt.Sprintf("%d %s, %d %s, %d %s", of[toOne], toOne, of[inLobby], inLobby, of[inRooms], inRooms)
}
