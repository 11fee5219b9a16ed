package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"
)

// Attackers who do many things at once.

// connectStorm connects and disconnects in all ways.
func connectStorm(s *target) error {
	return crowd(3000, 16, func(n int) error {
		i, err := s.intrude()
		if err != nil {
			return err
		}
		defer i.Close()
		switch n % 6 {
		case 1:
			_ = i.SetLinger(0)
		case 2:
			_ = i.SetLinger(0)
			return i.send("/who\n/help\n/login al")
		case 3:
			if n%60 == 3 {
				return i.send("/login alice x\n") // it is being hashed when nobody is there any more
			}
			return i.send("\xff\xfd")
		case 4:
			_ = i.CloseWrite()
			if text := i.rest(); !strings.HasPrefix(text, "* hello ") {
				return fmt.Errorf("who ends the input hears %q", text)
			}
		case 5:
			if err := i.send("/ping\n/quit\n"); err != nil {
				return err
			}
			if text := i.rest(); !strings.Contains(text, "+ ping\r\n+ quit\r\n! bye: ") {
				return fmt.Errorf("who leaves in order hears %q", text)
			}
		}
		return nil
	})
}

// loginCounter counts the logins of a storm: those that were sent, those that were answered, and those of them that were hashed, where others
// were told that the server is busy. It is the clock by which the wait of a chat message is measured there: in hashes, not in seconds, so
// that a slow machine does not matter.
type loginCounter struct{ asked, answered, hashed atomic.Int64 }

// loginStorm guesses the password of somebody who exists and of somebody who does not, until the two users have said enough
// meanwhile. Everybody is answered, if only that the server is busy.
func loginStorm(s *target) error {
	for s.chat.saidInStorm() < leastSaid {
		if err := s.loginWave(); err != nil {
			return err
		}
	}
	return nil
}

// loginWave has manyHashes log in at once.
func (s *target) loginWave() error {
	return crowd(manyHashes, manyHashes, func(n int) error {
		s.storm.asked.Add(1)
		defer s.storm.answered.Add(1)
		answer, err := s.askInStorm("/login " + [2]string{"alice", "planted-ghost"}[n%2] + " planted wrong password")
		if !strings.HasPrefix(answer, "- login bad-credentials: ") && !strings.HasPrefix(answer, "- login busy retry=") {
			return fmt.Errorf("number %d is told %q, %v", n, answer, err)
		}
		if strings.HasPrefix(answer, "- login bad-credentials: ") {
			s.storm.hashed.Add(1)
		}
		return nil
	})
}

// registerStorm makes accounts.
func registerStorm(s *target) error {
	var made atomic.Int64
	err := crowd(manyHashes, manyHashes, func(n int) error {
		answer, err := s.askInStorm(fmt.Sprintf("/register m%d planted password", n))
		switch {
		case answer == fmt.Sprintf("+ register m%d", n):
			made.Add(1)
		case !strings.HasPrefix(answer, "- register busy retry="):
			return fmt.Errorf("number %d is told %q, %v", n, answer, err)
		}
		return nil
	})
	if made.Load() == 0 && err == nil {
		return fmt.Errorf("nobody could register")
	}
	return err
}

// askInStorm asks one thing that is answered after a hash, and maybe after all others of the storm.
func (s *target) askInStorm(line string) (string, error) {
	i, err := s.intrude()
	if err != nil {
		return "", err
	}
	defer i.Close()
	i.patience = manyHashes * time.Second
	return i.ask(line)
}

func (s *target) askOnce(line string) (string, error) { return s.askFrom(nil, line) }

// askFrom asks one thing over a connection from an address.
func (s *target) askFrom(ip net.IP, line string) (string, error) {
	i, err := s.intrudeFrom(ip)
	if err != nil {
		return "", err
	}
	defer i.Close()
	return i.ask(line)
}

// millionLines pastes a million lines. Each is answered, nearly all by a refusal.
func millionLines(s *target) error {
	const lines = 1_000_000
	i, err := s.member("mallory")
	if err != nil {
		return err
	}
	defer i.Close()
	pasted := make(chan error, 1)
	go func() {
		text := strings.Repeat("x\n", 10_000)
		for range lines / 10_000 {
			if err := i.send(text); err != nil {
				pasted <- err
				return
			}
		}
		pasted <- nil
	}()
	for answers := 0; answers < lines; {
		line, err := i.line()
		switch {
		case err != nil:
			return fmt.Errorf("%d answers, then %q, %v", answers, line, err)
		case strings.HasPrefix(line, "+ all "), strings.HasPrefix(line, "- all rate-limited retry="):
			answers++
		case !strings.HasPrefix(line, "* all "):
			return fmt.Errorf("%d answers, then %q", answers, line)
		}
	}
	return <-pasted
}

// manyQuestions asks without end what is answered at length, and reads it as fast as it can.
func manyQuestions(s *target) error {
	return crowd(16, 16, func(int) error {
		i, err := s.intrude()
		if err != nil {
			return err
		}
		defer i.Close()
		go func() { _ = i.send(strings.Repeat("/help\n", 10_000) + "/quit\n") }()
		if n, err := io.Copy(io.Discard, i.in); err != nil || n < 5_000_000 {
			return fmt.Errorf("%d bytes of answers, %v", n, err)
		}
		return nil
	})
}

// lobbyFlood has many say as much as they may, and more.
func lobbyFlood(s *target) error {
	return crowd(20, 20, func(n int) error {
		i, err := s.member(fmt.Sprint("m", n))
		if err != nil {
			return err
		}
		defer i.Close()
		if err := i.send(strings.Repeat(strings.Repeat("flood ", 300)+"\n", 200)); err != nil {
			return err
		}
		for answers, refused := 0, 0; answers < 200; {
			line, err := i.line()
			if err != nil {
				return fmt.Errorf("m%d has %d answers, then %q, %v", n, answers, line, err)
			}
			if strings.HasPrefix(line, "- all rate-limited retry=") {
				refused++
			}
			if line[0] == '+' || line[0] == '-' {
				answers++
			}
			if answers == 200 && refused == 0 {
				return fmt.Errorf("m%d may say 200 things at once", n)
			}
		}
		return nil
	})
}
