package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/server/internal/testenv"
)

// ownNetwork says in the environment that this process has a network of its own, where it may have any address.
const ownNetwork = "PARLEY_TEST_OWN_NETWORK"

// elsewhere are attacks from other machines, which the limits by address are there for. All of them belong to 10.9.0.0/16,
// 10.10.0.0/24 and fd00::/16 on the loopback of a network of their own.
var elsewhere = []attack{
	{name: "too many connections", run: tooManyConnections, log: "as many connections as an address may have"},
	{name: "connections too fast", run: connectsTooFast, log: "too many new connections of this address"},
	{name: "guessing a password", run: guessing, log: "a limit was hit"},
	{name: "registering in masses", run: registersInMasses, log: "a limit was hit"},
	{name: "a trusted network", flags: []string{"--trust", "10.9.200.0/24", "--trust", "fd00:200::/32"}, run: trustedNetwork},
	{name: "half-open connections", run: halfOpen, stays: true},
}

// TestAttacksFromElsewhere runs each while two users on this machine chat.
func TestAttacksFromElsewhere(t *testing.T) {
	if os.Getenv(ownNetwork) == "" {
		t.Parallel()
		runInOwnNetwork(t)
		return
	}
	for _, line := range []string{
		"link set lo up", "addr add 10.9.0.1/16 dev lo", "addr add 10.10.0.1/24 dev lo",
		"-6 addr add fd00:1::1/128 dev lo", "-6 addr add fd00:1::2/128 dev lo", "-6 addr add fd00:1:0:1::1/128 dev lo", "-6 addr add fd00:200::1/128 dev lo",
	} {
		ip(t, line)
	}
	for _, a := range elsewhere {
		t.Run(a.name, func(t *testing.T) { a.against(t, startTarget(t, ":0", a.flags...)) })
	}
}

// runInOwnNetwork runs this test once more, in a process with a network of its own.
func runInOwnNetwork(t *testing.T) {
	need(t, "ip")
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), ownNetwork+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		testenv.Skip(t, "this machine does not let a test have a network of its own: "+err.Error())
	}
	err := cmd.Wait()
	t.Log(out.String())
	if err != nil {
		t.Error(err)
	}
}

func ip(t *testing.T, line string) {
	t.Helper()
	if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v, %s", line, err, out)
	}
}

// comes connects from an address and returns the first line. The connection stays until leave.
func (s *target) comes(from string) (i *intruder, line string, err error) {
	if i, err = s.intrudeFrom(net.ParseIP(from)); err != nil {
		return nil, "", err
	}
	line, err = i.line()
	return i, line, err
}

// told connects so many times from addresses in turn, and counts the first words that each is told.
func (s *target) told(times int, from ...string) (words map[string]int, leave func(), err error) {
	words = map[string]int{}
	var all []*intruder
	leave = func() { closeAll(all) }
	for n := range times {
		i, line, err := s.comes(from[n%len(from)])
		if err != nil {
			leave()
			return nil, nil, err
		}
		all = append(all, i)
		word, _, _ := strings.Cut(line, ": ")
		words[strings.Join(strings.Fields(word)[:2], " ")]++
	}
	return words, leave, nil
}

// tooManyConnections: an address has 16, whichever way it comes, and its /64 in IPv6. Others are let in.
func tooManyConnections(s *target) error {
	for _, c := range []struct {
		from    []string
		greeted int
	}{
		{[]string{"10.9.1.1"}, 16},
		{[]string{"10.9.1.2"}, 16},
		{[]string{"fd00:1::1", "fd00:1::2"}, 16},
		{[]string{"fd00:1:0:1::1"}, 16},
		{[]string{"127.0.0.1", "::1"}, 20},
	} {
		words, leave, err := s.told(20, c.from...)
		if err != nil {
			return err
		}
		defer leave() // at the end: they stay while others come
		if words["* hello"] != c.greeted || words["! full"] != 20-c.greeted {
			return fmt.Errorf("from %v: %v", c.from, words)
		}
	}
	if !s.logs(4, `"refused"`, `"from":"10.9.1.1:`) {
		return fmt.Errorf("the log does not have every refusal of 10.9.1.1")
	}
	return nil
}

// connectsTooFast: 30 a minute of one address.
func connectsTooFast(s *target) error {
	words, begin := map[string]int{}, time.Now()
	for range 60 {
		i, line, err := s.comes("10.9.2.1")
		if err != nil {
			return err
		}
		words[strings.Fields(line)[1]]++
		i.Close()
	}
	most := 30 + earned(begin, 2*time.Second)
	if words["hello"] < 30 || words["hello"] > most || words["hello"]+words["flood:"]+words["full:"] != 60 {
		return fmt.Errorf("60 connects are told %v", words)
	}
	if i, line, err := s.comes("10.9.2.2"); err != nil || !strings.HasPrefix(line, "* hello") {
		return fmt.Errorf("the neighbour is told %q, %v", line, err)
	} else {
		return i.Close()
	}
}

