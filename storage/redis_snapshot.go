package storage

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How much is read by one script, so that none takes long. Of rooms, which may have long histories, it is one. Tests read less.
var (
	someKeys          = 500
	someConversations = 16
)

// snapshot reads the records of a store as it was at one moment: under a dump, or what was loaded and is not in its place yet.
type snapshot struct {
	s      *redisStore
	ctx    context.Context
	lease  string // the key of the lease under which it is read
	name   string // its value
	prefix string // what stands before all keys
	state  StateRecord
	each   func(*Record) error

	accounts []ID // without guests
	rooms    []ID
	keys     map[ID]string // of the accounts and rooms
	waiting  map[ID]int64  // of accounts whose inbox is not empty: the number of the first message there
}

// records calls each with all of them, in the order of a dump.
func (d *snapshot) records() error {
	d.keys, d.waiting = map[ID]string{}, map[ID]int64{}
	if err := d.each(&Record{State: &d.state}); err != nil {
		return err
	}
	for _, part := range []func() error{
		d.readAccounts, d.readRooms, d.readMembers, d.readSanctions, d.readInvites, d.readBlocks, d.readTokens, d.readOnces,
		d.readWaiting, d.readRoomMessages, d.readConversations, d.readStrays,
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

// read runs a command, whose key comes second, for many keys.
func (d *snapshot) read(keys []string, command ...any) ([]any, error) {
	args := append([]any{d.lease, d.name, d.prefix, len(command)}, command...)
	for _, key := range keys {
		args = append(args, key)
	}
	found, err := patiently(d.ctx, d.s, func(ctx context.Context) ([]any, error) {
		return dumpReadScript.Run(ctx, d.s.client, nil, args...).Slice()
	})
	if err == nil && len(found) != len(keys) {
		err = errReply
	}
	return found, err
}

// readEach reads the key of each of many ids, or of whatever else, and hands on what is there.
func readEach[I any](d *snapshot, ids []I, most int, key func(I) string, use func(id I, reply any) error, command ...any) error {
	for some := range slices.Chunk(ids, most) {
		keys := make([]string, len(some))
		for i, id := range some {
			keys[i] = key(id)
		}
		found, err := d.read(keys, command...)
		if err != nil {
			return err
		}
		for i, reply := range found {
			if err := use(some[i], reply); err != nil {
				return err
			}
		}
	}
	return nil
}

// readHashes reads a hash of each id and hands on each field.
func (d *snapshot) readHashes(ids []ID, key func(ID) string, use func(id ID, field, value string) error) error {
	return readEach(d, ids, someKeys, key, func(id ID, reply any) error {
		fields := hashOf(reply)
		for _, field := range slices.Sorted(maps.Keys(fields)) {
			if err := use(id, field, fields[field]); err != nil {
				return err
			}
		}
		return nil
	}, "HGETALL")
}

// hashOf reads what a script replies for HGETALL.
func hashOf(reply any) map[string]string {
	words := textsOf(reply)
	fields := make(map[string]string, len(words)/2)
	for i := 0; i+1 < len(words); i += 2 {
		fields[words[i]] = words[i+1]
	}
	return fields
}

func textsOf(reply any) []string {
	list, _ := reply.([]any)
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i], _ = one.(string)
	}
	return texts
}

// ids lists accounts or rooms by the index that names them, which goes on changing. What was removed since the moment was copied; what is new has an id
// above the last number.
func (d *snapshot) ids(index, prefix string) ([]ID, error) {
	found := map[ID]bool{}
	err := d.scan(func(ctx context.Context, cursor uint64) ([]string, uint64, error) {
		return d.s.client.HScan(ctx, d.prefix+index, cursor, "", int64(someKeys)).Result()
	}, func(words []string) {
		for i := 1; i < len(words); i += 2 {
			found[idOf(words[i])] = true
		}
	})
	if err == nil && d.lease == dumpKey {
		err = d.scan(func(ctx context.Context, cursor uint64) ([]string, uint64, error) {
			return d.s.client.SScan(ctx, dumpedKey, cursor, prefix+"*", int64(someKeys)).Result()
		}, func(keys []string) {
			for _, key := range keys {
				found[idOf(strings.TrimPrefix(key, prefix))] = true
			}
		})
	}
	maps.DeleteFunc(found, func(id ID, _ bool) bool { return id == 0 || int64(id) > d.state.Last })
	return slices.Sorted(maps.Keys(found)), err
}

// scan goes through one key.
func (d *snapshot) scan(next func(ctx context.Context, cursor uint64) ([]string, uint64, error), use func([]string)) error {
	return scan(d.ctx, d.s, next, func(words []string) error {
		use(words)
		return nil
	})
}

