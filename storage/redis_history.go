package storage

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

func (s *redisStore) Lobby(ctx context.Context, before int64, limit int) ([]Message, bool, error) {
	return s.history(ctx, lobbyKey, before, limit)
}

func (s *redisStore) Conversation(ctx context.Context, a, b string, before int64, limit int) ([]Message, bool, error) {
	return s.history(ctx, conversationKey(a, b), before, limit)
}

func (s *redisStore) history(ctx context.Context, key string, before int64, limit int) (messages []Message, more bool, err error) {
	err = s.perform(ctx, func(string) attempt {
		return attempt{do: func(ctx context.Context) (err error) {
			messages, more, err = s.readHistory(ctx, key, before, limit)
			return err
		}}
	})
	return messages, more, err
}

// readHistory sees no message of a batch that is still on its way, as that may be refused yet.
func (s *redisStore) readHistory(ctx context.Context, key string, before int64, limit int) ([]Message, bool, error) {
	end := s.confirmed.Load() + 1
	if before > 0 {
		end = min(end, before)
	}
	limit = max(0, min(limit, math.MaxInt32))
	oldest := time.Now().Add(-s.limits.Keep).UnixMilli()
	reply, err := historyScript.Run(ctx, s.client, []string{key}, end, limit, oldest).Slice()
	if err != nil {
		return nil, false, err
	}
	rows, _ := reply[1].([]any)
	messages, err := messagesOf(rows)
	return messages, reply[0] == int64(1), err
}

// rowOf is how a message stands in a list. It is read back by messageOf and, as far as number and time, by the scripts.
func rowOf(number, at int64, from string, text []byte) string {
	row := make([]byte, 0, 40+len(from)+len(text))
	row = append(strconv.AppendInt(row, number, 10), ' ')
	row = append(strconv.AppendInt(row, at, 10), ' ')
	row = append(append(row, from...), ' ')
	return string(append(row, text...))
}

func messagesOf(rows []any) ([]Message, error) {
	var messages []Message
	for _, row := range rows {
		text, _ := row.(string)
		m, err := messageOf(text)
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}

func messageOf(row string) (Message, error) {
	parts := strings.SplitN(row, " ", 4)
	if len(parts) < 4 {
		return Message{}, fmt.Errorf("a list in Redis holds something that is not a message (%d bytes)", len(row))
	}
	number, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return Message{}, err
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	return Message{Number: number, At: time.UnixMilli(at).UTC(), From: parts[2], Text: []byte(parts[3])}, err
}
