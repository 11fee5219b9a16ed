package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"parley/protocol"
)

// person is a simulated user: comes, talks, suffers, comes back. Its methods are for one goroutine.
type person struct {
	place  int // on the network
	name   string
	others []string
	random *rand.Rand
	said   int
	buffer int // the receive buffer of its connections; 0: as the kernel likes

	ledger  *ledger
	network *network
	host    host
	faults  chan event // what befalls it next; holds one, more are dropped
}

const password = "correct horse battery"

// maxUnanswered is how much a person says ahead of the answers.
const maxUnanswered = 20

func newPeople(n int, seed uint64, l *ledger, network *network, h host) []*person {
	var people []*person
	for i := range n {
		p := &person{place: i, name: fmt.Sprintf("p%d", i), random: rand.New(rand.NewPCG(seed, 1000+uint64(i))),
			ledger: l, network: network, host: h, faults: make(chan event, 1)}
		for j := range n {
			if j != i {
				p.others = append(p.others, fmt.Sprintf("p%d", j))
			}
		}
		if i%2 == 0 {
			p.buffer = 4 << 10
		}
		people = append(people, p)
	}
	return people
}

// connect opens a session, not yet logged in.
func (p *person) connect() (*session, error) {
	run := p.host.run()
	conn, err := p.network.dial(p.place, p.buffer)
	if err != nil {
		return nil, err
	}
	return newSession(p.name, run, conn, p.ledger), nil
}

// register makes the account. The server must be well.
func (p *person) register() error {
	s, err := p.connect()
	if err != nil {
		return err
	}
	defer s.leave()
	r, err := s.ask("/register " + p.name + " " + password)
	if err == nil && r.Sigil != protocol.Done {
		err = fmt.Errorf("/register was answered %s", strings.Join(r.Fields, " "))
	}
	return err
}

// enter logs in, and returns how many messages wait.
func (p *person) enter() (s *session, waiting int, err error) {
	if s, err = p.connect(); err != nil {
		return nil, 0, err
	}
	r, err := s.ask("/login " + p.name + " " + password)
	switch {
	case err != nil:
	case r.Sigil != protocol.Done:
		err = fmt.Errorf("/login was answered %s", strings.Join(r.Fields, " "))
	case p.host.run() != s.run: // it can't be told which run this session is of
		err = errors.New("the server was restarted during the login")
	}
	if err != nil {
		s.leave()
		return nil, 0, err
	}
	text, _ := r.Key("waiting")
	waiting, _ = strconv.Atoi(text)
	return s, waiting, nil
}

// live comes and goes until ctx ends.
func (p *person) live(ctx context.Context) {
	for ctx.Err() == nil {
		s, _, err := p.enter()
		if err != nil {
			pause(ctx, between(p.random, 50*time.Millisecond, 500*time.Millisecond))
			continue
		}
		if p.chat(ctx, s) {
			s.leave()
			pause(ctx, between(p.random, 0, time.Second))
		}
	}
}

// chat talks until the session is over or somebody ends it. It reports whether there is still something to read.
func (p *person) chat(ctx context.Context, s *session) bool {
	for {
		select {
		case <-ctx.Done():
			return true
		case <-s.done:
			return true
		case e := <-p.faults:
			if over, read := p.suffer(ctx, s, e); over {
				return read
			}
		case <-time.After(between(p.random, 0, 150*time.Millisecond)):
			for range 1 + p.random.IntN(3) {
				if err := p.talk(s); err != nil {
					return true
				}
			}
			p.lookBack(s)
		}
	}
}

// talk says something, unless too much is unanswered.
func (p *person) talk(s *session) error {
	if unanswered, _ := s.waiting(); unanswered >= maxUnanswered {
		return nil
	}
	p.said++
	to := lobby
	if p.random.IntN(5) > 0 {
		to = p.others[p.random.IntN(len(p.others))]
	}
	text := fmt.Sprintf("~%s.%d~", p.name, p.said)
	if p.random.IntN(5) == 0 {
		text += " " + strings.Repeat("lorem ipsum ", 1+p.random.IntN(120)) + "."
	}
	return s.say(&sent{from: p.name, to: to, text: text})
}

// suffer lets a fault happen. Over says that the session is, read that what the server has to say must still be read.
func (p *person) suffer(ctx context.Context, s *session, e event) (over, read bool) {
	p.ledger.count(e.fault, p.name)
	switch e.fault {
	case freezeClient, longFreeze:
		s.freeze(e.lasts)
		return false, true
	case halfClose:
		for range 3 {
			_ = p.talk(s) // answers to these are still due
		}
	case quitClient:
		_ = s.write("/quit")
	case cutClient:
		p.cut(ctx, s, e.lasts)
		return true, false
	}
	return true, true
}

