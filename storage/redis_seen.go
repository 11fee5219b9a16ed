package storage

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// seen is what this process knows of the one order. It changes only when Redis has answered.
type seen struct {
	last    int64   // the last number that was given to anybody
	served  int64   // the last one that was given to a server
	foreign []Event // of other processes, by number, which no Commit has returned yet
	read    int64   // events up to this number were returned by a Commit and are still on the feed; 0: none
}

// take notes the last number, and what is new in the feed that was read together with it.
func (s *seen) take(last int64, feed []Event) {
	for _, e := range feed {
		if e.Number > s.last {
			s.foreign = append(s.foreign, e)
		}
	}
	s.last = max(s.last, last)
}

// given notes that a number was given to this process. Up to there everything is known to be kept.
func (s *redisStore) given(number int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen.last = max(s.seen.last, number)
	s.confirmed.Store(s.seen.last)
	if !s.shared {
		s.seen.served = max(s.seen.served, number)
	}
}

// feedOf reads rows of the feed.
func feedOf(reply any) ([]Event, error) {
	rows, _ := reply.([]any)
	events := make([]Event, 0, len(rows))
	for _, row := range rows {
		text, _ := row.(string)
		e, err := feedEvent(text)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// feedEvent reads "NUMBER OPERATION JSON".
func feedEvent(row string) (Event, error) {
	parts := strings.SplitN(row, " ", 3)
	if len(parts) < 3 {
		return Event{}, fmt.Errorf("the feed in Redis holds something that is not an event (%d bytes)", len(row))
	}
	number, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return Event{}, err
	}
	e, err := decodeEvent(parts[2])
	e.Number = number
	return e, err
}

// eventTime is a time as it is kept.
func eventTime(t time.Time) time.Time { return time.UnixMilli(t.UnixMilli()).UTC() }
