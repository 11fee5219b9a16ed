package storage

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

func (s *redisStore) History(ctx context.Context, t Thread, r Range) (messages []Event, more bool, err error) {
	messages, err = reading(ctx, s, func(ctx context.Context) (list []Event, err error) {
		list, more, err = s.readHistory(ctx, t, r)
		return list, err
	})
	return messages, more, err
}

// readHistory shows no message that Commit has not handed on: nobody is to read in a history what comes live only later.
func (s *redisStore) readHistory(ctx context.Context, t Thread, r Range) ([]Event, bool, error) {
	end, before := s.confirmed.Load()+1, r.Before
	if before <= 0 {
		before = end
	}
	if r.Limit <= 0 {
		return nil, false, nil
	}
	oldest := time.Now().Add(-s.limits.Load().Keep).UnixMilli()
	reply, err := historyScript.Run(ctx, s.client, []string{threadKey(t)},
		end, s.limits.Load().history(t), oldest, before, r.After, min(r.Limit, math.MaxInt32), flag(r.Forward)).Slice()
	if err != nil {
		return nil, false, err
	}
	rows, _ := reply[1].([]any)
	messages, err := messagesOf(rows)
	for i := range messages {
		messages[i].Thread = t
	}
	return messages, reply[0] == int64(1), err
}

// appendRow writes a message as it stands in a list: "NUMBER MILLISECONDS AUTHOR:ID TEXT". Neither names nor ids hold a colon. A row of
// format 1 has no id. messageOf reads it back; the scripts read its number and time.
func appendRow(row []byte, number int64, e *Event) []byte {
	row = append(strconv.AppendInt(row, number, 10), ' ')
	row = append(strconv.AppendInt(row, e.At.UnixMilli(), 10), ' ')
	row = append(append(row, e.FromName...), ':')
	row = append(strconv.AppendInt(row, int64(e.From), 10), ' ')
	return append(row, e.Text...)
}

// rowSize is at least what appendRow needs.
func rowSize(e *Event) int { return 3*20 + 4 + len(e.FromName) + len(e.Text) }

func messagesOf(rows []any) ([]Event, error) {
	var messages []Event
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

func messageOf(row string) (Event, error) {
	parts := strings.SplitN(row, " ", 4)
	if len(parts) < 4 {
		return Event{}, fmt.Errorf("a list in Redis holds something that is not a message (%d bytes)", len(row))
	}
	number, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return Event{}, err
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	name, id, _ := strings.Cut(parts[2], ":")
	return Event{Kind: Message, Number: number, At: time.UnixMilli(at).UTC(), From: idOf(id), FromName: name, Text: []byte(parts[3])}, err
}

// eventTime is a time as it is kept.
func eventTime(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }
