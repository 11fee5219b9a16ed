package storage

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"testing"
	"time"
)

// now reports whether it is done at once, by a writer that has nothing else to do.
func (s *jobs) now(ask Ask) bool {
	s.t.Helper()
	b := &Batch{At: time.Now(), Asks: []Ask{ask}}
	var done bool
	s.writer.locked(func() { done = s.writer.commitNow(b) }) // CommitNow itself may find it busy with its timers
	if done && b.Verdicts[0].Err != nil {
		s.t.Fatal(b.Verdicts[0].Err)
	}
	return done
}

// setClock puts a clock in the place of the store's.
func (s *jobs) setClock(clock func() time.Time) {
	s.onWriter(func(w *sqliteWriter) error {
		w.slow = slowness{}
		s.clock = clock
		return nil
	})
}

func TestNotNowAfterASlowCommit(t *testing.T) {
	s := openForJobs(t)
	s.commit(s.say("bob", "warm"))
	at, each := time.Now(), time.Duration(0)
	s.setClock(func() time.Time { at = at.Add(each); return at })
	for _, test := range []struct {
		each time.Duration
		now  bool
	}{{0, true}, {slowNow, true}, {slowNow + 1, true}, {0, false}} {
		each = test.each // a commit looks at it three times
		if got := s.now(s.say("bob", "x")); got != test.now {
			t.Fatalf("%v: done is %v", test.each, got)
		}
	}
	at = at.Add(firstPause)
	if !s.now(s.say("bob", "x")) {
		t.Fatal("it refuses for ever")
	}
}

// TestNotNowWhatMustBeRead: an account, an inbox, or a thread that is not remembered.
func TestNotNowWhatMustBeRead(t *testing.T) {
	s := openForJobs(t)
	for _, ask := range []Ask{s.say("bob", "x"), s.say(LobbyName, "x")} {
		if s.now(ask) {
			t.Errorf("%s: the thread was read", ask.To)
		}
		s.commit(ask)
		if !s.now(ask) {
			t.Errorf("%s: not done", ask.To)
		}
	}
	if s.now(s.say("carol", "x")) || s.now(s.say("#nowhere", "x")) {
		t.Error("it was looked for")
	}
	s.onWriter(func(w *sqliteWriter) error { w.forget(); return nil })
	if s.now(s.say("bob", "x")) {
		t.Error("the account was read")
	}
}