func scan(ctx context.Context, s *redisStore, next func(ctx context.Context, cursor uint64) ([]string, uint64, error), use func([]string) error) error {
	for cursor := uint64(0); ; {
		words, err := patiently(ctx, s, func(ctx context.Context) (words []string, err error) {
			words, after, err := next(ctx, cursor)
			if err == nil {
				cursor = after
			}
			return words, err
		})
		if err != nil {
			return err
		}
		if err := use(words); err != nil || cursor == 0 {
			return err
		}
	}
}

func (d *snapshot) readAccounts() error {
	ids, err := d.ids(namesKey, accountPrefix)
	if err != nil {
		return err
	}
	found, err := d.read([]string{expiredKey}, "HGETALL")
	if err != nil {
		return err
	}
	expired := hashOf(found[0])
	return readEach(d, ids, someKeys, accountKey, func(id ID, reply any) error {
		fields := hashOf(reply)
		if fields["key"] == "" || fields["guest"] != "" {
			return nil
		}
		created, _ := strconv.ParseInt(fields["created"], 10, 64)
		d.accounts, d.keys[id] = append(d.accounts, id), fields["key"]
		return d.each(&Record{Account: &AccountRecord{
			ID: id, Key: fields["key"], Name: fields["name"], Hash: fields["hash"], Created: time.UnixMilli(created).UTC(),
			Operator: fields["operator"] != "", Expired: int(numberOf(expired[idText(id)])),
		}})
	}, "HGETALL")
}

func (d *snapshot) readRooms() error {
	ids, err := d.ids(roomsKey, roomPrefix)
	if err != nil {
		return err
	}
	return readEach(d, ids, someKeys, roomKey, func(id ID, reply any) error {
		fields := hashOf(reply)
		if len(fields) == 0 {
			return nil
		}
		r := roomOf(id, fields)
		d.rooms, d.keys[id] = append(d.rooms, id), r.Key
		return d.each(r.dumped())
	}, "HGETALL")
}

func (d *snapshot) readMembers() error {
	return d.readHashes(d.accounts, memberKey, func(account ID, field, value string) error {
		room := idOf(field)
		if d.keys[room] == "" {
			return nil
		}
		m, err := memberOf(account, room, value)
		if err != nil {
			return err
		}
		return d.each(m.dumped())
	})
}

func (d *snapshot) readSanctions() error {
	return d.readHashes(append([]ID{0}, d.rooms...), sanctionsKey, func(room ID, _, value string) error {
		s, err := sanctionOf(value)
		if err != nil {
			return err
		}
		return d.each(s.dumped())
	})
}

func (d *snapshot) readInvites() error {
	return d.readHashes(d.accounts, invitesKey, func(account ID, field, value string) error {
		in, err := inviteOf(value)
		if err != nil || d.keys[idOf(field)] == "" {
			return err
		}
		return d.each(in.dumped())
	})
}

func (d *snapshot) readBlocks() error {
	return readEach(d, d.accounts, someKeys, blocksKey, func(account ID, reply any) error {
		for _, other := range textsOf(reply) {
			if err := d.each(&Record{Block: &BlockRecord{Account: account, Other: idOf(other)}}); err != nil {
				return err
			}
		}
		return nil
	}, "SMEMBERS")
}

func (d *snapshot) readTokens() error {
	return d.readHashes(d.accounts, tokensKey, func(account ID, hash, value string) error {
		t, err := tokenOf(account, hash, value)
		if err != nil {
			return err
		}
		return d.each(t.dumped())
	})
}

func (d *snapshot) readOnces() error {
	return d.readHashes(d.accounts, oncesKey, func(account ID, key, value string) error {
		o, err := onceOf(account, key, value)
		if err != nil {
			return err
		}
		return d.each(o.dumped())
	})
}

// readWaiting finds out from which message on all wait for an account.
func (d *snapshot) readWaiting() error {
	return readEach(d, d.accounts, someKeys, inboxKey, func(account ID, reply any) error {
		row, ok := reply.(string)
		if !ok {
			return nil
		}
		m, err := messageOf(row)
		d.waiting[account] = m.Number
		return err
	}, "LINDEX", 0)
}

func (d *snapshot) readRoomMessages() error {
	return readEach(d, d.rooms, 1, func(id ID) string { return threadKey(RoomThread(id)) }, func(room ID, reply any) error {
		messages, err := messagesOf(rowsOf(reply))
		if err != nil {
			return err
		}
		for i := range messages {
			r := messageRecord(&messages[i])
			r.Room = room
			if err := d.each(&Record{Message: r}); err != nil {
				return err
			}
		}
		return nil
	}, "LRANGE", 0, -1)
}

