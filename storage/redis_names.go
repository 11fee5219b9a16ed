package storage

import (
	"context"
	"errors"
	"strconv"
)

// names are the accounts and rooms that are known to exist, as long as the state in Redis has this version. It is for the goroutine of
// Commit.
type names struct {
	version  string
	keys     map[string]ID // of accounts
	accounts map[ID]string // their names
	rooms    map[string]Room
}

const maxNames = 100_000

func newNames(version string) names {
	return names{version, map[string]ID{}, map[ID]string{}, map[string]Room{}}
}

func isRoomKey(key string) bool { return len(key) > 0 && key[0] == '#' }

// resolve looks up the names that a run of asks needs. Those that are unknown afterwards do not exist.
func (s *redisStore) resolve(ctx context.Context, asks []Ask) error {
	if s.forget.Swap(false) || len(s.names.keys)+len(s.names.accounts) > maxNames {
		s.names = newNames(s.names.version)
		clear(s.lasting.begun)
	}
	for {
		l := s.names.lookup(asks)
		if len(l.accounts)+len(l.rooms)+len(l.ids) == 0 {
			return nil
		}
		version, err := l.run(ctx, s, &s.names)
		if err != nil || version == s.names.version {
			return err
		}
		s.names = newNames(version)
	}
}

// lookup is the names of a run that are not known yet.
type lookup struct {
	accounts, rooms []string // keys
	ids             []ID     // of accounts
}

func (n *names) lookup(asks []Ask) (l lookup) {
	var asked map[any]bool
	first := func(key any) bool {
		if asked[key] {
			return false
		}
		if asked == nil {
			asked = map[any]bool{}
		}
		asked[key] = true
		return true
	}
	room := "" // of the last message to one; most go to the same
	for i := range asks {
		ask := &asks[i]
		if ask.Kind == Enter { // the script looks at the account itself
			continue
		}
		if n.accounts[ask.Account] == "" && first(ask.Account) {
			l.ids = append(l.ids, ask.Account)
		}
		if ask.Kind != Say {
			continue
		}
		if isRoomKey(ask.To) {
			if ask.To == room {
				continue
			}
			room = ask.To
			if n.rooms[room].ID == 0 && first(room) {
				l.rooms = append(l.rooms, room)
			}
		} else if id := n.keys[ask.To]; (id == 0 || n.accounts[id] == "") && first(ask.To) {
			l.accounts = append(l.accounts, ask.To)
		}
	}
	return l
}

// run asks Redis, and adds what exists if the version is still that of n.
func (l *lookup) run(ctx context.Context, s *redisStore, n *names) (version string, err error) {
	args := []any{accountPrefix, roomPrefix, len(l.accounts), len(l.rooms)}
	for _, key := range l.accounts {
		args = append(args, key)
	}
	for _, key := range l.rooms {
		args = append(args, key)
	}
	for _, id := range l.ids {
		args = append(args, int64(id))
	}
	reply, err := lookupScript.Run(ctx, s.client, []string{stateKey, namesKey, roomsKey}, args...).StringSlice()
	if err != nil {
		return "", err
	}
	if len(reply) != 1+2*len(l.accounts)+2*len(l.rooms)+len(l.ids) {
		return "", errors.New("the lookup script replied with another number of names")
	}
	if reply[0] == n.version {
		l.learn(reply[1:], n)
	}
	return reply[0], nil
}

func (l *lookup) learn(reply []string, n *names) {
	for i, key := range l.accounts {
		if id := idOf(reply[2*i]); id != 0 && reply[2*i+1] != "" {
			n.keys[key], n.accounts[id] = id, reply[2*i+1]
		}
	}
	reply = reply[2*len(l.accounts):]
	for i, key := range l.rooms {
		if id := idOf(reply[2*i]); id != 0 {
			n.rooms[key] = Room{id, reply[2*i+1]}
		}
	}
	reply = reply[2*len(l.rooms):]
	for i, id := range l.ids {
		if reply[i] != "" {
			n.accounts[id] = reply[i]
		}
	}
}

// idOf reads an id; 0 if it is none.
func idOf(text string) ID {
	id, _ := strconv.ParseInt(text, 10, 64)
	return ID(id)
}
