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
	r.formatted(f)
	r.session.Format = r.format
	return nil
}

func keptFormat(r *Response, k *Kept) error {
	f, _ := protocol.FormatOf(k.To)
	r.formatted(f)
	return nil
}

// formatted answers, in the new format already.
func (r *Response) formatted(f protocol.Format) {
	r.rewrite(f.In(r.format.Language()))
	r.Done(nil, protocol.Word("format", f.String()))
}

// rewrite has the session written to in another format from the answer on.
func (r *Response) rewrite(f protocol.Format) {
	r.chat.presence.setFormat(r.session, f, 0)
	r.format, r.reformatted = f, true
}