func rowsOf(reply any) []any {
	rows, _ := reply.([]any)
	return rows
}

func messageRecord(m *Event) *MessageRecord {
	return &MessageRecord{Number: m.Number, At: m.At, From: m.From, FromName: m.FromName, Text: string(m.Text)}
}

// readConversations reads each conversation with the first one of its accounts that there still is.
func (d *snapshot) readConversations() error {
	for some := range slices.Chunk(d.accounts, someKeys) {
		var threads []Thread
		err := readEach(d, some, someKeys, pairsKey, func(account ID, reply any) error {
			for _, text := range textsOf(reply) {
				if other := idOf(text); other >= account || d.keys[other] == "" {
					threads = append(threads, PairThread(account, other))
				}
			}
			return nil
		}, "SMEMBERS")
		if err == nil {
			err = readEach(d, threads, someConversations, threadKey, func(t Thread, reply any) error { return d.conversation(t, rowsOf(reply)) }, "LRANGE", 0, -1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// conversation hands on the messages of two accounts. Those that wait are in it as long as their inbox keeps them.
func (d *snapshot) conversation(t Thread, rows []any) error {
	messages, err := messagesOf(rows)
	if err != nil {
		return err
	}
	early, err := d.earlier(t, messages)
	if err != nil {
		return err
	}
	for _, m := range append(early, messages...) {
		r := messageRecord(&m)
		if r.From == 0 { // the row is older than ids
			r.From = d.author(t, r.FromName)
		}
		if r.To = t.A; r.From == t.A {
			r.To = t.B
		}
		from, some := d.waiting[r.To]
		r.Waiting = some && r.Number >= from
		if err := d.each(&Record{Message: r}); err != nil {
			return err
		}
	}
	return nil
}

// author finds out who has a name. It is no other one, since conversations go by accounts.
func (d *snapshot) author(t Thread, name string) ID {
	if strings.EqualFold(name, d.keys[t.A]) {
		return t.A
	}
	return t.B
}

// earlier returns the messages of a conversation that wait for its accounts, but were cut from its history.
func (d *snapshot) earlier(t Thread, messages []Event) (early []Event, err error) {
	for to, from := range map[ID]ID{t.A: t.B, t.B: t.A} {
		first, some := d.waiting[to]
		if !some || len(messages) > 0 && messages[0].Number <= first {
			continue
		}
		found, err := d.read([]string{inboxKey(to)}, "LRANGE", 0, -1)
		if err != nil {
			return nil, err
		}
		inbox, err := messagesOf(rowsOf(found[0]))
		if err != nil {
			return nil, err
		}
		for _, m := range inbox {
			if m.From == from && (len(messages) == 0 || m.Number < messages[0].Number) {
				early = append(early, m)
			}
		}
	}
	slices.SortFunc(early, compareEvents)
	return early, nil
}

// readStrays reads the messages that wait for an account and are in no conversation, since it is not known who has said them.
func (d *snapshot) readStrays() error {
	return readEach(d, slices.Sorted(maps.Keys(d.waiting)), someConversations, inboxKey, func(to ID, reply any) error {
		messages, err := messagesOf(rowsOf(reply))
		if err != nil {
			return err
		}
		for i := range messages {
			known, err := d.isInConversation(to, &messages[i])
			if err != nil {
				return err
			}
			if known {
				continue
			}
			r := messageRecord(&messages[i])
			r.To, r.Waiting = to, true
			if err := d.each(&Record{Message: r}); err != nil {
				return err
			}
		}
		return nil
	}, "LRANGE", 0, -1)
}

// isInConversation reports whether a message that waits for an account is in one of its conversations. Only rows that are older than ids need a search.
func (d *snapshot) isInConversation(to ID, m *Event) (bool, error) {
	if m.From != 0 {
		return true, nil
	}
	found, err := d.read([]string{pairsKey(to)}, "SMEMBERS")
	if err != nil {
		return false, err
	}
	for _, other := range textsOf(found[0]) {
		if !strings.EqualFold(m.FromName, d.keys[idOf(other)]) {
			continue
		}
		rows, err := d.read([]string{threadKey(PairThread(to, idOf(other)))}, "LRANGE", 0, -1)
		if err != nil {
			return false, err
		}
		messages, err := messagesOf(rowsOf(rows[0]))
		if err != nil || slices.ContainsFunc(messages, func(one Event) bool { return one.Number == m.Number }) {
			return true, err
		}
	}
	return false, nil
}
