package commands

import (
	"parley/internal/language"
	"parley/protocol"
)

// Whoever needs it reads no English perhaps, so its explanation names the other language as its readers do.
var lang = &Command{
	Form: protocol.Form{Name: "lang", Exact: true, Params: []protocol.Param{{Name: "language", Shown: "en|zh"}}},
	Help: "Speaks English or Chinese (中文) with you.",
	Run:  runLang, Kept: keptLang,
}

// runLang waits for its turn, as /format does.
func runLang(r *Response) error {
	l, ok := language.Of(string(r.Arg("language")))
	if !ok {
		return usage(r.command)
	}
	if r.session.account != nil {
		r.Turn(r.Arg("language"))
		return nil
	}
	r.speaks(l)
	r.session.Format = r.format
	return nil
}

func keptLang(r *Response, k *Kept) error {
	l, _ := language.Of(string(k.To))
	r.speaks(l)
	return nil
}

// speaks answers, in the new language already.
func (r *Response) speaks(l language.Language) {
	r.rewrite(r.format.In(l))
	r.DoneSaying(language.Say("This server speaks English from here on."), protocol.Word("language", l.String()))
}
