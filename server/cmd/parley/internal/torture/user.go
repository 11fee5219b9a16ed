package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"parley/protocol"
)

// user is a simulated user at a client: comes, talks, suffers, comes back. Its methods are for one goroutine.
type user struct {
	run     *run
	place   int    // on the network
	label   string // its own
	account string // its label, or that of another user: then both are logged in at once
	others  []string
	random  *rand.Rand
	said    int
	read    int64      // the highest number that its sessions have read
	faults  chan event // what happens to it next; holds one, more are dropped
	walks   sync.WaitGroup
}

const password = "correct horse battery"

// maxUnanswered is how much a user says ahead of the answers.
const maxUnanswered = 20

// sharesAccount says which users log in to the account of the one before them.
func sharesAccount(i int) bool { return i%5 == 4 }

func newUsers(r *run, n int, seed uint64) []*user {
	var users []*user
	var accounts []string
	for i := range n {
		u := &user{run: r, place: i, label: fmt.Sprintf("p%d", i), random: rand.New(rand.NewPCG(seed, 1000+uint64(i))), faults: make(chan event, 1)}
		if u.account = u.label; sharesAccount(i) {
			u.account = users[i-1].account
		} else {
			accounts = append(accounts, u.account)
		}
		users = append(users, u)
	}
	for _, u := range users {
		for _, account := range accounts {
			if account != u.account {
				u.others = append(u.others, account)
			}
		}
	}
	return users
}

// owns reports whether the user has an account to itself, or is the first of those that share it.
func (u *user) owns() bool { return u.account == u.label }

// connect opens a session on some node, not yet logged in.
func (u *user) connect() (*session, error) { return u.connectTo(u.node()) }

// node is a random one of those that serve, or of all if none does.
func (u *user) node() *process {
	var serving []*process
	for _, n := range u.run.nodes {
		if n.serves() {
			serving = append(serving, n)
		}
	}
	if len(serving) == 0 {
		serving = u.run.nodes
	}
	return serving[u.random.IntN(len(serving))]
}

func (u *user) connectTo(n *process) (*session, error) {
	epoch := n.epoch()
	link, stream, err := u.run.network.open(u.place, n.number)
	if err != nil {
		return nil, err
	}
	log := u.run.history.connect(u.account, epoch)
	return newSession(log, u.run.history, n, link, stream, func() int { return u.run.network.changes(u.place) }), nil
}

// register makes the account. The nodes must be well.
func (u *user) register() error {
	s, err := u.connect()
	if err != nil {
		return err
	}
	defer s.leave()
	return s.enter("/register " + u.account + " " + password)
}

// enter gives the command that logs in.
func (s *session) enter(command string) error {
	s.history.login(s.log)
	r, err := s.ask(command)
	if err == nil && r.Sigil != protocol.Done {
		err = fmt.Errorf("it was answered %s", strings.Join(r.Fields, " "))
	}
	return err
}

// login returns a session that is logged in on some node.
func (u *user) login() (*session, error) { return u.loginTo(u.node()) }

func (u *user) loginTo(n *process) (*session, error) {
	s, err := u.connectTo(n)
	if err != nil {
		return nil, err
	}
	err = s.enter("/login " + u.account + " " + password)
	if err == nil && n.epoch() != s.log.epoch {
		err = errors.New("the node was restarted during the login")
	}
	if err != nil {
		s.leave()
		return nil, err
	}
	return s, nil
}

// loginAtLast tries until it works.
func (u *user) loginAtLast(ctx context.Context) (*session, error) {
	for {
		s, err := u.login()
		if err == nil {
			return s, nil
		}
		if pause(ctx, 100*time.Millisecond); ctx.Err() != nil {
			return nil, fmt.Errorf("%s can't log in any more: %w", u.label, err)
		}
	}
}

// live comes and goes until ctx ends. It calls there once, when the user has logged in or the end has come.
func (u *user) live(ctx context.Context, there func()) {
	var once sync.Once
	defer once.Do(there)
	defer u.walks.Wait()
	for ctx.Err() == nil {
		s, err := u.login()
		if err != nil {
			pause(ctx, between(u.random, 50*time.Millisecond, 500*time.Millisecond))
			continue
		}
		once.Do(there)
		if u.random.IntN(2) == 0 {
			_ = u.since(s, u.read)
		}
		if u.chat(ctx, s) {
			s.leave()
			pause(ctx, between(u.random, 0, time.Second))
		}
		u.read = max(u.read, u.run.history.highest(s.log))
	}
}

// chat talks until the session is over or somebody ends it. It reports whether there is still something to read.
func (u *user) chat(ctx context.Context, s *session) bool {
	for {
		select {
		case <-ctx.Done():
			_ = s.say(u.message(lobby))
			return true
		case <-s.done:
			return true
		case e := <-u.faults:
			if over, read := u.suffer(ctx, s, e); over {
				return read
			}
		case <-time.After(between(u.random, 0, 150*time.Millisecond)):
			if s.node.halted() && u.random.IntN(4) == 0 {
				u.walks.Go(s.leave) // it reads what is still to come, and is elsewhere meanwhile
				return false
			}
			for range 1 + u.random.IntN(3) {
				if err := u.talk(s); err != nil {
					return true
				}
			}
			u.lookBack(s)
		}
	}
}

// talk says something, unless too much is unanswered.
func (u *user) talk(s *session) error {
	if s.unanswered() >= maxUnanswered {
		return nil
	}
	switch chance := u.random.IntN(10); {
	case chance < 2:
		return s.say(u.message(lobby))
	case chance < 5:
		return u.roam(s)
	}
	return s.say(u.message(u.another()))
}

// message makes up something to say, now and then at length.
func (u *user) message(to string) *message {
	if u.random.IntN(4) == 0 {
		return u.longMessage(to)
	}
	u.said++
	return &message{from: u.account, to: to, text: fmt.Sprintf("~%s.%d~", u.label, u.said)}
}

// longMessage makes up something long.
func (u *user) longMessage(to string) *message {
	u.said++
	text := fmt.Sprintf("~%s.%d~ %s.", u.label, u.said, strings.Repeat("lorem ipsum ", 1+u.random.IntN(120)))
	return &message{from: u.account, to: to, text: text}
}

// suffer lets a fault happen. Over says that the session is, read that what the server has to say must still be read.
func (u *user) suffer(ctx context.Context, s *session, e event) (over, read bool) {
	u.run.history.count(e.fault, u.label)
	switch e.fault {
	case freezeClient, longFreeze:
		s.freeze(e.lasts)
		return false, true
	case halfClose:
		for range 3 { // answers to these are still due
			_ = u.talk(s)
		}
		_ = s.say(u.message(lobby))
	case quitClient:
		_ = s.say(u.message(lobby))
		s.history.leave(s.log)
		_, _ = s.send(&request{text: "/quit"})
	case cutClient:
		u.cut(ctx, s, e.lasts)
		return true, false
	}
	return true, true
}

// cut drops all packets of the user from now on. The session is gone for them; the server does not know yet.
func (u *user) cut(ctx context.Context, s *session, lasts time.Duration) {
	if err := u.run.network.pull(u.place); err != nil {
		u.run.history.notice(Breach{Unproven, err.Error()})
	}
	time.Sleep(50 * time.Millisecond) // for what the kernel had in hand when the cable was pulled
	s.abandon()
	pause(ctx, lasts)
	if err := u.run.network.plug(u.place); err != nil {
		u.run.history.notice(Breach{Unproven, err.Error()})
	}
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
