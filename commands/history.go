package commands

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"time"

	"parley/protocol"
	"parley/storage"
)

// How many messages /history shows when it is not told, and at most.
const (
	historyDefault = 50
	historyMost    = 200
)

var history = &Command{
	Name: "history", Args: "[name] [count] [before=NUMBER]", Role: Member,
	Help: "Shows what was said in the lobby, or between you and somebody; the oldest first.",
	Run:  runHistory,
}

// historyArgs is what /history was asked for.
type historyArgs struct {
	name   []byte // empty for the lobby
	count  int
	before int64 // 0 for the newest
}

func runHistory(c *Call) error {
	asked, ok := parseHistory(c.Args)
	if !ok {
		return usage(c.Command)
	}
	ctx, cancel := c.Chat.deadline()
	defer cancel()
	word := "all"
	if len(asked.name) > 0 {
		word = "msg"
	}
	messages, more, err := c.past(ctx, asked)
	if err != nil {
		return err
	}
	for i := range messages {
		c.historyRow(word, &messages[i])
	}
	done := protocol.Int(c.Done(), int64(len(messages)))
	if more && len(messages) > 0 {
		done = protocol.KeyInt(done, "more", messages[0].Number)
	}
	c.EndDone(done)
	return nil
}

// past reads what was asked for from the store.
func (c *Call) past(ctx context.Context, asked historyArgs) ([]storage.Message, bool, error) {
	store := c.Chat.store
	if len(asked.name) == 0 {
		return store.Lobby(ctx, asked.before, asked.count)
	}
	key, ok := foldName(nil, asked.name)
	if !ok {
		return nil, false, noSuchUser(asked.name)
	}
	other, err := store.Account(ctx, string(key))
	if errors.Is(err, storage.ErrNoAccount) {
		return nil, false, noSuchUser(asked.name)
	}
	if err != nil {
		return nil, false, err
	}
	own, err := store.Account(ctx, c.Session.account.key)
	if err != nil {
		return nil, false, err
	}
	messages, more, err := store.Conversation(ctx, own.Key, other.Key, asked.before, asked.count)
	messages, more = since(own.Created, messages, more)
	messages, more = since(other.Created, messages, more)
	return messages, more, err
}

// since leaves out what was said before an account was made: a name that was deleted and taken again does not give its
// new owner what the old one said.
func since(made time.Time, messages []storage.Message, more bool) ([]storage.Message, bool) {
	made = made.Truncate(time.Millisecond) // as times are kept
	for i := range messages {
		if !messages[i].At.Before(made) {
			return messages[i:], more && i == 0
		}
	}
	return nil, false
}

func (c *Call) historyRow(word string, m *storage.Message) {
	row := protocol.Field(c.Row(word), m.From)
	row = protocol.Int(row, m.Number)
	row = protocol.KeyTime(row, "at", m.At)
	c.EndRow(protocol.Text(row, m.Text))
}

// parseHistory reads the words in their order. Names begin with a letter, so a number is a count.
func parseHistory(args []byte) (asked historyArgs, ok bool) {
	const beforeKey = "before="
	asked.count = historyDefault
	word, rest := protocol.Word(args)
	if len(word) > 0 && (word[0] < '0' || word[0] > '9') && !bytes.HasPrefix(word, []byte(beforeKey)) {
		asked.name = word
		word, rest = protocol.Word(rest)
	}
	if len(word) > 0 && !bytes.HasPrefix(word, []byte(beforeKey)) {
		n, err := strconv.Atoi(string(word))
		if err != nil || n < 1 {
			return asked, false
		}
		asked.count = min(n, historyMost)
		word, rest = protocol.Word(rest)
	}
	if number, found := bytes.CutPrefix(word, []byte(beforeKey)); found {
		n, err := strconv.ParseInt(string(number), 10, 64)
		if err != nil || n < 1 {
			return asked, false
		}
		asked.before = n
		word, rest = protocol.Word(rest)
	}
	return asked, len(word)+len(rest) == 0
}
