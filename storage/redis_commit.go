package storage

import (
	"context"
	"errors"
	"fmt"
	"math"
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
	posts     []any          // the arguments for them
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
	conversations := call.addPosts(b)
	for _, page := range b.Pages {
		pages = append(pages, call.account(page.Key), page.After, max(0, min(page.Limit, math.MaxInt32)))
	}
	call.keys = append(make([]string, 0, commitKeys+len(call.names)+len(conversations)),
		leaseKey, stateKey, accountsKey, expiredKey, toldKey, lobbyKey, givenUpKey(operation))
	for _, name := range call.names {
		call.keys = append(call.keys, inboxKey(name))
	}
	call.keys = append(call.keys, conversations...)
	call.args = append(make([]any, 0, 12+len(call.names)+len(proofs)+len(call.posts)+len(pages)),
		s.server, operation, call.before, b.At.Add(-s.limits.Keep).UnixMilli(),
		s.limits.Inbox, s.limits.Lobby, s.limits.Conversation, keepMilliseconds(s.limits.Keep),
		len(call.names), len(b.Proofs), len(b.Posts), len(b.Pages))
	for _, name := range call.names {
		call.args = append(call.args, name)
	}
	call.args = append(append(append(call.args, proofs...), call.posts...), pages...)
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

// addPosts makes the arguments of the posts and returns the keys of their conversations.
func (call *commitCall) addPosts(b *Batch) (conversations []string) {
	call.posts = make([]any, 0, 3*len(b.Posts))
	places := map[string]int{}
	at := b.At.UnixMilli()
	for i := range b.Posts {
		post := &b.Posts[i]
		account, conversation := 0, 0
		if post.To != "" {
			account = call.account(post.To)
			key := conversationKey(post.FromKey, post.To)
			if places[key] == 0 {
				conversations = append(conversations, key)
				places[key] = len(conversations)
			}
			conversation = places[key]
		}
		call.posts = append(call.posts, account, conversation, rowOf(call.before+1+int64(i), at, post.From, post.Text))
	}
	return conversations
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
	verdicts, _ := reply[1].(string)
	names, _ := reply[2].([]any)
	for i := range b.Posts {
		post := &b.Posts[i]
		post.Number, post.ToName, post.Err = 0, "", nil
		switch verdicts[i] {
		case '0':
			post.Err = ErrNoAccount
			continue
		case 'F':
			post.Err = ErrInboxFull
			continue
		}
		post.Number = call.before + 1 + int64(i)
		if post.To != "" {
			post.ToName, _ = names[call.accounts[post.To]-1].(string)
		}
	}
	pages, _ := reply[3].([]any)
	for i := range b.Pages {
		name, _ := names[call.accounts[b.Pages[i].Key]-1].(string)
		if err := readPage(&b.Pages[i], name, pages[i]); err != nil {
			return err
		}
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
