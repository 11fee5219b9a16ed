package storage

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// redisCheck is one thing that can be wrong with what is in Redis. Find tells where it is, and the commands that mend it there; without any, nobody
// can.
type redisCheck struct {
	name string
	says string
	find func(v *redisView, wrong tellWrong)
}

type tellWrong func(where string, mend ...[]any)

// redisTrouble is what a check has found.
type redisTrouble struct {
	check *redisCheck
	where string
	mend  [][]any
}

// do is a command.
func do(words ...any) []any { return words }

// redisChecks are in the order in which they mend.
var redisChecks []redisCheck

func init() { // the checks report themselves
	redisChecks = []redisCheck{
		{"type", "a key of the wrong type", func(v *redisView, wrong tellWrong) {
			for _, key := range v.odd {
				wrong(key)
			}
		}},
		{"names", "an account and its name that do not agree", func(v *redisView, wrong tellWrong) { v.checkNames(wrong, namesKey, accountPrefix, "account") }},
		{"rooms", "a room and its name that do not agree", func(v *redisView, wrong tellWrong) { v.checkNames(wrong, roomsKey, roomPrefix, "room") }},
		{"lobby", "there is no #lobby", checkLobby},
		{"looks", "a room that is not known by what its name looks like", checkLooks},
		{"members", "a member and its room that do not agree", checkMembers},
		{"empty", "a room that is wrongly known as empty or not", checkEmpty},
		{"invites", "an invitation and its room that do not agree", checkInvites},
		{"orphans", "something of an account or a room that does not exist", checkOrphans},
		{"ends", "something that ends, and when it does, that do not agree", checkEnds},
		{"guests", "an account that is wrongly known as a guest or not", checkGuests},
		{"lists", "messages that can't be read, or are out of order", checkLists},
		{"pairs", "a conversation that its accounts do not know of", checkPairs},
		{"last-number", "a higher number is in use than the last one that was given", checkLast},
		{"nodes", "something of a server that is gone", checkNodes},
		{"presence", "who is online where does not agree with the servers", checkPresence},
	}
}

// checkNames compares an index with what it leads to.
func (v *redisView) checkNames(wrong tellWrong, index, prefix, kind string) {
	for key, id := range v.hashes[index] {
		if v.hashes[prefix+id] == nil {
			wrong(kind+" "+id, do("HDEL", index, key))
		}
	}
	for _, id := range after(v.hashes, prefix) {
		key := v.hashes[prefix+id]["key"]
		switch v.hashes[index][key] {
		case id:
		case "":
			if key == "" {
				wrong(kind+" "+id, do("DEL", prefix+id))
			} else {
				wrong(kind+" "+id, do("HSET", index, key, id))
			}
		default:
			wrong(kind + " " + id) // another one has its name
		}
	}
}

func checkLobby(v *redisView, wrong tellWrong) {
	if v.hashes[roomsKey][LobbyName] != "" {
		return
	}
	for _, id := range after(v.hashes, roomPrefix) {
		if v.hashes[roomPrefix+id]["key"] == LobbyName {
			return // rooms mends that
		}
	}
	id := v.highest() + 1
	made := roomRecord{ID: ID(id), Key: LobbyName, Name: LobbyName, Look: LobbyName}
	mend := [][]any{do("HSET", stateKey, "last", id)}
	for _, c := range roomCommands(&made, true, false) {
		mend = append(mend, c)
	}
	for _, account := range after(v.hashes, accountPrefix) {
		mend = append(mend, do("HSET", membersKey(made.ID), account, fmt.Sprintf("%d 0", id)), do("HSET", memberPrefix+account, id, fmt.Sprintf("%d 0 %d", id, id)))
	}
	wrong(fmt.Sprintf("room %d takes its place", id), mend...)
}

