package storage

import (
	"strings"
	"testing"
)

// TestStatementsOfALoginGoByIndexes: a table that is read from end to end would make each login slower with the number of accounts.
func TestStatementsOfALoginGoByIndexes(t *testing.T) {
	s := openForJobs(t)
	for _, test := range []struct {
		query string
		args  int
	}{
		{enteringByID, 1}, {enteringByToken, 3}, {selectPerson, 2}, {selectInbox, 1}, {selectMemberships, 1},
		{onceOfKey, 2}, {oncesEnded, 2}, {oncesEndedOfOne, 3}, // and those of a message with a key
		{selectReadable, 1}, // of /threads, which parley connect asks for at its login
	} {
		s.onWriter(func(w *sqliteWriter) error {
			return w.db.each("EXPLAIN QUERY PLAN "+test.query, make([]any, test.args), func(scan func(...any) error) error {
				var id, parent, unused int
				var step string
				err := scan(&id, &parent, &unused, &step)
				if strings.HasPrefix(step, "SCAN") && step != "SCAN progress" || // that has one row
					strings.HasPrefix(test.query, selectOnce+"WHERE at") && !strings.Contains(step, "onces_at") {
					t.Errorf("%s: %s", test.query, step)
				}
				return err
			})
		})
	}
}
