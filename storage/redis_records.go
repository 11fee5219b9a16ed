package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisRecords is how the rules read and write records in Redis: a keeper. What they change becomes commands, which the script of the run does
// all at once. It is for whoever commits.
type redisRecords struct {
	store *redisStore

	// Of the run that is being made:
	ctx     context.Context
	count   int64        // how many numbers it takes
	do      []command    // what is changed
	onces   []command    // what keeps the keys of messages; see onceCommands
	expect  []expected   // what must be as the rules have found it
	touched []touch      // what other nodes must forget
	kept    []record     // what the rules may remember now
	asked   map[any]bool // ids, keys, standings and messages that were looked up together; what is not known of these does not exist

	found foundOnces
}

// command is a Redis command with its arguments, or one of our own; see perform.lua.
type command []any

// expected is the value that a field of a hash must have; empty: there must be none.
type expected struct{ key, field, value string }

// begin makes it ready for a run.
func (k *redisRecords) begin(ctx context.Context) {
	*k = redisRecords{store: k.store, ctx: ctx}
}

func (k *redisRecords) number() int64 {
	k.count++
	return newNumbers + k.count
}

func (k *redisRecords) keep(before, after record) error {
	do, err := k.commands(before, after)
	if _, isOnce := after.(*onceRecord); isOnce {
		k.onces = append(k.onces, do...) // only if the message is kept
	} else {
		k.do = append(k.do, do...)
	}
	if gone, isOnce := before.(*onceRecord); isOnce {
		delete(k.found.earlier, onceKey{gone.Account, gone.Key}) // or a later message of the run would remove it once more
	}
	if after != nil {
		k.kept = append(k.kept, after)
	}
	if t, ok := touchBy(before, after); ok {
		k.touched = append(k.touched, t)
	}
	return err
}

// commandArgs are commands as the scripts take them: each with the number of its words in front.
func commandArgs(commands []command) []any {
	var args []any
	for _, c := range commands {
		args = append(append(args, len(c)), c...)
	}
	return args
}

// commands returns what writes after in place of before.
func (k *redisRecords) commands(before, after record) ([]command, error) {
	one := after
	if one == nil {
		one = before
	}
	switch r := one.(type) {
	case *roomRecord:
		return roomCommands(r, before == nil, after == nil), nil
	case *memberRecord:
		return k.memberCommands(before, after), nil
	case *sanctionRecord:
		return sanctionCommands(r, after == nil)
	case *inviteRecord:
		return inviteCommands(r, after == nil)
	case *blockRecord:
		return []command{{setCommand(after == nil), blocksKey(r.Account), int64(r.Other)}}, nil
	case *tokenRecord:
		return tokenCommands(r, after == nil), nil
	case *onceRecord:
		return onceCommands(r, after == nil)
	case *awayRecord:
		if after == nil || r.Text == nil {
			return []command{{"HDEL", awayKey, int64(r.Account)}}, nil
		}
		return []command{{"@away", int64(r.Account), *r.Text}}, nil
	case *operatorRecord:
		if after == nil {
			return []command{{"HDEL", accountKey(r.Account), "operator"}}, nil
		}
		return []command{{"HSET", accountKey(r.Account), "operator", 1}}, nil
	case *registeredRecord:
		return []command{{"HSET", accountKey(r.Account), "hash", r.Hash}, {"HDEL", accountKey(r.Account), "guest"}, {"SREM", guestsKey, int64(r.Account)}}, nil
	case *lockdownRecord:
		if after == nil {
			return []command{{"HDEL", stateKey, "lockdown"}}, nil
		}
		return []command{{"HSET", stateKey, "lockdown", 1}}, nil
	}
	return nil, fmt.Errorf("no key for %T", one)
}

func setCommand(remove bool) string {
	if remove {
		return "SREM"
	}
	return "SADD"
}

// roomCommands keep a room.
func roomCommands(r *roomRecord, isNew, gone bool) []command {
	id := idText(r.ID)
	if gone {
		return []command{
			{"DEL", roomKey(r.ID)}, {"HDEL", roomsKey, r.Key}, {"HDEL", looksKey, r.Look},
			{"SREM", emptyKey, id}, {"DEL", threadKey(RoomThread(r.ID))}, {"@close", id},
		}
	}
	commands := []command{{"HSET", roomKey(r.ID), "name", r.Name, "key", r.Key, "look", r.Look, "topic", r.Topic,
		"private", flag(r.Private), "quiet", flag(r.Quiet), "created", r.Created.UnixMilli(), "topic_by", r.TopicBy, "topic_at", orZeroMilli(r.TopicAt), "unowned", flag(r.Unowned)}}
	if isNew {
		commands = append(commands, command{"HSET", roomsKey, r.Key, id}, command{"HSET", looksKey, r.Look, id}, command{"SADD", emptyKey, id})
	}
	return commands
}

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

func roomOf(id ID, fields map[string]string) roomRecord {
	created, _ := strconv.ParseInt(fields["created"], 10, 64)
	topicAt, _ := strconv.ParseInt(fields["topic_at"], 10, 64) // of an older server's room there is none
	return roomRecord{ID: id, Key: fields["key"], Name: fields["name"], Look: fields["look"], Topic: fields["topic"],
		Private: fields["private"] == "1", Quiet: fields["quiet"] == "1", Created: time.UnixMilli(created).UTC(),
		TopicBy: fields["topic_by"], TopicAt: orZeroTime(topicAt), Unowned: fields["unowned"] == "1"}
}

