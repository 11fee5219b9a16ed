package storage

import (
	"testing"
	"time"
)

// commitMany leaves more to do for when the writer rests than one step does.
func (s *jobs) commitMany() {
	s.t.Helper()
	lobby := make([]Ask, 1000)
	for i := range lobby {
		lobby[i] = s.say(LobbyName, "")
	}
	for range 7 {
		s.commit(lobby...)
	}
}

// TestWriterRestsOnlyWithoutJobs, and then does one step at a time.
func TestWriterRestsOnlyWithoutJobs(t *testing.T) {
	s := openForJobs(t)
	s.commitMany()
	s.onWriter(func(w *sqliteWriter) error {
		w.threaded, w.sweptAt = 0, 0 // it may have rested already
		wantRest := func(want time.Duration, threaded, sweptAt int64) {
			t.Helper()
			if got := w.rest(); got != want || w.threaded != threaded || w.sweptAt != sweptAt {
				t.Errorf("the next after %v, heads up to %d, swept for %d; want %v, %d, %d", got, w.threaded, w.sweptAt, want, threaded, sweptAt)
			}
		}
		wantRest(restPause, 0, 0)
		wantRest(restPause, w.given, 0)
		wantRest(restPause, w.given, sweepEach)
		w.worked = true
		wantRest(restPause, w.given, sweepEach)
		for swept := int64(2 * sweepEach); swept <= w.given; swept += sweepEach {
			wantRest(restPause, w.given, swept)
		}
		wantRest(restEach, w.given, w.given/sweepEach*sweepEach)
		return nil
	})
}

// TestWriterDoesNotInsist: what it can't do while it rests it does not try all the time.
func TestWriterDoesNotInsist(t *testing.T) {
	s := openForJobs(t)
	s.commitMany()
	s.onWriter(func(w *sqliteWriter) error {
		w.threaded, w.worked = 0, false
		w.db.close()
		if got := w.rest(); got != restEach || w.threaded != 0 {
			t.Errorf("the next try after %v, heads up to %d", got, w.threaded)
		}
		w.db = nil
		return nil
	})
}

// TestFileIsSweptWhileNobodySpeaks, though less has come than what is swept between commits.
func TestFileIsSweptWhileNobodySpeaks(t *testing.T) {
	s := openForJobs(t)
	s.commitMany()
	for late := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		var rows int
		err := s.read(t.Context(), func(db *sqliteConn) error { return db.row("SELECT count(*) FROM events", nil, &rows) })
		if err != nil {
			t.Fatal(err)
		}
		if rows < 7000-sweepEach { // and the heads are saved, since no event is swept before
			return
		}
		if time.Now().After(late) {
			t.Fatalf("the file holds %d messages", rows)
		}
	}
}

// TestNotNowBeforeWhatCanWaitNoLonger, but before what is done when the writer rests.
func TestNotNowBeforeWhatCanWaitNoLonger(t *testing.T) {
	s := openForJobs(t)
	s.onWriter(func(w *sqliteWriter) error {
		for _, test := range []struct {
			heads, sweep int64
			now          bool
		}{{0, 0, true}, {saveHeadsMost - 1, sweepOwedMost - 1, true}, {saveHeadsMost, 0, false}, {0, sweepOwedMost, false}} {
			w.threaded, w.sweptAt = w.given-test.heads, w.given-test.sweep
			if got := w.mayCommitNow(); got != test.now {
				t.Errorf("%+v: %v", test, got)
			}
		}
		w.threaded, w.sweptAt, w.waiting = w.given, w.given, maxWaiting+1
		if w.mayCommitNow() {
			t.Error("everything remembered would be forgotten, and read again")
		}
		w.waiting = 0
		if w.undo = func(*sqliteWriter) error { return nil }; w.mayCommitNow() {
			t.Error("something must be taken back first")
		}
		w.undo = nil
		w.threaded, w.sweptAt = w.given, w.given
		return nil
	})
}

// TestLogIsBegunWhenTheFileGetsShorter: not by the next commit, which would wait for the disk.
func TestLogIsBegunWhenTheFileGetsShorter(t *testing.T) {
	s := openForJobs(t)
	text := string(make([]byte, 4000))
	for range 100 {
		s.commit(s.say(LobbyName, text))
	}
	if err := s.submit(t.Context(), &job{do: func(w *sqliteWriter) error { _, err := w.db.exec("DELETE FROM events"); return err }}); err != nil {
		t.Fatal(err)
	}
	s.onWriter(func(w *sqliteWriter) error {
		w.threaded = 0
		for w.giveBack() {
		}
		if w.threaded != w.given {
			t.Errorf("nothing was written after the checkpoint: heads up to %d of %d", w.threaded, w.given)
		}
		return nil
	})
}
