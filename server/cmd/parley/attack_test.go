package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// attack is something that somebody does to a server while two ordinary users chat.
type attack struct {
	name  string
	flags []string
	run   func(*target) error
	log   string // what the log says of it, if it hits a limit
	stays bool   // the server can't know yet that the attackers are gone
}

var attacks = []attack{
	{name: "slow-loris", flags: []string{"--login-time", "3s"}, run: slowLoris, log: "closed: did not log in"},
	{name: "never-readers", flags: []string{"--outbox", "16KiB"}, run: neverReaders, log: "closed: slow reader"},
	{name: "connect and disconnect storm", run: connectStorm},
	{name: "login storm", run: loginStorm},
	{name: "register storm", run: registerStorm},
	{name: "lines without end", run: endlessLines},
	{name: "TLS and HTTP on the text port", run: notChat, log: "closed: not chat"},
	{name: "telnet negotiation loops", run: telnetLoops},
	{name: "10,000 tags", run: manyTags},
	{name: "a million-line paste", run: millionLines, log: "a limit was hit"},
	{name: "questions without end", run: manyQuestions},
	{name: "a lobby flooded by many", run: lobbyFlood, log: "a limit was hit"},
}

// TestAttacks runs each attack against a server of its own. The attackers come from this machine, so no limit by address keeps them out.
// TestAttacksFromElsewhere tests those limits.
func TestAttacks(t *testing.T) {
	t.Parallel()
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) { a.against(t, startTarget(t, "127.0.0.1:0", a.flags...)) })
	}
}

// against runs an attack while two users chat, and looks at the memory.
func (a *attack) against(t *testing.T, s *target) {
	s.chat = startChat(t, s)
	before, _ := s.memory()
	open := s.descriptors()
	begin := time.Now()
	if err := a.run(s); err != nil {
		t.Errorf("the attacker sees: %v", err)
	}
	took := time.Since(begin)
	messages, middle, worst := s.chat.finish(t)
	after, most := s.memory()
	t.Logf("%v of it; %d messages, answered in %v, at worst %v; memory %d MiB before, %d after, %d at most",
		took.Round(time.Millisecond), messages, middle.Round(time.Microsecond), worst.Round(time.Microsecond), before, after, most)
	if most > mostMemory {
		t.Errorf("the server had %d MiB, more than %d", most, mostMemory)
	}
	s.chat.waitsForNoHash(t)
	if a.log != "" && !s.logs(1, a.log, `"from":"`) && s.logged(a.log, `"from":"`) == 0 {
		t.Errorf("there is no line %q with an address in the log", a.log)
	}
	if !comesTrue(func() bool { return s.descriptors() <= open || a.stays }) {
		t.Fatalf("the attackers are gone, and %d descriptors are open, %d before them", s.descriptors(), open)
	}
}

// intruder is a connection of an attacker.
type intruder struct {
	*net.TCPConn
	in       *bufio.Reader
	patience time.Duration // how long nothing may come
}

// intrude opens a connection.
func (s *target) intrude() (*intruder, error) { return s.intrudeFrom(nil) }

// intrudeFrom opens one from an address of this machine.
func (s *target) intrudeFrom(ip net.IP) (*intruder, error) {
	dialer := net.Dialer{Timeout: soon}
	if ip != nil {
		dialer.LocalAddr = &net.TCPAddr{IP: ip}
	}
	conn, err := dialer.Dial("tcp", s.address)
	if err != nil {
		return nil, err
	}
	i := &intruder{TCPConn: conn.(*net.TCPConn), patience: soon}
	i.in = bufio.NewReader(struct{ io.Reader }{i}) // without WriteTo, which would go around Read
	return i, nil
}

// Read gives up when nothing has come for too long. As long as something comes it goes on, however slow the machine is.
func (i *intruder) Read(b []byte) (int, error) {
	_ = i.SetReadDeadline(time.Now().Add(i.patience))
	return i.TCPConn.Read(b)
}

// send sends bytes as they are.
func (i *intruder) send(text string) error {
	_ = i.SetWriteDeadline(time.Now().Add(soon))
	_, err := io.WriteString(i.TCPConn, text)
	return err
}

// line reads the next line, without its end.
func (i *intruder) line() (string, error) {
	line, err := i.in.ReadString('\n')
	return strings.TrimSuffix(line, "\r\n"), err
}

// ask sends a line and returns the one that ends its answer, or the last one of the connection.
func (i *intruder) ask(line string) (string, error) {
	if err := i.send(line + "\n"); err != nil {
		return "", err
	}
	for {
		line, err := i.line()
		if err != nil || strings.ContainsAny(line[:min(1, len(line))], "+-!") {
			return line, err
		}
	}
}

// rest reads up to the end, however that comes.
func (i *intruder) rest() string {
	text, _ := io.ReadAll(i.in)
	return string(text)
}

// crowd calls f with 0 to n-1, so many at a time, and returns some of the errors.
func crowd(n, atOnce int, f func(i int) error) error {
	var all sync.WaitGroup
	numbers, failed := make(chan int), make(chan error, n)
	for range atOnce {
		all.Go(func() {
			for i := range numbers {
				if err := f(i); err != nil {
					failed <- err
				}
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	all.Wait()
	close(failed)
	var some []error
	for err := range failed {
		if len(some) < 5 {
			some = append(some, err)
		}
	}
	return errors.Join(some...)
}