func checkLooks(v *redisView, wrong tellWrong) {
	for look, id := range v.hashes[looksKey] {
		if v.hashes[roomPrefix+id]["look"] != look {
			wrong("room "+id, do("HDEL", looksKey, look))
		}
	}
	for _, id := range after(v.hashes, roomPrefix) {
		room := v.hashes[roomPrefix+id]
		look := v.how.Look(room["name"])
		other := v.hashes[looksKey][look]
		switch {
		case room["look"] == look && other == id:
		case other == "" || other == id || v.hashes[roomPrefix+other]["look"] != look:
			wrong("room "+id, do("HSET", roomPrefix+id, "look", look), do("HSET", looksKey, look, id))
		default:
			wrong("rooms " + other + " and " + id) // they can be mistaken for each other
		}
	}
}

func checkMembers(v *redisView, wrong tellWrong) {
	for _, account := range after(v.hashes, memberPrefix) {
		for room, value := range v.hashes[memberPrefix+account] {
			where := "account " + account + " in room " + room
			fields := strings.Fields(value)
			switch {
			case !v.isAccount(account) || !v.isRoom(room) || len(fields) < 2:
				wrong(where, do("HDEL", memberPrefix+account, room), do("HDEL", membersPrefix+room, account))
			case v.hashes[membersPrefix+room][account] != fields[0]+" "+fields[1]:
				wrong(where, do("HSET", membersPrefix+room, account, fields[0]+" "+fields[1]))
			}
		}
	}
	for _, room := range after(v.hashes, membersPrefix) {
		for account, value := range v.hashes[membersPrefix+room] {
			where := "account " + account + " in room " + room
			since, _, ok := strings.Cut(value, " ")
			switch {
			case v.hashes[memberPrefix+account][room] != "":
			case !v.isAccount(account) || !v.isRoom(room) || !ok:
				wrong(where, do("HDEL", membersPrefix+room, account))
			default:
				wrong(where, do("HSET", memberPrefix+account, room, value+" "+since))
			}
		}
	}
}

func checkEmpty(v *redisView, wrong tellWrong) {
	for _, room := range after(v.hashes, roomPrefix) {
		if isEmpty := len(v.hashes[membersPrefix+room]) == 0; isEmpty && !v.sets[emptyKey][room] {
			wrong("room "+room, do("SADD", emptyKey, room))
		}
	}
	for room := range v.sets[emptyKey] {
		if !v.isRoom(room) || len(v.hashes[membersPrefix+room]) > 0 {
			wrong("room "+room, do("SREM", emptyKey, room))
		}
	}
}

func checkInvites(v *redisView, wrong tellWrong) {
	for _, account := range after(v.hashes, invitesPrefix) {
		for room, text := range v.hashes[invitesPrefix+account] {
			where := "account " + account + " into room " + room
			_, err := inviteOf(text)
			switch {
			case err != nil || !v.isAccount(account) || !v.isRoom(room):
				wrong(where, do("HDEL", invitesPrefix+account, room), do("SREM", invitedPrefix+room, account))
			case !v.sets[invitedPrefix+room][account]:
				wrong(where, do("SADD", invitedPrefix+room, account))
			}
		}
	}
	for _, room := range after(v.sets, invitedPrefix) {
		for account := range v.sets[invitedPrefix+room] {
			if v.hashes[invitesPrefix+account][room] == "" {
				wrong("account "+account+" into room "+room, do("SREM", invitedPrefix+room, account))
			}
		}
	}
}

