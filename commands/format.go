package commands

import "parley/protocol"

var format = &Command{
	Form: protocol.Form{Name: "format", Exact: true, Params: []protocol.Param{{Name: "format", Shown: "text|json"}}},
	Help: "Chooses how this session is written to: lines for people, or objects for programs.", Group: botGroup,
	Run: runFormat, Kept: keptFormat,
}

// runFormat waits for its turn, since what was written before must be shown before the answer. To a session that is not logged in the
// committer writes nothing.
func runFormat(r *Response) error {
	f, ok := protocol.FormatOf(r.Arg("format"))
	if !ok {
		return usage(r.command)
	}
	if r.session.account != nil {
		r.Turn(r.Arg("format"))
		return nil
	}
	r.chat.presence.setFormat(r.session, f, 0)
	r.session.Format = f
	r.formatted(f)
	return nil
}

func keptFormat(r *Response, k *Kept) error {
	f, _ := protocol.FormatOf(k.To)
	r.chat.presence.setFormat(r.session, f, 0)
	r.reformatted = true
	r.formatted(f)
	return nil
}

// formatted answers, in the new format already.
func (r *Response) formatted(f protocol.Format) {
	r.format = f
	r.Done(nil, protocol.Word("format", f.String()))
}