// memberCommands keep a membership, and whether its room is empty.
func (k *redisRecords) memberCommands(before, after record) []command {
	old, _ := before.(*memberRecord)
	m, _ := after.(*memberRecord)
	if m == nil {
		room, account := idText(old.Room), idText(old.Account)
		commands := []command{{"HDEL", memberKey(old.Account), room}, {"HDEL", membersKey(old.Room), account}, {"@expel", room, account}}
		if k.isAlone(old) {
			commands = append(commands, command{"SADD", emptyKey, room})
		}
		return commands
	}
	room, account := idText(m.Room), idText(m.Account)
	if isReading(before, after) {
		return []command{{"@seen", account, room, numberText(m.Since), m.Read}}
	}
	if old != nil && old.Since == m.Since {
		return []command{{"@role", account, room, numberText(m.Since), int(m.Role)}}
	}
	commands := []command{
		{"HSET", memberKey(m.Account), room, memberValue(m)},
		{"HSET", membersKey(m.Room), account, fmt.Sprintf("%s %d", numberText(m.Since), m.Role)},
	}
	if old == nil {
		commands = append(commands, command{"SREM", emptyKey, room}, command{"@enrol", room, account})
	}
	return commands
}

// isAlone reports whether a room has no members but this one. The rules count a member after they have kept it, and for as long as they have
// not kept that it is gone.
func (k *redisRecords) isAlone(m *memberRecord) bool {
	in := k.store.rules.byID[m.Room]
	if in == nil {
		return false
	}
	others := in.members
	if s := in.standings[m.Account]; s != nil && s.member != nil {
		others--
	}
	return others == 0
}

// memberValue writes a membership as "SINCE ROLE READ".
func memberValue(m *memberRecord) string {
	return fmt.Sprintf("%s %d %s", numberText(m.Since), m.Role, numberText(m.Read))
}

// memberOf reads what memberValue has written, and also without READ.
func memberOf(account, room ID, value string) (memberRecord, error) {
	var fields [3]int64
	for i, field := range strings.Fields(value) {
		number, err := strconv.ParseInt(field, 10, 64)
		if err != nil || i == len(fields) {
			return memberRecord{}, fmt.Errorf("a membership in Redis is %q", value)
		}
		fields[i] = number
	}
	return memberRecord{Account: account, Room: room, Since: fields[0], Role: Role(fields[1]), Read: fields[2]}, nil
}

// sanctionField is where a sanction stands in the hash of its room.
func sanctionField(target string, mute bool) string {
	if mute {
		return "mute " + target
	}
	return "ban " + target
}

func sanctionCommands(s *sanctionRecord, gone bool) ([]command, error) {
	field := sanctionField(s.Target, s.Mute)
	ending := idText(s.Room) + " " + field
	if gone {
		return []command{{"HDEL", sanctionsKey(s.Room), field}, {"ZREM", endingKey, ending}}, nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	end := orZeroMilli(s.Until)
	commands := []command{{"HSET", sanctionsKey(s.Room), field, fmt.Sprintf("%d %d %s", end, s.Account, text)}}
	if end > 0 {
		return append(commands, command{"ZADD", endingKey, end, ending}), nil
	}
	return append(commands, command{"ZREM", endingKey, ending}), nil // the one before may have had an end
}

// sanctionOf reads the value of a sanction: "END ID JSON".
func sanctionOf(value string) (*sanctionRecord, error) {
	parts := strings.SplitN(value, " ", 3)
	if len(parts) < 3 {
		return nil, errors.New("a sanction in Redis can't be read")
	}
	end, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return nil, err
	}
	s := &sanctionRecord{}
	err = json.Unmarshal([]byte(parts[2]), s)
	s.Until = orZeroTime(end)
	return s, err
}

// sanctionFor is sanctionOf for what is forbidden to an account; nil if it was to somebody who had the name before.
func sanctionFor(account ID, value any) (*sanctionRecord, error) {
	text, found := value.(string)
	if !found {
		return nil, nil
	}
	s, err := sanctionOf(text)
	if err != nil || s.Account != account {
		return nil, err
	}
	return s, nil
}

func inviteCommands(in *inviteRecord, gone bool) ([]command, error) {
	room, account := idText(in.Room), idText(in.Account)
	if gone {
		return []command{{"HDEL", invitesKey(in.Account), room}, {"SREM", invitedKey(in.Room), account}}, nil
	}
	text, err := inviteText(in)
	return []command{{"HSET", invitesKey(in.Account), room, text}, {"SADD", invitedKey(in.Room), account}}, err
}

// inviteText writes an invitation as JSON, with its number as it stands in a command. The number comes first, and nothing else can look like it.
func inviteText(in *inviteRecord) (string, error) {
	unnumbered := *in
	unnumbered.Number = 0
	text, err := json.Marshal(&unnumbered)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`{"Number":%s,%s`, numberText(in.Number), text[1:]), nil
}

func inviteOf(text string) (inviteRecord, error) {
	var in inviteRecord
	err := json.Unmarshal([]byte(text), &in)
	return in, err
}

// orNone makes no error of the one that says that there is none.
func orNone(err error) error {
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return err
}
