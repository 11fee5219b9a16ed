package server

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// A crowd talks on four loops: in the lobby, in a room and to each other, as text, JSON and IRC, with TLS and without, while others come and go, are kicked,
// change their password and are removed. By the numbers of the messages every session must have heard all that concerns it, each message once and in the
// one order, with its own answers in the places of what it has said. At the end nothing waits in an inbox but what is for somebody who was never here.
func TestCrowdOnFourLoops(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { crowdOnFourLoops(t, func(*setup) {}) })
	t.Run("redis", func(t *testing.T) {
		url := storagetest.StartRedis(t).URL()
		crowdOnFourLoops(t, func(o *setup) { o.redis = url })
	})
}

func crowdOnFourLoops(t *testing.T, choose func(*setup)) {
	s := startSecure(t, ircPorts, choose, func(o *setup) {
		o.Shards, o.IRC.ListenTLS, o.StopTime = 4, []string{"127.0.0.1:0"}, time.Minute
	})
	host := s.join("host")
	host.ask("/join #tea")
	s.join("absent").Close()
	all := s.talkers()
	s.wantPeopleEverywhere()
	calm := s.trouble(host)
	var talking sync.WaitGroup
	for i, w := range all {
		talking.Go(func() { w.talk(rand.New(rand.NewPCG(15, uint64(i))), i) })
	}
	talking.Wait()
	calm()
	host.ask("/all " + lastWords)
	var said []*message
	numbers := map[string]int64{}
	for _, w := range all {
		w.hear(func() bool { return w.atEnd })
		said = append(said, w.said...)
		w.note(t, numbers)
	}
	reader := s.joinSecure("absent")
	reader.hasWaited(said, numbers)
	for i, w := range all {
		w.check(t, i, said, numbers)
	}
	for _, w := range append(all, &talker{user: reader, name: "absent"}) {
		if w.say("/quit"); w.dialect == speaksIRC {
			w.say("QUIT")
		}
		w.rest()
		w.Close()
	}
	for _, name := range []string{"absent", "text0", "text1", "json0", "json1", "irc0", "irc1"} {
		u := s.dial()
		u.say("/login " + name + " " + password)
		u.want("+ login " + name + " waiting=0 ")
	}
}

// talkers are those who talk, in #tea: two sessions of each account as text and two in JSON, and two clients of IRC; every other one with TLS.
func (s *secureServer) talkers() (all []*talker) {
	for i := range 2 {
		text, json := fmt.Sprint("text", i), fmt.Sprint("json", i)
		for _, u := range []*user{s.join(text), s.joinSecure(text)} {
			u.ask("/join #tea")
			all = append(all, &talker{user: u, dialect: speaksText, name: text})
		}
		for _, u := range []*user{s.join(json), s.joinSecure(json)} {
			u.ask("/join #tea")
			u.say("/format json")
			u.until(`"command":"format"`)
			all = append(all, &talker{user: u, dialect: speaksJSON, name: json})
		}
	}
	s.join("irc0").Close()
	s.join("irc1").Close()
	for i, u := range []*user{s.dialIRC(), s.secureUser(s.dialAt("tcp", s.IRCTLSAddrs()[0].String()).Conn)} {
		name := fmt.Sprint("irc", i)
		u.say("CAP REQ :sasl echo-message", "AUTHENTICATE PLAIN", "AUTHENTICATE "+saslPlain(name), "NICK "+name, "USER "+name+" 0 * "+name, "CAP END", "JOIN #tea")
		u.until(" 366 " + name + " #tea ")
		all = append(all, &talker{user: u, dialect: speaksIRC, name: name})
	}
	return all
}

