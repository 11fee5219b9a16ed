package commands

import "parley/protocol"

var away = &Command{
	Form: protocol.Form{Name: "away", Params: []protocol.Param{{Name: "text", Kind: protocol.Rest, Optional: true}}},
	Help: "Shows others that you are away, until /back or until you are offline.", Group: oneselfGroup,
	Role: Member,
	Run: func(r *Response) error {
		text := r.Arg("text")
		if err := checkLength(text, MaxNote); err != nil {
			return err
		}
		shown := string(text)
		r.chat.presence.setAway(r.session.account, &shown)
		r.Done(textOrNone(shown))
		return nil
	},
}

var back = &Command{
	Form: protocol.Form{Name: "back"},
	Help: "You are here again.", Group: oneselfGroup,
	Role: Member,
	Run: func(r *Response) error {
		r.chat.presence.setAway(r.session.account, nil)
		return nil
	},
}
