package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// pace is how often an ordinary user says something: within the ordinary limit of 5 a second, however long it takes.
const pace = 210 * time.Millisecond

// leastSaid is how many messages each user says at least, however short the attack is.
const leastSaid = 8

// couple are two ordinary users who chat while somebody attacks. They must see every message once, in order, and no error.
type couple struct {
	users     [2]*ordinary
	stop      chan struct{}
	talking   sync.WaitGroup
	listening sync.WaitGroup
}

// ordinary is one of them. Every other of its messages goes to the lobby.
type ordinary struct {
	name, other string
	conn        net.Conn
	in          *bufio.Reader

	mu      sync.Mutex
	asked   []moment // when each message was sent
	answers []time.Duration
	waited  []bool // of each message in a storm of logins: whether it waited for hashes
	storm   *loginCounter
	heard   [2]int // messages of the other's: in the lobby, in private
	err     error
}

// moment is a time, how many logins of a storm had been hashed, and how many were not answered.
type moment struct {
	time.Time
	hashed, outstanding int64
}

func (u *ordinary) now() moment {
	answered := u.storm.answered.Load()
	return moment{time.Now(), u.storm.hashed.Load(), u.storm.asked.Load() - answered}
}

// many logins outstanding are so many that a message which has to wait for its turn among them is told from one that has not.
const many = 30

// startChat lets two users in and has them chat until finish.
func startChat(t *testing.T, s *target) *couple {
	t.Helper()
	c := &couple{stop: make(chan struct{})}
	names := [2]string{"alice", "bob"}
	for i, name := range names {
		p := dialAs(t, s.address, name)
		_ = p.conn.SetReadDeadline(time.Time{})
		c.users[i] = &ordinary{name: name, other: names[1-i], conn: p.conn, in: p.in, storm: &s.storm}
	}
	for _, u := range c.users {
		c.listening.Go(u.listen)
		c.talking.Go(func() { u.talk(c.stop) })
	}
	return c
}

// talk says something at each beat of the pace.
func (u *ordinary) talk(stop <-chan struct{}) {
	beat := time.NewTicker(pace)
	defer beat.Stop()
	for n := 0; ; n++ {
		select {
		case <-beat.C:
		case <-stop:
			if n >= leastSaid {
				return
			}
			<-beat.C
		}
		line := fmt.Sprintf("/all planted talk %d\n", n/2)
		if n%2 == 1 {
			line = fmt.Sprintf("/msg %s planted talk %d\n", u.other, n/2)
		}
		if !u.ask() {
			n--
			continue
		}
		_ = u.conn.SetWriteDeadline(time.Now().Add(soon))
		if _, err := u.conn.Write([]byte(line)); err != nil {
			u.fail(err)
			return
		}
	}
}

// ask notes that something is said now, unless much is to be answered yet: people wait then.
func (u *ordinary) ask() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.asked)-len(u.answers) >= 5 && u.err == nil {
		return false
	}
	u.asked = append(u.asked, u.now())
	return true
}

var (
	answerLine = regexp.MustCompile(`^\+ (?:all|msg \w+) (\d+)(?: sent=\d+)?\r\n$`)
	strangers  = regexp.MustCompile(`^\* (?:all|msg) (?:mallory|m\d+)`) // what an attacker says is no matter of theirs
)

// listen checks every line.
func (u *ordinary) listen() {
	lobby := regexp.MustCompile(`^\* all ` + u.other + `: planted talk (\d+)\r\n$`)
	private := regexp.MustCompile(`^\* msg ` + u.other + ` (\d+): planted talk (\d+)\r\n$`)
	for {
		line, err := u.in.ReadString('\n')
		if err != nil {
			u.fail(fmt.Errorf("%w, after %q", err, line))
			return
		}
		u.mu.Lock()
		if m := answerLine.FindStringSubmatch(line); m != nil && len(u.answers) < len(u.asked) {
			u.answeredAt(u.now())
		} else if m := lobby.FindStringSubmatch(line); m != nil && m[1] == strconv.Itoa(u.heard[0]) {
			u.heard[0]++
		} else if m := private.FindStringSubmatch(line); m != nil && m[2] == strconv.Itoa(u.heard[1]) {
			u.heard[1]++
		} else if !strangers.MatchString(line) && u.err == nil {
			u.err = fmt.Errorf("having heard %v of %s: %q", u.heard, u.other, line)
		}
		u.mu.Unlock()
	}
}

// answeredAt notes the answer to the oldest message that has none.
func (u *ordinary) answeredAt(now moment) {
	asked := u.asked[len(u.answers)]
	u.answers = append(u.answers, now.Sub(asked.Time))
	if asked.outstanding >= many {
		u.waited = append(u.waited, now.hashed-asked.hashed >= asked.outstanding/2)
	}
}

func (u *ordinary) fail(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil && !errors.Is(err, net.ErrClosed) {
		u.err = err
	}
}

// complete reports whether everything was answered and all that the other has said was heard, or all is lost.
func (u *ordinary) complete(said int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.err != nil || len(u.answers) == len(u.asked) && u.heard[0]+u.heard[1] == said
}

// saidInStorm counts the messages that were sent in a storm of logins and answered.
func (c *couple) saidInStorm() (n int) {
	for _, u := range c.users {
		u.mu.Lock()
		n += len(u.waited)
		if u.err != nil {
			n = leastSaid // it is over
		}
		u.mu.Unlock()
	}
	return n
}

// waitsForNoHash fails if messages waited for the logins of a storm: for half of the messages, half of the logins in front were hashed before
// the answer came.
func (c *couple) waitsForNoHash(t *testing.T) {
	all, waited := 0, 0
	for _, u := range c.users {
		for _, w := range u.waited {
			all++
			if w {
				waited++
			}
		}
	}
	if waited > 0 && 2*waited >= all {
		t.Errorf("%d of %d messages waited for hashes", waited, all)
	}
}

// finish ends the chat and fails the test if a message was lost, or anything but the chat was seen. It returns how many
// messages there were, and how long an answer took in the middle and at most.
func (c *couple) finish(t *testing.T) (messages int, middle, worst time.Duration) {
	t.Helper()
	close(c.stop)
	c.talking.Wait()
	alice, bob := c.users[0], c.users[1]
	comesTrue(func() bool { return alice.complete(len(bob.asked)) && bob.complete(len(alice.asked)) }) // otherwise the rest says what is missing
	alice.conn.Close()
	bob.conn.Close()
	c.listening.Wait()
	var times []time.Duration
	for i, u := range c.users {
		other := c.users[1-i]
		if u.err != nil || len(u.answers) != len(u.asked) || u.heard[0]+u.heard[1] != len(other.asked) {
			t.Errorf("%s heard %d of %d messages and %d of %d answers: %v", u.name, u.heard[0]+u.heard[1], len(other.asked), len(u.answers), len(u.asked), u.err)
		}
		times = append(times, u.answers...)
	}
	slices.Sort(times)
	if len(times) == 0 {
		return 0, 0, 0
	}
	return len(times), times[len(times)/2], times[len(times)-1]
}
