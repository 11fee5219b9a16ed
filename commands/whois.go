package commands

import (
	"time"

	"parley/protocol"
	"parley/storage"
)

var whois = &Command{
	Form: protocol.Form{Name: "whois", Exact: true, Params: []protocol.Param{{Name: "name"}}},
	Help: "Shows somebody, and the rooms where you may meet.", Group: oneselfGroup,
	Role: Member, Slow: true,
	Run: runWhois,
}

func runWhois(r *Response) error {
	ctx, cancel := r.chat.deadline()
	defer cancel()
	account, err := r.account(ctx, r.Arg("name"))
	if err != nil {
		return err
	}
	if err := r.person(&account); err != nil {
		return err
	}
	if err := r.roomsOf(account.ID); err != nil {
		return err
	}
	r.Done(nil, protocol.Word("name", account.Name))
	return nil
}

// person shows somebody, who may be away.
func (r *Response) person(account *storage.Account) error {
	now := time.Now().Unix()
	p, since := r.chat.presence.person(account.ID, now)
	here := map[storage.ID]present{}
	if p.sessions > 0 {
		here[account.ID] = p
	}
	others, err := r.chat.elsewhere([]storage.ID{account.ID})
	if err != nil {
		return err
	}
	addPresent(here, others, now)
	for i := range others {
		for _, s := range others[i].Sessions {
			if since.IsZero() || s.Since.Before(since) {
				since = s.Since
			}
		}
	}
	p, online := here[account.ID]
	p.guest, p.operator = account.Guest, account.Operator
	if online {
		r.user(&p, storage.NoRole, []protocol.Field{protocol.Time("since", since)})
	} else {
		p.away = new(string)
		r.userRow(&p, []protocol.Field{protocol.Word("name", account.Name)})
	}
	if p.real != "" {
		r.Row("real", []byte(p.real), protocol.Word("name", account.Name))
	}
	return nil
}

// roomsOf shows the rooms of an account that are public or that the session's account is in, too.
func (r *Response) roomsOf(account storage.ID) error {
	ctx, cancel := r.chat.deadline()
	defer cancel()
	list, err := r.chat.store.Rooms(ctx, account)
	if err != nil {
		return err
	}
	own, err := r.chat.store.Rooms(ctx, r.session.account.id)
	if err != nil {
		return err
	}
	shared := map[storage.ID]bool{}
	for i := range own {
		shared[own[i].ID] = true
	}
	var ids []storage.ID
	var shown []storage.Membership
	for i := range list {
		if m := &list[i]; !m.Private || shared[m.ID] {
			ids, shown = append(ids, m.ID), append(shown, *m)
		}
	}
	here, err := r.chat.membersHere(ids)
	if err != nil {
		return err
	}
	for i := range shown {
		r.Row("room", textOrNone(shown[i].Topic), roomFields(&shown[i], here[i], 0)...)
	}
	return nil
}