// cut drops all packets of the person from now on. The session is gone for them; the server does not know yet.
func (p *person) cut(ctx context.Context, s *session, lasts time.Duration) {
	if err := p.network.pull(p.place); err != nil {
		p.ledger.note(Breach{Unproven, err.Error()})
	}
	time.Sleep(50 * time.Millisecond) // for what the kernel had in hand when the cable was pulled
	s.abandon()
	pause(ctx, lasts)
	if err := p.network.plug(p.place); err != nil {
		p.ledger.note(Breach{Unproven, err.Error()})
	}
}

// lookBack reads the history of a room before what is new in it falls out.
func (p *person) lookBack(s *session) {
	if p.ledger.takeDue(lobby, 200) {
		p.page(s, lobby)
	}
	other := p.others[p.random.IntN(len(p.others))]
	if p.ledger.takeDue(conversation(p.name, other), 100) {
		p.page(s, other)
	}
}

// How much of a room's history a server keeps at least.
const (
	lobbyKept        = 1000
	conversationKept = 500
)

// page reads the history of the lobby, or of the conversation with somebody, from its end down to what is known.
func (p *person) page(s *session, with string) bool {
	name, kept := lobby, lobbyKept
	if with != lobby {
		name, kept = conversation(p.name, with), conversationKept
	}
	since := p.ledger.newestOf(name)
	var rows []seen
	for before := ""; ; {
		r, err := s.ask(strings.Join(strings.Fields("/history "+with+" 200 "+before), " "))
		if err != nil || r.Sigil != protocol.Done {
			p.ledger.due(name, 1000) // the next one shall
			return false
		}
		rows = append(seenRows(r.rows), rows...)
		more, ok := r.Key("more")
		if !ok || len(rows) > 0 && rows[0].number <= since {
			break
		}
		before = "before=" + more
	}
	whole := len(rows) < kept || rows[0].number <= since
	p.ledger.read(name, rows, since, whole)
	return true
}

func seenRows(rows []protocol.Reply) []seen {
	var all []seen
	for _, r := range rows {
		if len(r.Fields) > 1 {
			number, _ := strconv.ParseInt(r.Fields[1], 10, 64)
			all = append(all, seen{from: r.Fields[0], text: r.Text, number: number})
		}
	}
	return all
}

// conclude reads all that waits, until nothing does, and the history of this person's rooms. The server must be well by and by.
func (p *person) conclude(ctx context.Context) error {
	const tries = 20
	for range tries {
		s, waiting, err := p.enterAtLast(ctx)
		if err != nil {
			return err
		}
		if waiting > 0 {
			err = p.drain(s, waiting)
			s.leave()
			if err != nil {
				p.ledger.note(Breach{Undrained, err.Error()})
				return nil
			}
			continue
		}
		defer s.leave()
		return p.lastLook(s)
	}
	p.ledger.note(Breach{Undrained, fmt.Sprintf("%s has read all that waits %d times, and it still waits", p.name, tries)})
	return nil
}

func (p *person) enterAtLast(ctx context.Context) (s *session, waiting int, err error) {
	for {
		if s, waiting, err = p.enter(); err == nil {
			return s, waiting, nil
		}
		if pause(ctx, 100*time.Millisecond); ctx.Err() != nil {
			return nil, 0, fmt.Errorf("%s can't log in any more: %w", p.name, err)
		}
	}
}

// drain reads what was said to wait, and asks for an answer behind it.
func (p *person) drain(s *session, waiting int) error {
	const patience = 20 * time.Second
	for late := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if _, n := s.waiting(); n >= waiting {
			break
		} else if s.over() || time.Now().After(late) {
			return fmt.Errorf("%s was told waiting=%d, and %d messages came within %s", p.name, waiting, n, patience)
		}
	}
	_, err := s.ask("/ping")
	return err
}

// lastLook pages through the history of the lobby, and of the conversations that no one before this person looks at.
func (p *person) lastLook(s *session) error {
	rooms := []string{}
	for i, other := range p.others {
		if i >= p.place {
			rooms = append(rooms, other)
		}
	}
	if p.place == 0 {
		rooms = append(rooms, lobby)
	}
	for _, with := range rooms {
		if !p.page(s, with) {
			return fmt.Errorf("%s can't read the history", p.name)
		}
	}
	return nil
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
