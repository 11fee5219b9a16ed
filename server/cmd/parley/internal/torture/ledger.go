package torture

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// lobby is the name of the room that everybody reads, where a person's name would stand.
const lobby = ""

// sent is a message that somebody has said, and what they were told about it.
type sent struct {
	from, to string // to is lobby or a name
	text     string // unique in a run
	run      int    // of the server; grows with each start
	asked    time.Time
	answered time.Time // zero: the answer was never read
	number   int64     // if it was kept
	code     string    // if it was refused
}

func (s *sent) kept() bool    { return !s.answered.IsZero() && s.code == "" }
func (s *sent) refused() bool { return s.code != "" }

// seen is a message as a client has read it.
type seen struct {
	from, text string
	number     int64 // 0 in the lobby, where readers are told none
}

// sitting is one connection from its login to its end, as its client saw it.
type sitting struct {
	number  int // from 0
	who     string
	private []seen
	lobby   []seen
}

// room is what /history has shown of the lobby or of a conversation.
type room struct {
	rows     map[int64]seen
	newest   int64      // the highest number of rows
	holes    [][2]int64 // numbers between these fell out of the history before they were read
	disorder []string   // pages that contradict themselves or each other
	due      int        // messages asked for since it was last read
}

// ledger is all that clients have said, been told and seen. It may be used from any goroutine until the verdict.
type ledger struct {
	mu       sync.Mutex
	sent     []*sent
	sittings []*sitting
	rooms    map[string]*room
	killed   map[int]bool // runs of the server that ended by kill -9
	odd      []Breach     // what a client has noticed by itself
	did      map[fault]int
	diary    io.Writer // everything, a line each as it happened: to find out how a breach came about
}

func newLedger(diary io.Writer) *ledger {
	return &ledger{rooms: map[string]*room{}, killed: map[int]bool{}, did: map[fault]int{}, diary: diary}
}

// write adds a line to the diary. The caller holds the lock.
func (l *ledger) write(format string, args ...any) {
	fmt.Fprintf(l.diary, time.Now().Format(clock)+" "+format+"\n", args...)
}

// clock is how times are shown.
const clock = "15:04:05.000"

// count notes that a fault was done, and to whom or for how long.
func (l *ledger) count(what fault, how string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.did[what]++
	l.write("%s: %s", what, how)
}

// tell adds a line to the diary.
func (l *ledger) tell(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.write(format, args...)
}

// note keeps a breach that needs no further proof.
func (l *ledger) note(b Breach) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.odd = append(l.odd, b)
	l.write("%s: %s", b.Kind, b.Evidence)
}

// noticed is what has been noted.
func (l *ledger) noticed() []Breach {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.odd)
}

// ask notes a message that is about to be said.
func (l *ledger) ask(s *sent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.asked = time.Now()
	l.sent = append(l.sent, s)
	l.room(roomOf(s)).due++
	l.write("%s says %s to %s", s.from, clip(s.text), nameOf(s.to))
}

// due says that the history of a room should be read before long.
func (l *ledger) due(name string, messages int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.room(name).due += messages
}

// takeDue reports whether so much was said in a room that its history should be read, and leaves that to the caller.
func (l *ledger) takeDue(name string, messages int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.room(name)
	if r.due < messages {
		return false
	}
	r.due = 0
	return true
}

// answer notes what the author was told: a number, or the code of a refusal.
func (l *ledger) answer(s *sent, number int64, code string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.answered, s.number, s.code = time.Now(), number, code
	l.write("%s is answered for %s: %d %s", s.from, clip(s.text), number, code)
}

// sit begins a sitting.
func (l *ledger) sit(who string) *sitting {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &sitting{number: len(l.sittings), who: who}
	l.sittings = append(l.sittings, s)
	l.write("%s's session %d begins", who, s.number)
	return s
}

// saw notes what a client has read: in the lobby, where messages come without a number, or to itself.
func (l *ledger) saw(s *sitting, m seen) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.number == 0 {
		s.lobby = append(s.lobby, m)
	} else {
		s.private = append(s.private, m)
	}
	l.write("%s's session %d shows %s", s.who, s.number, describeRow(m))
}

// kill notes that a run of the server ends by kill -9.
func (l *ledger) kill(run int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.killed[run] = true
	l.write("run %d of the server is killed", run)
}

// newestOf is the highest number that the history of a room has shown.
func (l *ledger) newestOf(name string) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.room(name).newest
}

func (l *ledger) room(name string) *room {
	r := l.rooms[name]
	if r == nil {
		r = &room{rows: map[int64]seen{}}
		l.rooms[name] = r
	}
	return r
}

// read keeps what /history showed when it was paged from its end down to a number or to its beginning. The rows are in
// the order in which they were shown. Whole is false where the number was not reached.
func (l *ledger) read(name string, rows []seen, since int64, whole bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.room(name)
	if !whole && len(rows) > 0 {
		r.holes = append(r.holes, [2]int64{since, rows[0].number})
	}
	last := int64(0)
	for _, row := range rows {
		if row.number <= last {
			r.disorder = append(r.disorder, describeRow(row)+" stands behind a number as high")
		}
		last = row.number
		if before, ok := r.rows[row.number]; ok && before != row {
			r.disorder = append(r.disorder, describeRow(row)+" was "+describeRow(before)+" before")
		}
		r.rows[row.number] = row
		r.newest = max(r.newest, row.number)
	}
}

// inHole reports whether nothing is known about a number.
func (r *room) inHole(number int64) bool {
	return slices.ContainsFunc(r.holes, func(h [2]int64) bool { return h[0] < number && number < h[1] })
}

// conversation names the room of two people.
func conversation(a, b string) string {
	if a > b {
		a, b = b, a
	}
	return a + " " + b
}

// roomOf names the room that a message belongs to.
func roomOf(s *sent) string {
	if s.to == lobby {
		return lobby
	}
	return conversation(s.from, s.to)
}
