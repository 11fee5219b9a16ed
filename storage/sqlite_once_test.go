package storage

import (
	"testing"
	"time"
)

// TestKeysThatHaveEndedComeInParts: one commit does not work on all of them, however many there are.
func TestKeysThatHaveEndedComeInParts(t *testing.T) {
	s := openForJobs(t)
	until := time.Now().Add(-OnceTime)
	s.onWriter(func(w *sqliteWriter) error {
		query := "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ?1) " +
			"INSERT INTO onces (account, key, number, at, digest, to_name, sent) SELECT ?2, i, 1, ?3, '', '', 0 FROM n"
		if _, err := w.db.exec(query, maxEndedOnces, int64(s.alice), until.UnixMilli()); err != nil {
			return err
		}
		for account, want := range map[ID]int{0: maxEndedOnces, s.bob: 0} {
			if ended, err := w.endedOnces(account, until); err != nil || len(ended) != want {
				t.Errorf("%d have ended of %d, %v, want %d", len(ended), account, err, want)
			}
		}
		return nil
	})
	for _, want := range []bool{true, false} {
		b := Batch{At: time.Now(), Asks: []Ask{{Kind: Tidy}}}
		if err := s.Commit(t.Context(), &b); err != nil || b.Verdicts[0].Page.More != want {
			t.Errorf("there is more to tidy: %v, %v, want %v", b.Verdicts[0].Page.More, err, want)
		}
	}
}