// TestNotNowWhileTheWriterWorks, however long that takes.
func TestNotNowWhileTheWriterWorks(t *testing.T) {
	s := openForJobs(t)
	s.commit(s.say("bob", "warm"))
	hangs, goesOn := make(chan struct{}), make(chan struct{})
	done := make(chan error)
	go func() {
		done <- s.submit(context.Background(), &job{do: func(*sqliteWriter) error {
			close(hangs)
			<-goesOn
			return nil
		}})
	}()
	<-hangs
	if s.CommitNow(&Batch{At: time.Now(), Asks: []Ask{s.say("bob", "x")}}) {
		t.Error("done")
	}
	close(goesOn)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestNotNowBeforeWhatWasRefusedIsTakenBack, and what was done before a surprise is taken back as well.
func TestNotNowBeforeWhatWasRefusedIsTakenBack(t *testing.T) {
	s := openForJobs(t)
	s.commit(s.say("bob", "warm"), s.say(LobbyName, "kept"))
	b := &Batch{At: time.Now(), Asks: []Ask{s.say(LobbyName, "refused")}}
	s.onWriter(func(w *sqliteWriter) error {
		j := s.commitJob(s.takeWork(b))
		commit := j.do
		j.do = func(w *sqliteWriter) error { return errors.Join(commit(w), os.Rename(s.path, s.path+".away")) }
		if w.runNow(j) {
			t.Error("done in a file that nobody finds")
		}
		return os.Rename(s.path+".away", s.path)
	})
	if s.now(s.say(LobbyName, "x")) {
		t.Error("done before the refused one was taken back")
	}
	s.commit(s.say(LobbyName, "next"))
	s.wantLobby("kept", "next")
	if !s.now(s.say(LobbyName, "now")) {
		t.Error("not done")
	}
	s.wantLobby("kept", "next", "now")
}

// TestNotNowLooksAtTheFileFirst: nothing is written to one that the path does not name any more.
func TestNotNowLooksAtTheFileFirst(t *testing.T) {
	s := openForJobs(t)
	s.commit(s.say("bob", "warm"))
	var before int
	s.writer.locked(func() { before = s.writer.logged })
	if err := os.Rename(s.path, s.path+".away"); err != nil {
		t.Fatal(err)
	}
	if s.now(s.say("bob", "x")) {
		t.Error("done")
	}
	s.writer.locked(func() {
		if pages, err := s.writer.db.written(); err != nil || pages > 0 || s.writer.logged != before {
			t.Errorf("%d pages were written, %v", pages+s.writer.logged-before, err)
		}
	})
	if err := os.Rename(s.path+".away", s.path); err != nil {
		t.Fatal(err)
	}
}

// TestNotNowKeepsWhatMustBeTakenBack: the next commit does not use its memory.
func TestNotNowKeepsWhatMustBeTakenBack(t *testing.T) {
	s := openForJobs(t)
	s.commit(s.say("bob", "warm"), s.say(LobbyName, "kept"))
	record := s.record.file
	broken, err := os.Open(os.DevNull) // it can't be written to
	if err != nil {
		t.Fatal(err)
	}
	defer broken.Close()
	s.record.file = broken
	if s.now(s.say(LobbyName, "refused")) {
		t.Error("done though its number could not be noted")
	}
	s.record.file = record
	if s.work != nil {
		t.Error("the memory of what must be taken back is used again")
	}
	s.commit(s.say(LobbyName, "next"))
	s.wantLobby("kept", "next")
}

// TestNotNowIsDoneOnceByCommit although its COMMIT, which seemed to fail, is in the file.
func TestNotNowIsDoneOnceByCommit(t *testing.T) {
	s := openForJobs(t)
	s.commit(s.say("bob", "warm"), s.say(LobbyName, "kept"))
	b := &Batch{At: time.Now(), Asks: []Ask{s.say(LobbyName, "x"), s.say("bob", "x")}}
	s.onWriter(func(w *sqliteWriter) error {
		j := s.commitJob(s.takeWork(b))
		commit := j.do
		j.do = func(w *sqliteWriter) error {
			_, err := w.db.exec("COMMIT")
			return errors.Join(commit(w), err)
		}
		if w.runNow(j) {
			t.Error("done though COMMIT failed")
		}
		return nil
	})
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	s.wantLobby("kept", "x")
	s.wantWaiting(2)
}

// TestNotNowForgetsWhatWasNotDone: another process may have the lock at the end of a transaction as well as at its beginning.
func TestNotNowForgetsWhatWasNotDone(t *testing.T) {
	s := openForJobs(t)
	s.commit(s.say("bob", "warm"))
	other, err := sql.Open("sqlite", "file:"+s.path+"?_pragma=busy_timeout(0)")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	b := &Batch{At: time.Now(), Asks: []Ask{s.say("bob", "x")}}
	s.onWriter(func(w *sqliteWriter) error {
		j := s.commitJob(s.takeWork(b))
		commit := j.do
		j.do = func(w *sqliteWriter) error {
			_, busy := other.Exec("BEGIN IMMEDIATE")
			if !isBusy(busy) {
				t.Error(busy)
			}
			return errors.Join(commit(w), busy)
		}
		if w.runNow(j) {
			t.Error("done")
		}
		return nil
	})
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	s.wantWaiting(2)
}

// wantWaiting checks how many messages the writer takes for waiting in Bob's inbox, and how many there are.
func (s *jobs) wantWaiting(n int) {
	s.t.Helper()
	s.onWriter(func(w *sqliteWriter) error {
		in, err := w.inbox(s.bob)
		if err != nil || len(in.waiting) != n {
			s.t.Errorf("the writer takes %d for waiting, %v", len(in.waiting), err)
		}
		w.forget()
		if in, err = w.inbox(s.bob); err == nil && len(in.waiting) != n {
			s.t.Errorf("%d are waiting", len(in.waiting))
		}
		return err
	})
}

// TestLogStaysShort: commits by CommitNow alone have the writer move the log to the file, too, and none of them does it itself.
func TestLogStaysShort(t *testing.T) {
	s := openForJobs(t)
	s.commit(s.say("bob", "warm"))
	text := string(make([]byte, 8192))
	for range 3 * checkpointEach {
		if ask := s.say("bob", text); !s.now(ask) {
			s.commit(ask)
		}
	}
	log, err := os.Stat(s.path + "-wal")
	if err != nil || log.Size() > 2*checkpointEach*4120 {
		t.Fatalf("the log has %d bytes, %v", log.Size(), err)
	}
}
