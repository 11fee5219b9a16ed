package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestSaidOnceAcrossCuts: a bot that loses its connection before it has read the answer says its message again, on another connection, on two at the
// same moment, or after kill -9 of the server. It is kept once, and all answers are the same.
func TestSaidOnceAcrossCuts(t *testing.T) {
	const messages = 150
	onBothStores(t, func(t *testing.T, store string) {
		s := startSaying(t, store)
		seed := rand.Uint64()
		t.Logf("the cuts come from the seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 0))
		for n := range messages {
			if n%25 == 0 {
				s.alice(n/25%3 > 0, n/25%3 > 1) // after a kill, she is surely away
			}
			switch first := s.enter(); {
			case n%75 == 30, n%75 == 74:
				first.sends(s.request(n))
				s.server.restart()
			case n%3 == 0: // cut off at any byte: the request may have come whole, or not
				line := s.request(n)
				first.sends(line[:1+random.IntN(len(line))])
				first.conn.Close()
			case n%3 == 1: // two at the same moment
				second := s.enter()
				first.sends(s.request(n))
				second.sends(s.request(n))
				s.reads(first, n)
				s.reads(second, n)
			default: // as before, and cut off in the next one
				first.sends(s.request(n) + s.request(n)[:1+random.IntN(20)])
				s.reads(first, n)
				_ = first.conn.SetLinger(0)
				first.conn.Close()
			}
			again := s.enter()
			again.sends(s.request(n))
			s.reads(again, n)
		}
		s.alice(false, false)
		s.server.restart()
		last := s.enter()
		for n := range messages {
			last.sends(s.request(n))
			s.reads(last, n)
		}
		s.check(messages)
	})
}

// saying is a bot that says messages with keys.
type saying struct {
	t       *testing.T
	server  *killable
	secret  string
	answers map[int]string // to each message, without the tag
	reader  *plain         // a session of alice, nil if she is away
}

func startSaying(t *testing.T, store string) *saying {
	t.Helper()
	s := &saying{t: t, server: startKillable(t, store, "--message-rate", "unlimited"), answers: map[int]string{}}
	register(t, s.server.address, "alice")
	dot := dialAs(t, s.server.address, "dot")
	dot.says("/join #tea\n/token")
	dot.hears(`\+ token .*`)
	_, secret, _ := strings.Cut(dot.heard.String(), " parley_")
	s.secret = "parley_" + strings.Fields(secret)[0]
	return s
}

// enter opens a connection of the bot.
func (s *saying) enter() *plain {
	s.t.Helper()
	p := dial(s.t, s.server.address)
	p.says(`/format json`)
	p.says(`{"do":"login","name":"dot","password":"%s"}`, s.secret)
	p.hears(`{"type":"done","command":"login".*`)
	return p
}

// alice has her be online or not, which the first answer tells and a repeat must not.
func (s *saying) alice(online, away bool) {
	s.t.Helper()
	if s.reader != nil {
		s.reader.conn.Close()
		s.reader = nil
	}
	if online {
		s.reader = s.server.entersAs("alice")
	}
	if away {
		s.reader.says("/away Out for lunch")
		s.reader.hears(`\+ away: .*`)
	}
}

// request is message n: to the lobby, to a room, or to alice.
func (s *saying) request(n int) string {
	to := []string{"#lobby", "#tea", "alice"}[n/3%3]
	return fmt.Sprintf(`{"do":"msg","to":"%s","text":"build %d","once":"key %d","tag":"%d"}`+"\n", to, n, n, n)
}

// reads reads the answer to message n, which must be the same each time.
func (s *saying) reads(p *plain, n int) {
	s.t.Helper()
	for {
		answer, ok := strings.CutSuffix(p.line(), fmt.Sprintf(`,"tag":"%d"}`+"\r\n", n))
		switch {
		case !ok:
		case !strings.HasPrefix(answer, `{"type":"done",`) || s.answers[n] != "" && s.answers[n] != answer:
			s.t.Fatalf("message %d is answered %s; before it was %s", n, answer, s.answers[n])
		default:
			s.answers[n] = answer
			return
		}
	}
}

// check sees that each message is there once, under the number that was told.
func (s *saying) check(messages int) {
	s.t.Helper()
	reader := &catcher{Address: s.server.address, Name: "dot", Secret: s.secret}
	since, history := reader.readsAll(s.t)
	notesDiffer(s.t, "/since shows", since, "the histories show", history)
	if len(since) != messages {
		s.t.Errorf("there are %d messages, not %d", len(since), messages)
	}
	kinds := map[string]int{}
	for _, found := range since {
		var n int
		if _, err := fmt.Sscanf(found.Text, "build %d", &n); err != nil || !strings.Contains(s.answers[n], fmt.Sprintf(`"number":%d`, found.Number)) {
			s.t.Errorf("%+v was answered %s", found, s.answers[n])
		}
		for _, word := range []string{`"stored":true`, `"sent":1`, `"away":true`} {
			if strings.Contains(s.answers[n], word) {
				kinds[word]++
			}
		}
	}
	if len(kinds) != 3 {
		s.t.Errorf("the answers are not of all kinds: %v", kinds)
	}
}
