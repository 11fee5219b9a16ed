package torture

import (
	"fmt"
	"strings"
	"time"

	"parley/protocol"
)

// who asks who is logged in.
func (u *user) who(s *session) error {
	l := &listing{log: s.log, asked: time.Now(), sessions: map[string]int{}}
	page, err := s.ask("/who")
	if err == nil && page.Sigil != protocol.Done {
		err = fmt.Errorf("/who was answered %s", strings.Join(page.Fields, " "))
	}
	if err != nil {
		return err
	}
	l.done = time.Now()
	for _, row := range page.rows {
		if row.Word != "user" || len(row.Fields) == 0 {
			continue
		}
		name := row.Fields[0]
		if _, twice := l.sessions[name]; twice {
			s.history.notice(Breach{Who, fmt.Sprintf("/who lists %s twice to %s", name, s.log)})
		}
		l.sessions[name] = number(row, "sessions")
	}
	s.history.list(l)
	return nil
}
