package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// onceKey is a message with a key: who says it, and the key.
type onceKey struct {
	account ID
	key     string
}

// foundOnces is what was looked up of the messages of a run that have a key.
type foundOnces struct {
	earlier map[onceKey]*onceRecord // nil: there is none
	values  map[onceKey]string      // as they stand in Redis; empty: there is none
	counts  map[ID]int              // how many keys these accounts have
}

// read takes an earlier record, and the number of keys.
func (f *foundOnces) read(key onceKey, fields []any) error {
	if len(fields) != 2 {
		return errLookup
	}
	if f.earlier == nil {
		f.earlier, f.values, f.counts = map[onceKey]*onceRecord{}, map[onceKey]string{}, map[ID]int{}
	}
	count, _ := fields[1].(int64)
	f.counts[key.account] = int(count)
	value, ok := fields[0].(string)
	f.values[key] = value
	if ok {
		o, err := onceOf(key.account, key.key, value)
		f.earlier[key] = &o
		return err
	}
	return nil
}

// loadOnce needs no query: what a run says with a key was looked up before, and no key is in it twice.
func (k *redisRecords) loadOnce(account ID, key string) (*onceRecord, error) {
	return k.found.earlier[onceKey{account, key}], nil
}

// countOnces needs none either: only those are counted who say something with a key.
func (k *redisRecords) countOnces(account ID) (int, error) {
	return k.found.counts[account], nil
}

// endedOnces goes by the time also for one account: few keys have ended and were not removed yet, but an account may have many.
func (k *redisRecords) endedOnces(account ID, until time.Time) (list []onceRecord, err error) {
	err = k.eachUpto(oncesAtKey, until, maxEndedOnces, account, oncesPrefix, func(id ID, key, value string) error {
		o, err := onceOf(id, key, value)
		list = append(list, o)
		return err
	})
	return list, err
}

func onceCommands(o *onceRecord, gone bool) ([]command, error) {
	at := o.At.UnixMilli()
	if gone {
		return []command{{"@forget", int64(o.Account), o.Key, at}}, nil
	}
	text, err := saidText(&o.Said)
	return []command{
		{"HSET", oncesKey(o.Account), o.Key, fmt.Sprintf("%d %s %s", at, o.Digest, text)},
		{"ZADD", oncesAtKey, at, idText(o.Account) + " " + o.Key},
	}, err
}

// saidText writes what was answered as JSON, with its number as it stands in a command.
func saidText(s *Said) (string, error) {
	unnumbered := *s
	unnumbered.Number = 0
	text, err := json.Marshal(&unnumbered)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`{"Number":%s,%s`, numberText(s.Number), text[1:]), nil
}

// onceOf reads the value of a key: "MILLISECONDS DIGEST JSON", and in a line of its own what the message found on other nodes: "SESSIONS AWAY".
func onceOf(account ID, key, value string) (onceRecord, error) {
	value, elsewhere, _ := strings.Cut(value, "\n")
	parts := strings.SplitN(value, " ", 3)
	if len(parts) < 3 {
		return onceRecord{}, errors.New("a key of a message in Redis can't be read")
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return onceRecord{}, err
	}
	o := onceRecord{Account: account, Key: key, At: time.UnixMilli(at).UTC(), Digest: parts[1]}
	if err := json.Unmarshal([]byte(parts[2]), &o.Said); err != nil {
		return onceRecord{}, err
	}
	count, away, _ := strings.Cut(elsewhere, " ")
	o.Sent += int(numberOf(count))
	if away != "" && o.Away == nil {
		o.Away = &away
	}
	return o, nil
}

// isOnce reports whether an ask is a message with a key.
func isOnce(ask *Ask) bool { return ask.Kind == Say && ask.Once != nil }

// usedOnces are the messages with a key that a run has.
type usedOnces map[onceKey]bool

// take adds an ask, and reports whether the run may have it: it must not have another message of the same author with the same key, whose fate must
// be known first.
func (used *usedOnces) take(ask *Ask) bool {
	if !isOnce(ask) {
		return true
	}
	key := onceKey{ask.Account, ask.Once.Key}
	if (*used)[key] {
		return false
	}
	if *used == nil {
		*used = usedOnces{}
	}
	(*used)[key] = true
	return true
}
