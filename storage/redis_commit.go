package storage

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
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
				return call.read(reply, b)
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
	before    int64 // the posts have the numbers behind this one
	keys      []string
	args      []any
	accounts  map[string]int // the place of each, from 1
	names     []string       // keys of the accounts, in their places

	conversations []string // keys, in their places
	private       []any    // the arguments for the private posts
	lobby         []any    // rows
}

const commitKeys = 7 // before those of the inboxes

func (s *redisStore) newCall(operation string, b *Batch) *commitCall {
	call := &commitCall{operation: operation, accounts: map[string]int{}}
	s.mu.Lock()
	call.before = s.next - 1
	s.next += int64(len(b.Posts))
	s.mu.Unlock()

	var proofs, pages []any
	for _, proof := range b.Proofs {
		proofs = append(proofs, call.account(proof.Key), proof.Number)
	}
	call.addPosts(b)
	lasting := s.lasting.due(call.conversations, b.At)
	for _, page := range b.Pages {
		pages = append(pages, call.account(page.Key), page.After, max(0, min(page.Limit, math.MaxInt32)))
	}
	call.keys = append(make([]string, 0, commitKeys+len(call.names)+len(call.conversations)),
		leaseKey, stateKey, accountsKey, expiredKey, toldKey, lobbyKey, givenUpKey(operation))
	for _, name := range call.names {
		call.keys = append(call.keys, inboxKey(name))
	}
	call.keys = append(call.keys, call.conversations...)
	call.args = append(make([]any, 0, 14+len(call.names)+len(proofs)+len(pages)+len(lasting)+len(call.private)+len(call.lobby)),
		s.server, operation, call.before, b.At.Add(-s.limits.Keep).UnixMilli(),
		s.limits.Inbox, s.limits.Lobby, s.limits.Conversation, keepMilliseconds(s.limits.Keep),
		len(call.names), len(b.Proofs), len(b.Posts), len(b.Pages), len(lasting), len(call.private)/4)
	for _, name := range call.names {
		call.args = append(call.args, name)
	}
	for _, some := range [][]any{proofs, pages, lasting, call.private, call.lobby} {
		call.args = append(call.args, some...)
	}
	return call
}

// account returns the place of an account.
func (call *commitCall) account(key string) int {
	place := call.accounts[key]
	if place == 0 {
		call.names = append(call.names, key)
		place = len(call.names)
		call.accounts[key] = place
	}
	return place
}

// addPosts makes the arguments of the posts.
func (call *commitCall) addPosts(b *Batch) {
	places := make(map[string]int, len(b.Posts))
	call.private = make([]any, 0, 4*len(b.Posts))
	at := b.At.UnixMilli()
	for i := range b.Posts {
		post := &b.Posts[i]
		row := rowOf(call.before+1+int64(i), at, post.From, post.Text)
		if post.To == "" {
			call.lobby = append(call.lobby, row)
			continue
		}
		key := conversationKey(post.FromKey, post.To)
		place := places[key]
		if place == 0 {
			call.conversations = append(call.conversations, key)
			place = len(call.conversations)
			places[key] = place
		}
		call.private = append(call.private, i, call.account(post.To), place, row)
	}
}

// lasting knows when a conversation's time to live was last begun anew. For the goroutine of Commit.
type lasting struct {
	keep  time.Duration
	begun map[string]time.Time
}

// due returns the places of the conversations whose time to live must begin again: not with each message, but often enough that it is never
// off by more than a hundredth.
func (l *lasting) due(conversations []string, now time.Time) (places []any) {
	if keepMilliseconds(l.keep) == 0 {
		return nil
	}
	if len(l.begun) > 50_000 {
		clear(l.begun)
	}
	for i, key := range conversations {
		if now.Sub(l.begun[key]) > l.keep/100 {
			l.begun[key] = now
			places = append(places, i+1)
		}
	}
	return places
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
func (call *commitCall) read(reply []any, b *Batch) error {
	if word := reply[0]; word != "done" {
		return fmt.Errorf("%w: %v", errNotDone, word)
	}
	if len(reply) != 4 {
		return errors.New("the commit script replied something else than it should")
	}
	joined, _ := reply[2].(string)
	names := strings.Split(joined, " ") // none of them holds a blank
	if len(names) < len(call.names) {
		return errors.New("the commit script replied with too few names")
	}
	for i := range b.Posts {
		post := &b.Posts[i]
		post.Number, post.ToName, post.Err = call.before+1+int64(i), "", nil
		if post.To != "" {
			post.ToName = names[call.accounts[post.To]-1]
		}
	}
	refused, _ := reply[1].([]any)
	for _, r := range refused {
		if err := refuse(b, r); err != nil {
			return err
		}
	}
	pages, _ := reply[3].([]any)
	for i := range b.Pages {
		name := names[call.accounts[b.Pages[i].Key]-1]
		if err := readPage(&b.Pages[i], name, pages[i]); err != nil {
			return err
		}
	}
	return nil
}

// refuse notes that a post was refused, as the script says: its place and why.
func refuse(b *Batch, reply any) error {
	fields, _ := reply.([]any)
	place, err := strconv.Atoi(fmt.Sprint(fields[0]))
	if err != nil {
		return err
	}
	post := &b.Posts[place]
	post.Number, post.ToName, post.Err = 0, "", ErrNoAccount
	if fields[1] == "F" {
		post.Err = ErrInboxFull
	}
	return nil
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
