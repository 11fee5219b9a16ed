package commands

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"sync"

	"parley/protocol"
	"parley/storage"
)

// visitor is a connection.
type visitor struct {
	room        *room
	session     Session
	framer      protocol.Framer
	outstanding int
	alone       bool // nothing may follow before the answer
	working     bool
	account     storage.ID           // whose session it is
	rooms       map[storage.ID]int32 // that it hears, and from which event on of the delivery that is being looked at
	heardTo     int32                // event of that
	reached     int64                // up to which number everything has reached the client, as far as the test says so
	invited     []int64              // invitations that it was shown

	mu    sync.Mutex // guards heard
	heard []byte
}

// says sends bytes, and waits for the answers to the lines in them. It returns what was heard meanwhile.
func (v *visitor) says(in string) string {
	v.room.t.Helper()
	v.types(in)
	return v.took()
}

// types is says, and leaves what was heard for later.
func (v *visitor) types(in string) {
	v.room.t.Helper()
	for rest := []byte(in); len(rest) > 0; {
		line, after, ok, err := v.framer.Next(rest)
		rest = after
		v.framer.Reply() // telnet is the connection's business
		if ok {
			v.line(line, err)
		}
	}
	v.waitForAnswers()
}

// asks sends a line and returns the line that ends its answer.
func (v *visitor) asks(line string) string {
	v.room.t.Helper()
	answer := ""
	for heard := range strings.Lines(v.says(line + "\n")) {
		if strings.ContainsAny(heard[:1], "+-") {
			answer = strings.TrimSuffix(heard, "\r\n")
		}
	}
	return answer
}

// wants sends a line and compares how the answer begins.
func (v *visitor) wants(line, prefix string) {
	v.room.t.Helper()
	if got := v.asks(line); !strings.HasPrefix(got, prefix) {
		v.room.t.Fatalf("%s is answered %q, want %q", line, got, prefix)
	}
}

// line is what a connection does with a line.
func (v *visitor) line(line []byte, bad error) {
	v.begin(line, bad)
	if v.working {
		v.room.until("the end of a command", func() bool { return !v.working })
	}
}

// begin is line, without waiting for the answer.
func (v *visitor) begin(line []byte, bad error) {
	out, outcome := v.do(bytes.Clone(line), bad)
	v.hear(out)
	v.follow(outcome)
}

// follow does what follows from what has become of a request.
func (v *visitor) follow(outcome Outcome) {
	switch outcome {
	case Asked, AskedAlone:
		v.outstanding++
		v.alone = outcome == AskedAlone
		v.room.chat.Commit()
	case Working:
		v.working = true
	case Closing:
		v.leave()
	}
}

// sends sends lines, each of which may follow the one before, and does not wait for the answers.
func (v *visitor) sends(lines ...string) {
	for _, line := range lines {
		v.begin([]byte(line), nil)
	}
}

// joins asks for a room, and waits until the store is asked for it; what is asked for is held.
func (v *visitor) joins(room string) {
	v.room.t.Helper()
	before := v.room.queued()
	v.sends("/join " + room)
	v.room.asked(before + 1)
}

func (v *visitor) do(line []byte, bad error) ([]byte, Outcome) {
	chat := v.room.chat
	if v.session.Asking() {
		v.waitForAnswers()
		return chat.Answer(&v.session, line, bad, nil)
	}
	q := v.session.Format.Parse(line, chat)
	if bad != nil {
		q = protocol.Refused(line, bad.(*protocol.Error))
	}
	if v.alone || !chat.MayFollow(&q) {
		v.waitForAnswers()
	}
	return chat.Do(&v.session, &q, v.outstanding > 0, nil)
}

func (v *visitor) waitForAnswers() {
	v.room.until("the answers before", func() bool { return v.outstanding == 0 })
}

func (v *visitor) leave() {
	v.room.chat.Leave(&v.session, v.Leave())
}

func (v *visitor) hear(b []byte) {
	v.mu.Lock()
	v.heard = append(v.heard, b...)
	v.mu.Unlock()
}

// took returns what was heard since the last time.
func (v *visitor) took() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	heard := string(v.heard)
	v.heard = v.heard[:0]
	return heard
}

// isTold reports whether something was heard since the last time, and leaves it.
func (v *visitor) isTold(what string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return bytes.Contains(v.heard, []byte(what))
}

// hears wants these lines to be heard since the last time, in this order and no others. What is wanted is the beginning of a line.
func (v *visitor) hears(want ...string) {
	v.room.t.Helper()
	heard := slices.Collect(strings.Lines(v.took()))
	if !slices.EqualFunc(heard, want, strings.HasPrefix) {
		v.room.t.Errorf("heard\n%swant\n%s\n", strings.Join(heard, ""), strings.Join(want, "\n"))
	}
}

// The methods of Connection.

func (v *visitor) Hear(d *Delivery, at int32) {
	words := map[int32][]byte{}
	for room, from := range v.rooms {
		place, ok := d.Place(room)
		if !ok {
			continue
		}
		said := &d.Rooms()[place]
		for i, place := range said.At {
			if place >= max(from, v.heardTo) && place < at {
				words[place] = said.In(v.session.Format).From(i, i+1)
			}
		}
	}
	for _, place := range slices.Sorted(maps.Keys(words)) {
		v.hear(words[place])
	}
	v.heardTo = max(v.heardTo, at)
}
func (v *visitor) SkipOwn(_ *Delivery, at int32) { v.heardTo = at + 1 }

func (v *visitor) OwnWords(*Delivery, int32) []byte { return nil }
func (v *visitor) Answer(lines []byte) {
	v.hear(lines)
	if v.outstanding--; v.outstanding == 0 {
		v.alone = false
	}
}
func (v *visitor) Show(lines []byte)   { v.hear(lines) }
func (v *visitor) Finish(lines []byte) { v.hear(lines); v.working = false }
func (v *visitor) Conclude(lines []byte) {
	v.Finish(lines)
}
func (v *visitor) WhenHad(f func()) { f() }
func (v *visitor) Enter(account storage.ID, rooms []storage.ID, _ *Delivery, at int32) {
	v.account = account
	for _, room := range rooms {
		v.rooms[room] = at
	}
}
func (v *visitor) HearRoom(account, room storage.ID, _ string, _ *Delivery, at int32) {
	if account == v.account {
		v.rooms[room] = at
	}
}
func (v *visitor) PartRoom(account, room storage.ID, _ *Delivery) {
	if account == v.account {
		delete(v.rooms, room)
	}
}
func (v *visitor) Leave() (heard int64) {
	v.account = 0
	clear(v.rooms)
	return v.reached
}
func (v *visitor) Waiting(lines []byte, _ int64) { v.hear(lines) }
func (v *visitor) WaitingInvited(lines []byte, number int64) {
	v.hear(lines)
	v.invited = append(v.invited, number)
}
func (v *visitor) Event(account storage.ID, lines []byte) {
	if account == v.account {
		v.hear(lines)
	}
}
func (v *visitor) Private(account storage.ID, lines []byte, _ int64) { v.Event(account, lines) }
func (v *visitor) Invited(account storage.ID, lines []byte, number int64) {
	v.Event(account, lines)
	v.invited = append(v.invited, number)
}
func (v *visitor) End(account storage.ID, line *protocol.Line) {
	if account == v.account {
		v.hear(v.session.Format.AppendLine(nil, line))
		v.leave()
	}
}
func (v *visitor) Page(part []byte) bool { v.hear(part); return true }
func (v *visitor) Feed(after int64)      { v.room.chat.Feed(&v.session, after) }
func (v *visitor) SettleAcks()           {}
