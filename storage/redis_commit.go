package storage

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

func (s *redisStore) Commit(ctx context.Context, b *Batch) error {
	var last int64
	err := s.perform(ctx, func(operation string) attempt {
		call := s.newCall(operation, b)
		last = call.before + int64(len(b.Posts))
		return attempt{
			do: func(ctx context.Context) error {
				reply, err := commitScript.Run(ctx, s.client, call.keys, call.args...).Slice()
				if err != nil {
					return err
				}
				return call.read(s, reply, b)
			},
			back: call.back(s),
		}
	})
	if err == nil && len(b.Posts) > 0 {
		s.confirmed.Store(last)
		s.outage.end()
	}
	return err
}

// commitCall is a batch as the commit script takes it.
type commitCall struct {
	operation string
	before    int64    // the posts have the numbers behind this one
	keys      []string // those that the scripts name, and then those of lists
	args      []any

	names   names          // those that are known
	lookups map[string]int // the places of the accounts that the script looks up, from 1
	unknown []string       // those accounts
	checks  []any
	private []int // the places of the private posts among all
	lobby   []any // rows
}

const commitKeys = 7 // before those of lists

func (s *redisStore) newCall(operation string, b *Batch) *commitCall {
	if s.forgetNames.Swap(false) || len(s.names.known) > maxNames {
		s.names = newNames(s.names.version)
	}
	call := &commitCall{operation: operation, names: s.names, lookups: map[string]int{}}
	s.mu.Lock()
	call.before = s.next - 1
	s.next += int64(len(b.Posts))
	s.mu.Unlock()

	call.keys = append(make([]string, 0, commitKeys+2*len(b.Posts)+len(b.Proofs)+len(b.Pages)),
		leaseKey, stateKey, accountsKey, expiredKey, toldKey, lobbyKey, givenUpKey(operation))
	rows, lasting := call.addPosts(b, &s.lasting)
	var numbers, pages []any
	for _, proof := range b.Proofs {
		call.keys = append(call.keys, inboxKey(proof.Key))
		numbers = append(numbers, proof.Number)
	}
	for _, page := range b.Pages {
		call.keys = append(call.keys, inboxKey(page.Key))
		call.lookup(page.Key)
		pages = append(pages, page.Key, page.After, max(0, min(page.Limit, math.MaxInt32)))
	}
	call.args = append(make([]any, 0, 17+len(call.unknown)+len(call.checks)+len(numbers)+len(pages)+len(lasting)+len(b.Posts)),
		s.server, operation, call.before, b.At.Add(-s.limits.Keep).UnixMilli(),
		s.limits.Inbox, s.limits.Lobby, s.limits.Conversation, keepMilliseconds(s.limits.Keep),
		call.names.version, len(inboxKey("")),
		len(call.unknown), len(call.checks)/2, len(numbers), len(b.Posts), len(b.Pages), len(lasting), len(call.private))
	for _, account := range call.unknown {
		call.args = append(call.args, account)
	}
	for _, some := range [][]any{call.checks, numbers, pages, lasting, rows, call.lobby} {
		call.args = append(call.args, some...)
	}
	return call
}

// addPosts makes the keys and arguments of the posts: the rows of the private ones, and which of these begin their conversation's time to
// live again.
func (call *commitCall) addPosts(b *Batch, l *lasting) (rows, again []any) {
	rows = make([]any, 0, len(b.Posts))
	at := b.At.UnixMilli()
	for i := range b.Posts {
		post := &b.Posts[i]
		row := rowOf(call.before+1+int64(i), at, post.From, post.Text)
		if post.To == "" {
			call.lobby = append(call.lobby, row)
			continue
		}
		conversation := conversationKey(post.FromKey, post.To)
		call.keys = append(call.keys, inboxKey(post.To), conversation)
		call.private = append(call.private, i)
		rows = append(rows, row)
		if place := call.lookup(post.To); place > 0 {
			call.checks = append(call.checks, len(call.private), place)
		}
		if l.due(conversation, b.At) {
			again = append(again, len(call.private))
		}
	}
	return rows, again
}

// lookup has the script look up an account whose name is not known, and returns its place; 0 when it is.
func (call *commitCall) lookup(account string) int {
	if call.names.known[account] != "" {
		return 0
	}
	place := call.lookups[account]
	if place == 0 {
		call.unknown = append(call.unknown, account)
		place = len(call.unknown)
		call.lookups[account] = place
	}
	return place
}

