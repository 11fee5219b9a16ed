package commands

import (
	"parley/protocol"
	"parley/storage"
)

// profile is what an IRC client says about itself: a name for people, and whether it is a program. It is known on this node, while the account is online.
var profile = &Command{
	Form: protocol.Form{Name: "profile", Exact: true, Params: []protocol.Param{
		{Name: "realname", Kind: protocol.Rest, Optional: true}, {Name: "bot", Shown: "on|off", Optional: true},
	}},
	Help: "Says who one is.",
	Role: Member, Hidden: true,
	Run: func(r *Response) error {
		if err := checkLength(r.Arg("realname"), MaxNote); err != nil {
			return err
		}
		if word := r.Arg("bot"); word != nil {
			r.chat.presence.setBot(r.session, string(word) == "on")
		}
		if name := r.Arg("realname"); name != nil {
			r.Turn(name)
		}
		return nil
	},
	Kept: func(r *Response, k *Kept) error {
		r.Done(nil)
		name := string(k.To)
		account, before, rooms := r.chat.presence.setReal(r.session, name)
		if before != "" && before != name { // the first one was given at the login
			r.chat.committer.fanout.tellOnlookers(&sight{"setname", account, r.session.name, name, rooms, protocol.SetName, r.session})
		}
		return nil
	},
}

func (p *presence) setBot(s *Session, bot bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.account.bot = bot
}

// setReal notes the real name of a session's account, and returns that, the name before and its rooms.
func (p *presence) setReal(s *Session, name string) (account storage.ID, before string, rooms []storage.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := s.account
	if a == nil {
		return 0, "", nil // its connection has just ended
	}
	before, a.real = a.real, name
	return a.id, before, a.roomIDs()
}
