package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"
)

// examineRedis reads all keys. They are not read at one moment, so what is found beside servers must be found once more.
func examineRedis(ctx context.Context, url string, how Checkup, log *zap.Logger) ([]Finding, error) {
	address, err := readRedisAddress(url)
	if err != nil {
		return nil, err
	}
	client := address.client(2)
	defer client.Close()
	list, err := (&redisDoctor{client, how, log}).examine(ctx)
	if err != nil {
		return nil, describeRedis(address.Shown, err)
	}
	return list, nil
}

type redisDoctor struct {
	client *redis.Client
	how    Checkup
	log    *zap.Logger
}

var (
	errNoStore = errors.New("there is no store in this database: name the server's with --store")
	errBusy    = errors.New("it is being backed up: wait until that is done")
	errServed  = errors.New("a parley server is using it: stop all of them first, then mend")
	errBegun   = errors.New("somebody has begun to use it meanwhile, so nothing else was mended: wait until that is done, then mend")
)

func (d *redisDoctor) examine(ctx context.Context) ([]Finding, error) {
	if _, err := checkServer(ctx, d.client); err != nil {
		return nil, err
	}
	if d.how.Mend {
		return d.mend(ctx)
	}
	v, older, err := d.lookAtStore(ctx)
	if err != nil || len(older) > 0 {
		return older, err
	}
	found := v.check()
	if len(found) > 0 && v.served() {
		if v, err = d.look(ctx); err != nil {
			return nil, err
		}
		found = inBoth(found, v.check())
	}
	return d.report(found), nil
}

// lookAtStore looks at what there is, if it is a store that may be examined. The only thing to say of one of an earlier version is older.
func (d *redisDoctor) lookAtStore(ctx context.Context) (v *redisView, older []Finding, err error) {
	if v, err = d.look(ctx); err != nil {
		return nil, nil, err
	}
	switch format, _ := strconv.Atoi(v.hashes[stateKey]["format"]); {
	case len(v.hashes[stateKey]) == 0:
		return nil, nil, errNoStore
	case format == guardedFormat:
		if err := d.idle(ctx, v); err != nil {
			return nil, nil, err
		}
	case format > redisFormat:
		return nil, nil, newerError{format}
	case format < redisFormat:
		older = findings("format", "the store is of an earlier version", "start the server of this version, which converts it",
			[]string{fmt.Sprintf("format %d, not %d", format, redisFormat)})
	}
	if d.how.Mend && v.served() {
		return nil, nil, errServed
	}
	return v, older, nil
}

// idle returns nil if a backup or a restore that has marked the store is not under way any more. Nothing is mended during a backup, and nothing is
// whole during a restore.
func (d *redisDoctor) idle(ctx context.Context, v *redisView) error {
	if v.hashes[stateKey]["restoring"] != "" {
		return errRestoring
	}
	dumping, err := d.client.Exists(ctx, dumpKey).Result()
	if err == nil && dumping > 0 && d.how.Mend {
		err = errBusy
	}
	return err
}

// inBoth returns what was found both times.
func inBoth(first, second []redisTrouble) []redisTrouble {
	return slices.DeleteFunc(second, func(t redisTrouble) bool {
		return !slices.ContainsFunc(first, func(o redisTrouble) bool { return o.check == t.check && o.where == t.where })
	})
}

// report makes findings of what is wrong, by checks.
func (d *redisDoctor) report(found []redisTrouble) (list []Finding) {
	for i := range redisChecks {
		c := &redisChecks[i]
		var mendables, others []string
		for _, t := range found {
			switch {
			case t.check != c:
			case len(t.mend) > 0:
				mendables = append(mendables, t.where)
			default:
				others = append(others, t.where)
			}
		}
		slices.Sort(mendables)
		slices.Sort(others)
		list = append(list, findings(c.name, c.says, mendable, mendables)...)
		list = append(list, findings(c.name, c.says, "put back a backup, or ask somebody who knows Redis", others)...)
	}
	return list
}

// mend does what all that was found asks for, and looks again until nothing is left to be mended.
func (d *redisDoctor) mend(ctx context.Context) (all []Finding, err error) {
	for round := 0; ; round++ {
		var cured, left []Finding
		err := d.client.Watch(ctx, func(tx *redis.Tx) (err error) {
			cured, left, err = d.mendOnce(ctx, tx, round < rounds)
			return err
		}, stateKey)
		if errors.Is(err, redis.TxFailedErr) {
			err = errBegun
		}
		if err != nil {
			return nil, err
		}
		all = append(all, cured...)
		if len(cured) == 0 {
			return append(all, left...), nil
		}
	}
}

// mendOnce looks, and mends in one transaction. Redis does nothing of it if the state has changed since: a server, a backup or a restore has begun.
func (d *redisDoctor) mendOnce(ctx context.Context, tx *redis.Tx, mends bool) (cured, left []Finding, err error) {
	v, older, err := d.lookAtStore(ctx)
	if err != nil || len(older) > 0 {
		return nil, older, err
	}
	var mendable, others []redisTrouble
	for _, t := range v.check() {
		if len(t.mend) > 0 && mends {
			mendable = append(mendable, t)
		} else {
			others = append(others, t)
		}
	}
	if len(mendable) == 0 {
		return nil, d.report(others), nil
	}
	_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, t := range mendable {
			for _, command := range t.mend {
				pipe.Do(ctx, command...)
			}
		}
		return pipe.HIncrBy(ctx, stateKey, "version", 1).Err() // an operator's command that has begun before forgets what it has read
	})
	return mended(d.report(mendable)), nil, err
}