// names are the accounts that are known to exist, as long as the state in Redis has that version. For the goroutine of Commit.
type names struct {
	version string
	known   map[string]string
}

const maxNames = 100_000

func newNames(version string) names { return names{version, map[string]string{}} }

// lasting knows when a conversation's time to live was last begun again. For the goroutine of Commit.
type lasting struct {
	keep  time.Duration
	begun map[string]time.Time
}

// due reports whether a conversation's time to live must begin again: not with each message, but often enough that it is never
// off by more than a hundredth.
func (l *lasting) due(conversation string, now time.Time) bool {
	if keepMilliseconds(l.keep) == 0 || now.Sub(l.begun[conversation]) <= l.keep/100 {
		return false
	}
	if len(l.begun) > 50_000 {
		clear(l.begun)
	}
	l.begun[conversation] = now
	return true
}

// keepMilliseconds is how long a conversation is kept behind its last message; 0: for ever.
func keepMilliseconds(keep time.Duration) int64 {
	if keep > 100*365*24*time.Hour {
		return 0
	}
	return keep.Milliseconds()
}

// back returns what takes the batch back.
func (call *commitCall) back(s *redisStore) undo {
	return func(ctx context.Context) error {
		keys := append([]string{stateKey, expiredKey, toldKey}, call.keys[commitKeys-1], lobbyKey)
		keys = append(keys, call.keys[commitKeys:]...)
		return undoCommitScript.Run(ctx, s.client, keys, call.operation, call.before+1, markTime.Milliseconds()).Err()
	}
}

// read fills in the answers of the batch.
func (call *commitCall) read(s *redisStore, reply []any, b *Batch) error {
	if len(reply) == 2 && reply[0] == "names" {
		s.names = newNames(fmt.Sprint(reply[1]))
		return errNamesChanged
	}
	if word := reply[0]; word != "done" {
		return fmt.Errorf("%w: %v", errNotDone, word)
	}
	if len(reply) != 4 {
		return errors.New("the commit script replied something else than it should")
	}
	if err := call.learn(reply[2]); err != nil {
		return err
	}
	for i := range b.Posts {
		post := &b.Posts[i]
		post.Number, post.ToName, post.Err = call.before+1+int64(i), "", nil
		if post.To != "" {
			post.ToName = call.names.known[post.To]
		}
	}
	refused, _ := reply[1].([]any)
	for _, r := range refused {
		call.refuse(b, r)
	}
	pages, _ := reply[3].([]any)
	for i := range b.Pages {
		if err := readPage(&b.Pages[i], call.names.known[b.Pages[i].Key], pages[i]); err != nil {
			return err
		}
	}
	return nil
}

// learn remembers the names that were looked up.
func (call *commitCall) learn(reply any) error {
	if len(call.unknown) == 0 {
		return nil
	}
	joined, _ := reply.(string)
	found := strings.Split(joined, " ") // none of them holds a blank
	if len(found) != len(call.unknown) {
		return errors.New("the commit script replied with another number of names")
	}
	for i, name := range found {
		if name != "" {
			call.names.known[call.unknown[i]] = name
		}
	}
	return nil
}

// refuse notes that a private post was refused: its place among the private ones and why.
func (call *commitCall) refuse(b *Batch, reply any) {
	fields, _ := reply.([]any)
	place, _ := fields[0].(int64)
	post := &b.Posts[call.private[place-1]]
	post.Number, post.ToName, post.Err = 0, "", ErrNoAccount
	if fields[1] == "F" {
		post.Err = ErrInboxFull
	}
}

func readPage(page *Page, name string, reply any) (err error) {
	page.Messages, page.More, page.Waiting, page.Expired, page.Err = nil, false, 0, 0, nil
	if name == "" {
		page.Err = ErrNoAccount
		return nil
	}
	fields, _ := reply.([]any)
	waiting, _ := fields[0].(int64)
	expired, _ := fields[1].(int64)
	rows, _ := fields[2].([]any)
	page.Waiting, page.Expired = int(waiting), int(expired)
	page.Messages, err = messagesOf(rows)
	page.More = page.Waiting > len(page.Messages)
	return err
}
