package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// scribing is the scribe of the page at work, while others say notes all the time.
type scribing struct {
	t      *testing.T
	server *killable
	cutter *cutter
	home   string
	bot    *process
	random *rand.Rand

	credit chan struct{} // for a note each: the others stay a little ahead of the scribe
	noted  int           // notes that the scribe has kept, as far as we have looked
	said   atomic.Int64  // notes that were kept by the server
	stop   chan struct{}
	talk   sync.WaitGroup
}

// lead is how many notes may be said that the scribe has not kept.
const lead = 20

// TestScribeMissesNothingAndRepeatsNothing has the bot killed, its connection cut, and the server killed, while others talk all the time. In the
// end its notes are what was said, in that order, and it has answered each of them once.
func TestScribeMissesNothingAndRepeatsNothing(t *testing.T) {
	s := startScribing(t)
	for name, to := range map[string]string{"ann": "#desk", "bob": "scribe", "cy": "#lobby"} {
		s.talk.Go(func() { s.notes(name, to) })
	}
	for range 16 {
		s.until(s.noted + s.random.IntN(15))
		switch s.random.IntN(5) {
		case 0:
			s.server.restart()
			s.cutter.leadTo(s.server.address)
		case 1, 2:
			s.cutter.cut(s.random.IntN(600))
		default:
			s.bot.kill()
			<-s.bot.ended
			s.begin()
		}
	}
	close(s.stop)
	s.talk.Wait()
	s.until(int(s.said.Load()))
	s.compare()
	s.endByPassword()
}

// TestScribeNoticesADeadConnection that nobody has closed.
func TestScribeNoticesADeadConnection(t *testing.T) {
	s := startScribing(t)
	ann := newTalker(t, s.home, s.server.address, "ann")
	for i := range 2 {
		if _, _, err := ann.asks(map[string]any{"do": "msg", "to": "scribe", "text": fmt.Sprint("note ", i)}); err != nil {
			t.Fatal(err)
		}
		s.until(i + 1)
		s.cutter.stall()
	}
}

func startScribing(t *testing.T) *scribing {
	t.Helper()
	need(t, "python3")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	s := &scribing{t: t, random: rand.New(rand.NewPCG(seed, 0)), credit: make(chan struct{}, 1<<16), stop: make(chan struct{})}
	s.server = startKillable(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db"), "--message-rate", "unlimited")
	s.cutter = startCutter(t, s.server.address)
	s.home = botHome(t, s.cutter.address())
	s.loseNoTime()
	settle(t, s.server.address, s.home, "ann", "bob", "cy", "scribe")
	write(t, filepath.Join(s.home, "scribe.json"), `{"number": 0, "notes": []}`)
	for range lead {
		s.credit <- struct{}{}
	}
	s.begin()
	return s
}

// loseNoTime has the bot notice a dead connection soon. If it takes a slow one for dead, that does no harm.
func (s *scribing) loseNoTime() {
	s.t.Helper()
	file := filepath.Join(s.home, "chat.py")
	text, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	write(s.t, file, strings.Replace(string(text), "timeout=60", "timeout=2", 1))
}

// begin starts the bot.
func (s *scribing) begin() { s.bot = startAt(s.t, s.home, "python3", "scribe.py") }

// notes has somebody say notes until the end, each once, whatever becomes of the connection, and something else now and then.
func (s *scribing) notes(name, to string) {
	p := newTalker(s.t, s.home, s.cutter.address(), name)
	for i := 1; ; i++ {
		select {
		case <-s.credit:
		case <-s.stop:
			return
		}
		for _, text := range []string{"notes are good", fmt.Sprintf("note %d of %s", i, name)} {
			if _, _, err := p.asks(map[string]any{"do": "msg", "to": to, "text": text, "once": fmt.Sprint(i, text)}); err != nil {
				s.t.Errorf("%s can't say %q: %v", name, text, err)
				return
			}
		}
		s.said.Add(1)
	}
}

// kept is what the scribe has saved.
type kept struct {
	Number int64
	Notes  [][]any // number, author, text
}

// until waits until the scribe has so many notes.
func (s *scribing) until(count int) {
	s.t.Helper()
	enough := func() bool {
		for now := len(s.kept().Notes); s.noted < now; s.noted++ {
			s.credit <- struct{}{}
		}
		select {
		case err := <-s.bot.ended:
			s.t.Fatalf("the scribe ended by itself: %v, %s", err, s.bot.out.String())
		default:
		}
		return s.noted >= count
	}
	if !comesTrue(enough) {
		s.t.Fatalf("the scribe has %d notes and should have %d; it says\n%s", s.noted, count, s.bot.out.String())
	}
}

func (s *scribing) kept() (k kept) {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.home, "scribe.json"))
	if err == nil {
		err = json.Unmarshal(text, &k)
	}
	if err != nil {
		s.t.Fatalf("%v: %s", err, text)
	}
	return k
}

// compare looks at the notes and at the answers to them, beside what the server has.
func (s *scribing) compare() {
	s.t.Helper()
	var said, answered, want []string
	for _, o := range newTalker(s.t, s.home, s.server.address, "scribe").everything() {
		switch {
		case o.From == "scribe":
			answered = append(answered, o.Thread+" "+o.Text)
		case strings.HasPrefix(o.Text, "note "):
			said = append(said, fmt.Sprint(o.Number, " ", o.From, " ", o.Text))
			want = append(want, fmt.Sprintf("%s Note %d is kept.", o.Thread, len(said)))
		}
	}
	var notes []string
	for _, n := range s.kept().Notes {
		notes = append(notes, fmt.Sprintf("%.0f %s %s", n...))
	}
	if len(said) != int(s.said.Load()) {
		s.t.Errorf("%d notes were said, and the server has %d", s.said.Load(), len(said))
	}
	differ(s.t, "the notes", notes, said)
	differ(s.t, "the answers", answered, want)
	s.t.Logf("%d notes", len(notes))
}

// endByPassword sees that the bot does not come back when its owner has changed the password.
func (s *scribing) endByPassword() {
	s.t.Helper()
	self := loginAs(s.t, s.server.address, "scribe")
	self.says("/passwd\n%s\nbattery staple", aPassword)
	self.hears(`\+ passwd`)
	if out, err := s.bot.end(); err == nil || !strings.Contains(out, "The password of this account was changed.") {
		s.t.Errorf("the scribe ended with %v and said %s", err, out)
	}
}