func checkOrphans(v *redisView, wrong tellWrong) {
	for _, prefix := range []string{tokensPrefix, blocksPrefix, pairsPrefix, inboxPrefix} {
		for _, account := range slices.Concat(after(v.hashes, prefix), after(v.sets, prefix), after(v.lists, prefix)) {
			if !v.isAccount(account) {
				wrong(strings.TrimPrefix(prefix, keyPrefix)+account, do("DEL", prefix+account))
			}
		}
	}
	for account := range v.hashes[expiredKey] {
		if !v.isAccount(account) {
			wrong("expired:"+account, do("HDEL", expiredKey, account))
		}
	}
	for _, room := range after(v.hashes, sanctionsPrefix) {
		if room != "0" && !v.isRoom(room) {
			wrong("sanctions:"+room, do("DEL", sanctionsPrefix+room))
		}
	}
	for field, value := range v.hashes[sanctionsKey(0)] {
		if s, err := sanctionOf(value); err != nil || s.Account != 0 && !v.isAccount(idText(s.Account)) {
			wrong("sanctions:0", do("HDEL", sanctionsKey(0), field))
		}
	}
	for _, thread := range after(v.lists, threadPrefix) {
		a, b, isPair := strings.Cut(thread, "-")
		switch {
		case !isPair && !v.isRoom(a), isPair && v.lists[threadPrefix+thread].lasting && !v.isAccount(a) && !v.isAccount(b):
			wrong("thread:"+thread, do("DEL", threadPrefix+thread))
		}
	}
}

// checkEnds compares what ends with the sorted sets that say when.
func checkEnds(v *redisView, wrong tellWrong) {
	for _, of := range []struct {
		prefix, key string
		endless     bool // what has the end 0 never ends
	}{{sanctionsPrefix, endingKey, true}, {tokensPrefix, tokensEndingKey, false}, {oncesPrefix, oncesAtKey, false}} {
		ends := map[string]int64{}
		for _, id := range after(v.hashes, of.prefix) {
			for field, value := range v.hashes[of.prefix+id] {
				first, _, _ := strings.Cut(value, " ")
				end, err := strconv.ParseInt(first, 10, 64)
				switch {
				case err != nil:
					wrong(strings.TrimPrefix(of.prefix, keyPrefix)+id, do("HDEL", of.prefix+id, field))
				case end != 0 || !of.endless:
					ends[id+" "+field] = end
				}
			}
		}
		for _, member := range slices.Sorted(maps.Keys(ends)) {
			if at, ok := v.sorted[of.key][member]; !ok || at != ends[member] {
				id, _, _ := strings.Cut(member, " ")
				wrong(strings.TrimPrefix(of.prefix, keyPrefix)+id, do("ZADD", of.key, ends[member], member))
			}
		}
		for member := range v.sorted[of.key] {
			if _, ok := ends[member]; !ok {
				id, _, _ := strings.Cut(member, " ")
				wrong(strings.TrimPrefix(of.key, keyPrefix)+" "+id, do("ZREM", of.key, member))
			}
		}
	}
}

func checkGuests(v *redisView, wrong tellWrong) {
	for _, id := range after(v.hashes, accountPrefix) {
		if v.hashes[accountPrefix+id]["guest"] != "" && !v.sets[guestsKey][id] {
			wrong("account "+id, do("SADD", guestsKey, id))
		}
	}
	for id := range v.sets[guestsKey] {
		if v.hashes[accountPrefix+id]["guest"] == "" {
			wrong("account "+id, do("SREM", guestsKey, id))
		}
	}
}

func checkLists(v *redisView, wrong tellWrong) {
	for _, key := range after(v.lists, "") {
		list := v.lists[key]
		if list.rows == nil {
			continue
		}
		kept := list.mended()
		var mend [][]any
		for some := range slices.Chunk(kept, 1000) {
			mend = append(mend, append(do("RPUSH", key), some...))
		}
		mend = append(mend, do("LTRIM", key, len(list.rows), -1)) // last, so that the list keeps its time to live
		wrong(fmt.Sprintf("%s: %d of %d rows", strings.TrimPrefix(key, keyPrefix), len(kept), len(list.rows)), mend...)
	}
}

