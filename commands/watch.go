package commands

import (
	"bytes"

	"parley/protocol"
	"parley/storage"
)

var watch = &Command{
	Form: protocol.Form{Name: "watch", Params: []protocol.Param{{Name: "names", Shown: "name...|room", Kind: protocol.Rest}}},
	Help: "Tells you from now on when they come and go; a room means its members.", Group: oneselfGroup,
	Role: Member, Slow: true,
	Run: func(r *Response) error {
		list, err := r.watched(r.Arg("names"))
		if err != nil {
			return err
		}
		own, watches := r.session.account.id, r.chat.watches
		if !watches.add(r.session, own, ids(list), r.mostWatched()) {
			return tooManyWatched(r.mostWatched())
		}
		// Somebody may just have taken it out of a room. What happens to it from now on ends its watch, too.
		for _, one := range list {
			if isRoom(one.word) && !r.chat.presence.isIn(own, one.id) {
				watches.remove(r.session, one.id)
				return notInRoom(one.word)
			}
		}
		r.Done(nil, protocol.Number("count", int64(len(list))))
		return nil
	},
}

func tooManyWatched(most int) *protocol.Error {
	return protocol.Errorf(protocol.TooMany, "A session watches %d people and rooms at most; /unwatch some.", most)
}

// watched is an account or a room, as the client has named it.
type watched struct {
	id   storage.ID
	word []byte
}

// watched finds the accounts and rooms that are named.
func (r *Response) watched(names []byte) (list []watched, err error) {
	most := r.mostWatched()
	if len(bytes.Fields(names)) > most { // each is looked up in the store
		return nil, tooManyWatched(most)
	}
	for word, rest := protocol.FirstWord(names); len(word) > 0; word, rest = protocol.FirstWord(rest) {
		id, err := r.accountOrRoom(word)
		if err != nil {
			return nil, err
		}
		list = append(list, watched{id, word})
	}
	return list, nil
}

func ids(list []watched) (ids []storage.ID) {
	for _, one := range list {
		ids = append(ids, one.id)
	}
	return ids
}

func (r *Response) accountOrRoom(word []byte) (storage.ID, error) {
	if isRoom(word) {
		m, err := r.membership(word)
		return m.ID, err
	}
	ctx, cancel := r.chat.deadline()
	defer cancel()
	a, err := r.account(ctx, word)
	return a.ID, err
}

var unwatch = &Command{
	Form: protocol.Form{Name: "unwatch", Params: []protocol.Param{{Name: "names", Shown: "name...|room", Kind: protocol.Rest, Optional: true}}},
	Help: "Ends that, for these or for all.", Group: oneselfGroup,
	Role: Member, Slow: true,
	Run: func(r *Response) error {
		ended := 0
		if names := r.Arg("names"); names != nil {
			list, err := r.watched(names)
			if err != nil {
				return err
			}
			for _, one := range list {
				ended += r.chat.watches.remove(r.session, one.id)
			}
		} else {
			ended = r.chat.watches.remove(r.session, 0)
		}
		r.Done(nil, protocol.Number("count", int64(ended)))
		return nil
	},
}