// trouble has others come and go, and be kicked, changed and removed, until the function is called that it returns.
func (s *secureServer) trouble(host *user) (calm func()) {
	stop, over := make(chan struct{}), sync.WaitGroup{}
	for _, make := range []func(round int){
		func(round int) { s.comeAndGo("comer", round) },
		func(round int) { s.comeAndGo("goer", round+1) },
		func(round int) { host.ask(fmt.Sprintf("/kick #tea %s", []string{"comer", "goer"}[round%2])) },
		s.changePassword,
		s.removeSomebody,
	} {
		over.Go(func() {
			for round := 0; ; round++ {
				make(round)
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	return func() {
		close(stop)
		over.Wait()
	}
}

// hasWaited reads what was said to somebody absent. It must be all of it, with the numbers that it had for others.
func (u *user) hasWaited(said []*message, numbers map[string]int64) {
	u.t.Helper()
	left := map[string]int{}
	for _, m := range said {
		if m.to == "absent" {
			left[m.text]++
		}
	}
	for range left {
		line := u.want("* msg ")
		text := crowdMark.FindString(line)
		if left[text]--; left[text] != 0 {
			u.t.Errorf("what has waited comes again, or was never said: %s", line)
		}
		if at := field(line, 3); numbers[text] == 0 {
			numbers[text] = at
		} else if numbers[text] != at {
			u.t.Errorf("%s has the number %d in the inbox, and was %d", text, at, numbers[text])
		}
	}
}

// wantPeopleEverywhere wants each loop to have somebody who is in a room.
func (s *testServer) wantPeopleEverywhere() {
	s.t.Helper()
	for _, sh := range s.shards {
		s.onLoop(sh, func() {
			if len(sh.audiences) == 0 {
				s.t.Errorf("nobody is on loop %d", sh.place)
			}
		})
	}
}

// comeAndGo has somebody come, with TLS every other time, join, and leave in one way or another.
func (s *secureServer) comeAndGo(name string, round int) {
	u := s.dial()
	if round%2 == 0 {
		u = s.secureUser(s.dialAt("tcp", s.secureAddr()).Conn)
		u.want("* hello ")
	}
	u.enter(name)
	u.ask("/join #tea")
	u.ask("/msg text0 hello")
	switch round % 3 {
	case 0:
		u.ask("/leave #tea")
		u.say("/quit")
		u.rest()
	case 1:
		u.ask("/logout")
	}
	u.Close()
}

// changePassword does so in one session. The others end, wherever they are.
func (s *secureServer) changePassword(round int) {
	name := fmt.Sprint("changer", round)
	one, others := s.join(name), []*user{s.join(name), s.joinSecure(name), s.join(name)}
	one.say("/passwd", password, "another horse")
	for line := ""; line != "+ passwd"; line = one.line() {
		if strings.HasPrefix(line, "-") {
			s.t.Errorf("a password is not changed: %s", line)
			return
		}
	}
	for _, u := range others {
		u.wantLast("! replaced")
	}
	one.ask("/msg text1 hello")
	one.Close()
}

// removeSomebody removes an account that has sessions on several loops.
func (s *secureServer) removeSomebody(round int) {
	name := fmt.Sprint("mortal", round)
	sessions := []*user{s.join(name), s.joinSecure(name), s.joinSecure(name)}
	sessions[0].ask("/join #tea")
	s.operate(storage.Ask{Kind: storage.Remove, Account: s.accountID(name)})
	for _, u := range sessions {
		u.wantLast("! removed")
	}
}

// wantLast reads up to the end, whose last line must begin so.
func (u *user) wantLast(prefix string) {
	u.t.Helper()
	if lines := u.rest(); len(lines) == 0 || !strings.HasPrefix(lines[len(lines)-1], prefix) {
		u.t.Errorf("the last line is not %s: %q", prefix, lines[max(0, len(lines)-3):])
	}
	u.Close()
}

// dialect is what a talker speaks.
type dialect int

const (
	speaksText dialect = iota
	speaksJSON
	speaksIRC
)

// message is one that a talker has said.
type message struct{ from, to, text string }

// talker is a session that says messages and keeps what it hears.
type talker struct {
	*user
	dialect  dialect
	name     string
	said     []*message
	answered int
	heard    []heardMessage
	atEnd    bool // it has heard the last words
}

// heardMessage is one that it has heard, or been answered: in text and JSON with its number.
type heardMessage struct {
	text   string
	number int64
}

// Each text is one of its kind.
var (
	crowdMark = regexp.MustCompile(`~\w+~`)
	jsonsNum  = regexp.MustCompile(`"number":(\d+)`)
)

const lastWords = "~last~"

// talk says messages, at first one after the other and then several at once.
func (w *talker) talk(r *rand.Rand, id int) {
	const calm, lines = 10, 60
	people := []string{"text0", "text1", "json0", "json1", "irc0", "irc1", "absent"}
	for len(w.said) < lines {
		var packet []string
		for range 1 + r.IntN(8) {
			m := &message{w.name, "#lobby", fmt.Sprintf("~%d_%d~", id, len(w.said))}
			switch r.IntN(4) {
			case 0:
				m.to = "#tea"
			case 1, 2:
				to := people[r.IntN(len(people))]
				// Between two IRC clients nobody would know the number.
				if to != w.name && (w.dialect != speaksIRC || !strings.HasPrefix(to, "irc")) {
					m.to = to
				}
			}
			w.said = append(w.said, m)
			packet = append(packet, w.dialect.says(m))
			if len(w.said) < calm {
				break
			}
		}
		w.say(packet...)
		w.hear(func() bool { return w.answered == len(w.said) })
	}
}

// says is how a message is said.
func (d dialect) says(m *message) string {
	switch d {
	case speaksJSON:
		return fmt.Sprintf(`{"do":"msg","to":"%s","text":"%s"}`, m.to, m.text)
	case speaksIRC:
		return fmt.Sprintf("PRIVMSG %s :%s", m.to, m.text)
	default:
		return fmt.Sprintf("/msg %s %s", m.to, m.text)
	}
}

// hear reads lines until something is true.
func (w *talker) hear(done func() bool) {
	for !done() {
		line := w.line()
		text, number, own := crowdMark.FindString(line), int64(0), false
		switch w.dialect {
		case speaksText:
			own = strings.HasPrefix(line, "+ ")
			if strings.HasPrefix(line, "* msg ") || own {
				number = field(line, 3)
			}
			if strings.HasPrefix(line, "- ") {
				w.t.Errorf("%s is told %s", w.name, line)
			}
		case speaksJSON:
			own = strings.HasPrefix(line, `{"type":"done"`)
			if found := jsonsNum.FindStringSubmatch(line); found != nil {
				number, _ = strconv.ParseInt(found[1], 10, 64)
			}
			if strings.HasPrefix(line, `{"type":"failed"`) {
				w.t.Errorf("%s is told %s", w.name, line)
			}
		case speaksIRC:
			own = strings.HasPrefix(line, ":"+w.name+"!") && text != ""
		}
		if own {
			want := w.said[w.answered].text
			if w.answered++; w.dialect == speaksIRC && text != want {
				w.t.Errorf("%s is shown %s in place of %s", w.name, line, want)
			}
			text = want
		}
		if w.atEnd = w.atEnd || text == lastWords; text != "" && text != lastWords {
			w.heard = append(w.heard, heardMessage{text, number})
		}
	}
}

// field is one of a line's words as a number, 0 if it is none.
func field(line string, at int) int64 {
	words := strings.Fields(line)
	if at >= len(words) {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSuffix(words[at], ":"), 10, 64)
	return n
}

// note takes over the numbers of messages. All must have heard the same.
func (w *talker) note(t *testing.T, numbers map[string]int64) {
	for _, m := range w.heard {
		if known := numbers[m.text]; m.number > 0 && known > 0 && known != m.number {
			t.Errorf("%s has the numbers %d and %d", m.text, known, m.number)
		} else if m.number > 0 {
			numbers[m.text] = m.number
		}
	}
}

// check wants it to have heard all that concerns it, in the order of the numbers.
func (w *talker) check(t *testing.T, id int, said []*message, numbers map[string]int64) {
	var want, got []string
	for _, m := range said {
		if m.to[0] == '#' || m.from == w.name || m.to == w.name {
			want = append(want, m.text)
		}
	}
	slices.SortFunc(want, func(a, b string) int { return int(numbers[a] - numbers[b]) })
	for _, m := range w.heard {
		got = append(got, m.text)
	}
	if !slices.Equal(got, want) {
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		t.Errorf("session %d, of %s, has heard %d messages\n%s\nwant %d\n%s", id, w.name, len(got), around(got, at), len(want), around(want, at))
	}
}