// earned is how many more than its burst a limit may let through since begin, where it lets through one in each period.
func earned(begin time.Time, period time.Duration) int { return 1 + int(time.Since(begin)/period) }

// guessing: five wrong passwords, then a wait; and the owner gets in from elsewhere all the same.
func guessing(s *target) error {
	for n := range 4 {
		from := net.ParseIP(fmt.Sprint("10.9.3.", n+1))
		i, err := s.intrudeFrom(from)
		if err != nil {
			return err
		}
		defer i.Close()
		for try := range 7 {
			answer, err := i.ask("/login alice planted wrong password")
			want := "- login bad-credentials: "
			if try >= 5 {
				want = "- login rate-limited retry="
			}
			if err != nil || !strings.HasPrefix(answer, want) {
				return fmt.Errorf("try %d from %v is told %q, %v", try+1, from, answer, err)
			}
		}
		if answer, err := i.ask("/login bob " + aPassword); err != nil || !strings.HasPrefix(answer, "+ login bob") {
			return fmt.Errorf("who knows the other's password is told %q, %v", answer, err)
		}
	}
	for _, home := range []string{"10.9.3.99", "127.0.0.1", "fd00:1::1"} {
		if answer, err := s.askFrom(net.ParseIP(home), "/login alice "+aPassword); err != nil || !strings.HasPrefix(answer, "+ login alice") {
			return fmt.Errorf("the owner, from %s, is told %q, %v", home, answer, err)
		}
	}
	return nil
}

// registersInMasses: five of one address, thirty in all, and whoever is on this machine counts towards neither.
func registersInMasses(s *target) error {
	made, begin := 0, time.Now()
	for n := range 50 {
		from := fmt.Sprintf("10.9.4.%d", 1+n%10)
		if n < 8 {
			from = "10.9.4.99"
		}
		answer, err := s.askFrom(net.ParseIP(from), fmt.Sprintf("/register m%d planted password", n))
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(answer, "+ register"):
			made++
		case !strings.HasPrefix(answer, "- register rate-limited retry="):
			return fmt.Errorf("%s is told %q", from, answer)
		}
		if n == 7 && made != 5 {
			return fmt.Errorf("one address has made %d accounts", made)
		}
		if answer, err := s.askOnce(fmt.Sprintf("/register here%d short", n)); err != nil || !strings.HasPrefix(answer, "- register weak-password: ") {
			return fmt.Errorf("here one is told %q, %v", answer, err)
		}
	}
	if made < 30 || made > 30+earned(begin, 20*time.Second) {
		return fmt.Errorf("%d accounts were made", made)
	}
	answer, err := s.askOnce("/register mallory planted password")
	if err != nil || answer != "+ register mallory" {
		return fmt.Errorf("on this machine one is told %q, %v", answer, err)
	}
	return nil
}

// trustedNetwork is no attack: those whom the operator trusts have no limit by address.
func trustedNetwork(s *target) error {
	words, leave, err := s.told(80, "10.9.200.7", "fd00:200::1")
	if err != nil {
		return err
	}
	defer leave()
	if words["* hello"] != 80 {
		return fmt.Errorf("80 connects are told %v", words)
	}
	i, _, err := s.comes("10.9.200.7")
	if err != nil {
		return err
	}
	defer i.Close()
	for range 30 {
		if answer, err := i.ask("/login alice planted wrong password"); err != nil || !strings.HasPrefix(answer, "- login bad-credentials: ") {
			return fmt.Errorf("a wrong password is told %q, %v", answer, err)
		}
	}
	return nil
}

// halfOpen: members whose network is gone. What is said to them goes nowhere, and nobody else notices.
func halfOpen(s *target) error {
	var all []*intruder
	defer func() { closeAll(all) }()
	for n := range 60 {
		i, _, err := s.comes(fmt.Sprint("10.10.0.", 2+n/12))
		if err != nil {
			return err
		}
		all = append(all, i)
		if answer, err := i.ask("/login bob " + aPassword); err != nil || !strings.HasPrefix(answer, "+ login bob") {
			return fmt.Errorf("number %d is told %q, %v", n, answer, err)
		}
	}
	ip(s.t, "addr del 10.10.0.1/24 dev lo")
	for n := range 10 {
		if answer, err := s.askOnce(fmt.Sprintf("/login ghost%d planted password", n)); err != nil || !strings.HasPrefix(answer, "- login bad-credentials: ") {
			return fmt.Errorf("somebody else is told %q, %v", answer, err)
		}
	}
	return nil
}