// redisView is what all keys hold, as they were read one after the other.
type redisView struct {
	how    Checkup
	now    int64 // milliseconds
	hashes map[string]map[string]string
	sets   map[string]map[string]bool
	sorted map[string]map[string]int64
	lists  map[string]*redisList
	odd    []string // keys of a type that they should not have
}

// redisList is what is known of a list of messages.
type redisList struct {
	rows    []string // of one that is not in order
	newest  int64    // the highest number
	lasting bool     // it does not end by itself
}

// scanMost is how many keys are read at once.
const scanMost = 200

func (d *redisDoctor) look(ctx context.Context) (*redisView, error) {
	v := &redisView{how: d.how, hashes: map[string]map[string]string{}, sets: map[string]map[string]bool{}, sorted: map[string]map[string]int64{}, lists: map[string]*redisList{}}
	clock, err := d.client.Time(ctx).Result()
	if err != nil {
		return nil, err
	}
	v.now = clock.UnixMilli()
	for cursor := uint64(0); ; {
		keys, next, err := d.client.Scan(ctx, cursor, keyPrefix+"*", scanMost).Result()
		if err == nil {
			err = d.read(ctx, v, keys)
		}
		if err != nil {
			return nil, err
		}
		if cursor = next; cursor == 0 {
			return v, nil
		}
	}
}

// read reads keys of whatever type.
func (d *redisDoctor) read(ctx context.Context, v *redisView, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	pipe := d.client.Pipeline()
	for _, key := range keys {
		pipe.Type(ctx, key)
		pipe.PTTL(ctx, key)
	}
	types, err := pipe.Exec(ctx)
	if err != nil {
		return err
	}
	pipe = d.client.Pipeline()
	for i, key := range keys {
		kind := types[2*i].(*redis.StatusCmd).Val()
		if wanted := typeOf(key); wanted != "" && kind != wanted && kind != "none" {
			v.odd = append(v.odd, key)
			continue
		}
		switch kind {
		case "hash":
			pipe.HGetAll(ctx, key)
		case "set":
			pipe.SMembers(ctx, key)
		case "zset":
			pipe.ZRangeWithScores(ctx, key, 0, -1)
		case "list":
			if isMessages(key) {
				v.lists[key] = &redisList{lasting: types[2*i+1].(*redis.DurationCmd).Val() < 0}
				pipe.LRange(ctx, key, 0, -1)
			}
		}
	}
	if pipe.Len() == 0 {
		return nil
	}
	replies, err := pipe.Exec(ctx)
	if err != nil && orNone(err) != nil {
		return err
	}
	for _, reply := range replies {
		key := fmt.Sprint(reply.Args()[1])
		switch r := reply.(type) {
		case *redis.MapStringStringCmd:
			v.hashes[key] = r.Val()
		case *redis.ZSliceCmd:
			v.sorted[key] = map[string]int64{}
			for _, z := range r.Val() {
				v.sorted[key][fmt.Sprint(z.Member)] = int64(z.Score)
			}
		case *redis.StringSliceCmd:
			if list := v.lists[key]; list != nil {
				list.judge(r.Val())
				continue
			}
			v.sets[key] = map[string]bool{}
			for _, member := range r.Val() {
				v.sets[key][member] = true
			}
		}
	}
	return nil
}

// judge notes the newest number, and keeps the rows if they are not messages in their order.
func (l *redisList) judge(rows []string) {
	for _, row := range rows {
		m, err := messageOf(row)
		if err != nil || m.Number <= l.newest {
			l.rows = rows
		}
		l.newest = max(l.newest, m.Number)
	}
}

// mended returns the rows that are messages, in their order.
func (l *redisList) mended() (rows []any) {
	byNumber := map[int64]string{}
	var numbers []int64
	for _, row := range l.rows {
		m, err := messageOf(row)
		if _, twice := byNumber[m.Number]; err == nil && !twice {
			byNumber[m.Number] = row
			numbers = append(numbers, m.Number)
		}
	}
	slices.Sort(numbers)
	for _, number := range numbers {
		rows = append(rows, byNumber[number])
	}
	return rows
}

func isMessages(key string) bool {
	return strings.HasPrefix(key, threadPrefix) || strings.HasPrefix(key, inboxPrefix)
}

// typeOf is the type that a key must have; empty: it may be any.
func typeOf(key string) string {
	for kind, prefixes := range map[string][]string{
		"list": {inboxPrefix, threadPrefix, feedPrefix, readPrefix},
		"set":  {pairsPrefix, blocksPrefix, invitedPrefix},
		"hash": {accountPrefix, memberPrefix, invitesPrefix, tokensPrefix, oncesPrefix, roomPrefix, membersPrefix, sanctionsPrefix, nodePrefix, onlinePrefix, listeningPrefix},
	} {
		if slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
			return kind
		}
	}
	return ""
}

// served reports whether a server uses the store: its lease has not ended.
func (v *redisView) served() bool {
	for _, ends := range v.sorted[leasesKey] {
		if ends > v.now {
			return true
		}
	}
	return false
}

// check runs all checks.
func (v *redisView) check() (found []redisTrouble) {
	for i := range redisChecks {
		c := &redisChecks[i]
		c.find(v, func(where string, mend ...[]any) { found = append(found, redisTrouble{c, where, mend}) })
	}
	return found
}

// after returns the parts of the keys behind a prefix, sorted.
func after[T any](keys map[string]T, prefix string) (ids []string) {
	for key := range keys {
		if id, ok := strings.CutPrefix(key, prefix); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (v *redisView) isAccount(id string) bool { return v.hashes[accountPrefix+id] != nil }
func (v *redisView) isRoom(id string) bool    { return v.hashes[roomPrefix+id] != nil }