func checkPairs(v *redisView, wrong tellWrong) {
	for _, thread := range after(v.lists, threadPrefix) {
		a, b, isPair := strings.Cut(thread, "-")
		if !isPair {
			continue
		}
		if v.isAccount(a) && !v.sets[pairsPrefix+a][b] {
			wrong("accounts "+a+" and "+b, do("SADD", pairsPrefix+a, b))
		}
		if v.isAccount(b) && !v.sets[pairsPrefix+b][a] {
			wrong("accounts "+b+" and "+a, do("SADD", pairsPrefix+b, a))
		}
	}
}

// highest is the highest number in use.
func (v *redisView) highest() (number int64) {
	number, _ = strconv.ParseInt(v.hashes[stateKey]["last"], 10, 64)
	for _, list := range v.lists {
		number = max(number, list.newest)
	}
	for _, prefix := range []string{accountPrefix, roomPrefix} {
		for _, id := range after(v.hashes, prefix) {
			number = max(number, int64(idOf(id)))
		}
	}
	return number
}

func checkLast(v *redisView, wrong tellWrong) {
	if number := v.highest(); v.hashes[stateKey]["last"] != numberText(number) {
		wrong("number "+numberText(number), do("HSET", stateKey, "last", number))
	}
}

func checkNodes(v *redisView, wrong tellWrong) {
	known := map[string]bool{}
	for _, node := range strings.Fields(v.hashes[stateKey]["nodes"]) {
		known[node] = true
	}
	for _, prefix := range []string{onlinePrefix, listeningPrefix} {
		for _, node := range after(v.hashes, prefix) {
			if !known[node] {
				wrong(strings.TrimPrefix(prefix, keyPrefix)+node, do("DEL", prefix+node))
			}
		}
	}
	for node := range v.hashes[nodesKey] {
		if !known[node] {
			wrong("node "+node, do("HDEL", nodesKey, node), do("DEL", feedPrefix+node, readPrefix+node))
		}
	}
	for node := range v.sorted[leasesKey] {
		if !known[node] {
			wrong("lease of node "+node, do("ZREM", leasesKey, node))
		}
	}
}

// checkPresence counts anew who is where.
func checkPresence(v *redisView, wrong tellWrong) {
	where, listening := map[string][]string{}, map[string]map[string]string{}
	for _, node := range strings.Fields(v.hashes[stateKey]["nodes"]) {
		counts := map[string]int{}
		for account := range v.hashes[onlinePrefix+node] {
			where[account] = append(where[account], node)
			for room := range v.hashes[memberPrefix+account] {
				counts[room]++
			}
		}
		listening[node] = texts(counts)
	}
	counts := map[string]int{}
	for account := range where {
		for room := range v.hashes[memberPrefix+account] {
			counts[room]++
		}
	}
	for account, nodes := range where {
		if now := strings.Fields(v.hashes[whereKey][account]); !sameWords(now, nodes) {
			wrong("account "+account, do("HSET", whereKey, account, strings.Join(nodes, " ")))
		}
	}
	for _, key := range []string{whereKey, awayKey} {
		for account := range v.hashes[key] {
			if where[account] == nil {
				wrong("account "+account, do("HDEL", key, account))
			}
		}
	}
	v.checkCounts(wrong, hereKey, texts(counts))
	for node, counts := range listening {
		v.checkCounts(wrong, listeningPrefix+node, counts)
	}
}

func (v *redisView) checkCounts(wrong tellWrong, key string, counts map[string]string) {
	for room, count := range counts {
		if v.hashes[key][room] != count {
			wrong(strings.TrimPrefix(key, keyPrefix)+" room "+room, do("HSET", key, room, count))
		}
	}
	for room := range v.hashes[key] {
		if counts[room] == "" {
			wrong(strings.TrimPrefix(key, keyPrefix)+" room "+room, do("HDEL", key, room))
		}
	}
}

func texts(counts map[string]int) map[string]string {
	all := map[string]string{}
	for room, count := range counts {
		all[room] = strconv.Itoa(count)
	}
	return all
}

func sameWords(x, y []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y)))
}
