package torture

import (
	"fmt"
	"strings"
	"time"

	"parley/protocol"
)

// since reads all that the account may read and that came after a number, as a client does that comes back.
func (u *user) since(s *session, from int64) error {
	asked, after := time.Now(), from
	threads := map[string][]seen{}
	for more := true; more; {
		page, err := s.ask(fmt.Sprintf("/since %d 200", after))
		if err == nil && page.Sigil != protocol.Done {
			err = fmt.Errorf("/since was answered %s", strings.Join(page.Fields, " "))
		}
		if err != nil {
			return err
		}
		upto := int64(number(page.Reply, "upto"))
		for _, row := range page.rows {
			message, ok := rowOf(row)
			if !ok {
				continue
			}
			if message.number <= after || message.number > upto {
				s.history.notice(Breach{Disorder, fmt.Sprintf("/since shows %s to %s behind %d, in an answer up to %d", message, s.log, after, upto)})
			}
			after = message.number
			thread := u.threadOf(row)
			threads[thread] = append(threads[thread], message)
		}
		after = upto
		_, more = page.Key("more")
	}
	u.keepSince(s, threads, span{asked, time.Now()}, from, after)
	return nil
}

// keepSince keeps a reading for each thread that the user may read, also for those of which nothing was shown.
func (u *user) keepSince(s *session, threads map[string][]seen, when span, above, upto int64) {
	for _, room := range append([]string{lobby}, rooms...) {
		threads[room] = append(threads[room], nil...)
	}
	for _, other := range u.others {
		thread := conversation(u.account, other)
		threads[thread] = append(threads[thread], nil...)
	}
	for thread, rows := range threads {
		if len(rows) > 0 && isRoom(thread) && thread != lobby {
			s.history.glimpse(s.log, thread, true, when.from, "/since")
		}
		s.history.keep(&reading{command: "/since", room: thread, reader: u.account, asked: when.from, done: when.to, above: above, upto: upto, rows: rows})
	}
}

// threadOf is where the message of a row was said.
func (u *user) threadOf(r protocol.Reply) string {
	switch r.Word {
	case "all":
		return lobby
	case "say":
		return r.Fields[0]
	}
	if to, ok := r.Key("to"); ok {
		return conversation(u.account, to)
	}
	return conversation(u.account, r.Fields[0])
}
