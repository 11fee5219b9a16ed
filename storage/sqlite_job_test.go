package storage

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"
)

// jobs is a store whose writer a test gets hold of.
type jobs struct {
	*sqliteStore
	t          *testing.T
	alice, bob ID
	lobby      Thread
}

func openForJobs(t *testing.T) *jobs {
	t.Helper()
	limits := Limits{Inbox: math.MaxInt, Keep: time.Hour, Room: 10, Conversation: 10, Tokens: 10, Onces: 10}
	store, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "parley.db"), limits, Self{}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s := &jobs{sqliteStore: store.(*sqliteStore), t: t}
	at := time.Now()
	s.setClock(func() time.Time { return at }) // no commit is slow, however busy the machine is
	made := s.commit(Ask{Kind: Create, New: &Account{Key: "alice", Name: "Alice", Hash: "a"}}, Ask{Kind: Create, New: &Account{Key: "bob", Name: "Bob", Hash: "b"}})
	s.alice, s.bob, s.lobby = made.Verdicts[0].Account, made.Verdicts[1].Account, RoomThread(made.Verdicts[0].Rooms[0].ID)
	return s
}

func (s *jobs) commit(asks ...Ask) *Batch {
	s.t.Helper()
	b := &Batch{At: time.Now(), Asks: asks}
	if err := s.Commit(s.t.Context(), b); err != nil {
		s.t.Fatal(err)
	}
	for i, v := range b.Verdicts {
		if v.Err != nil {
			s.t.Fatalf("%+v: %v", asks[i], v.Err)
		}
	}
	return b
}

func (s *jobs) say(to, text string) Ask {
	return Ask{Kind: Say, Account: s.alice, To: to, Text: []byte(text)}
}

// onWriter runs f on the writer's goroutine, outside of a transaction.
func (s *jobs) onWriter(f func(w *sqliteWriter) error) {
	s.t.Helper()
	if err := s.submit(context.Background(), &job{reads: true, do: f}); err != nil {
		s.t.Fatal(err)
	}
}

// rows counts the events to somebody in the file, whoever may see them.
func (s *jobs) rows(recipient ID) (n int) {
	s.t.Helper()
	s.onWriter(func(w *sqliteWriter) error {
		return w.db.row("SELECT count(*) FROM events WHERE recipient = ?", []any{int64(recipient)}, &n)
	})
	return n
}

func (s *jobs) wantLobby(want ...string) {
	s.t.Helper()
	messages, _, err := s.History(s.t.Context(), s.lobby, Range{Limit: 9})
	same := err == nil && len(messages) == len(want)
	for i := range want {
		same = same && string(messages[i].Text) == want[i]
	}
	if !same {
		s.t.Fatalf("readers see %+v, %v", messages, err)
	}
}

func TestCommitReturnsWhileTheDiskHangs(t *testing.T) {
	s := openForJobs(t)
	hangs, goesOn := make(chan struct{}), make(chan struct{})
	go s.submit(context.Background(), &job{do: func(*sqliteWriter) error {
		close(hangs)
		<-goesOn
		return nil
	}})
	<-hangs
	b := &Batch{At: time.Now(), Asks: []Ask{s.say(LobbyName, "refused")}}
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := s.Commit(ctx, b); !errors.Is(err, ErrUnavailable) {
			t.Fatalf("got %v", err)
		}
		cancel()
		copy(b.Asks[0].Text, "written again")
	}
	close(goesOn)
	if n := s.rows(-s.lobby.A); n != 0 {
		t.Fatalf("%d refused messages are kept", n)
	}
}

// everything asks for a change of each kind.
func (s *jobs) everything() *Batch {
	return &Batch{At: time.Now().Add(time.Minute), Asks: []Ask{
		s.say(LobbyName, "given up"),
		s.say("bob", "given up"),
		s.sayOnce("given up", "given up"),
		{Kind: RevokeToken, Account: s.alice, Order: &Order{Token: "revoked!"}},
		s.makeToken(s.alice, "given up"),
		{Kind: Tidy},
		{Kind: Enter, Account: s.bob, Hash: "b", NewHash: "b2", Limit: 9},
		{Kind: SetPassword, Account: s.alice, NewHash: "a2"},
		{Kind: Create, New: &Account{Key: "carol", Name: "Carol", Hash: "c"}},
		s.say("carol", "given up"),
		{Kind: Remove, Account: s.bob},
		{Kind: Create, New: &Account{Key: "bob", Name: "Bob", Hash: "b3"}},
	}}
}

// readyForEverything makes an inbox with something expired and something that waits.
func (s *jobs) readyForEverything() {
	s.t.Helper()
	old := &Batch{At: time.Now().Add(-2 * time.Hour), Asks: []Ask{s.say("bob", "expired"), s.say("bob", "expired")}}
	if err := s.Commit(s.t.Context(), old); err != nil {
		s.t.Fatal(err)
	}
	s.commit(s.sayOnce("kept", "kept"), s.say("bob", "waits"), s.makeToken(s.alice, "alice's token"), s.makeToken(s.alice, "revoked!"), s.makeToken(s.bob, "bob's token"))
}

// sayOnce says something in the lobby with a key.
func (s *jobs) sayOnce(text, key string) Ask {
	ask := s.say(LobbyName, text)
	ask.Once = &Once{Key: key}
	return ask
}

func (s *jobs) makeToken(account ID, hash string) Ask {
	return Ask{Kind: MakeToken, Account: account, Hash: hash, Order: &Order{Until: time.Now().Add(time.Hour)}}
}

// wantPrograms wants Alice to have these tokens, sorted, and Bob's token and the key to be as readyForEverything has left them.
func (s *jobs) wantPrograms(want ...string) {
	s.t.Helper()
	alices, err := s.Tokens(s.t.Context(), s.alice)
	var got []string
	for _, token := range alices {
		got = append(got, token.Hash)
	}
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		s.t.Fatalf("Alice has the tokens %q %v, want %q", got, err, want)
	}
	b := s.commit(s.sayOnce("kept", "kept"), Ask{Kind: Enter, To: "bob", Token: "bob's token"})
	if b.Verdicts[0].Repeat == nil || len(b.Events) > 0 {
		s.t.Fatalf("the key is free: %+v", b.Events)
	}
	var keys int
	s.onWriter(func(w *sqliteWriter) (err error) {
		keys, err = w.countOnces(s.alice)
		return err
	})
	if keys != 1 {
		s.t.Fatalf("%d keys are in use", keys)
	}
}

// wantNothingOfIt wants what was before everything, and that nobody is told of it.
func (s *jobs) wantNothingOfIt() {
	s.t.Helper()
	s.wantLobby("kept")
	all, err := s.Accounts(s.t.Context())
	if err != nil || len(all) != 2 || all[0].ID != s.alice || all[0].Hash != "a" || all[1].ID != s.bob || all[1].Hash != "b" {
		s.t.Fatalf("the accounts are %+v %v", all, err)
	}
	b := s.commit(Ask{Kind: Enter, Account: s.bob, Hash: "b", Limit: 9})
	page := b.Verdicts[0].Page
	if len(b.Events) != 0 || len(b.Verdicts[0].Rooms) != 1 || page.Expired != 2 || page.Waiting != 1 || string(page.Messages[0].Text) != "waits" {
		s.t.Fatalf("events %+v, verdict %+v", b.Events, b.Verdicts[0])
	}
	s.commit(s.say(LobbyName, "next"))
	s.wantLobby("kept", "next")
}

// TestCommittedButGivenUpIsTakenBack is about the moment between a COMMIT in the file and its answer.
func TestCommittedButGivenUpIsTakenBack(t *testing.T) {
	s := openForJobs(t)
	s.readyForEverything()
	work := &commitWork{}
	work.take(s.everything())
	j := &job{
		do:     func(w *sqliteWriter) error { return w.commit(work) },
		undo:   func(w *sqliteWriter) error { return w.undoCommit(work) },
		answer: make(chan error, 1),
	}
	j.state.Store(jobAnswered) // its owner has left, but the writer did not see it before COMMIT
	s.jobs <- j
	s.rows(-s.lobby.A) // when this has run, so has the job
	for i, v := range work.verdicts {
		if v.Err != nil {
			t.Fatalf("ask %d: %v", i, v.Err)
		}
	}
	s.wantNothingOfIt()
	s.wantPrograms("alice's token", "revoked!")
}

// TestGuestsOfARefusedBatchAreAsBefore: one who has registered, and one who was left over and whose name was taken.
func TestGuestsOfARefusedBatchAreAsBefore(t *testing.T) {
	s := openForJobs(t)
	s.writer.store.limits.Load().Guests = 9
	guest := func(key string) Ask { return Ask{Kind: Create, New: &Account{Key: key, Name: key, Guest: true}} }
	b := s.commit(guest("ned"), guest("pam"), s.say("ned", "hello"))
	ned, pam := b.Verdicts[0].Account, b.Verdicts[1].Account
	work := &commitWork{}
	work.take(&Batch{At: time.Now(), Asks: []Ask{
		{Kind: Register, Account: pam, NewHash: "p"}, {Kind: Create, New: &Account{Key: "ned", Name: "NED", Hash: "n"}}, {Kind: Tidy},
	}})
	j := &job{
		do:     func(w *sqliteWriter) error { return w.commit(work) },
		undo:   func(w *sqliteWriter) error { return w.undoCommit(work) },
		answer: make(chan error, 1),
	}
	j.state.Store(jobAnswered)
	s.jobs <- j
	for _, want := range []Account{{ID: ned, Key: "ned", Name: "ned", Guest: true}, {ID: pam, Key: "pam", Name: "pam", Guest: true}} {
		got, err := s.Account(t.Context(), want.Key)
		want.Created = got.Created
		if err != nil || got != want {
			t.Errorf("got %+v %v, want %+v", got, err, want)
		}
	}
	if page := s.commit(Ask{Kind: Feed, Account: ned, Limit: 9}).Verdicts[0].Page; page.Waiting != 0 || len(page.Messages) != 1 {
		t.Errorf("got %+v", page)
	}
}

// TestInboxesOfARefusedBatchAreAsBefore: what it took out of them, because it was acknowledged or had expired, is put back.
func TestInboxesOfARefusedBatchAreAsBefore(t *testing.T) {
	s := openForJobs(t)
	s.readyForEverything()
	work := &commitWork{}
	work.take(&Batch{At: time.Now(), Acks: []Ack{{s.bob, math.MaxInt64}}, Asks: []Ask{{Kind: Enter, Account: s.bob, Hash: "b"}}})
	j := &job{
		do:     func(w *sqliteWriter) error { return w.commit(work) },
		undo:   func(w *sqliteWriter) error { return w.undoCommit(work) },
		answer: make(chan error, 1),
	}
	j.state.Store(jobAnswered)
	s.jobs <- j
	for _, expired := range []int{2, 0} {
		page := s.commit(Ask{Kind: Enter, Account: s.bob, Hash: "b", Limit: 9}).Verdicts[0].Page
		if page.Expired != expired || page.Waiting != 1 {
			t.Fatalf("%d expired, %d waiting, want %d and 1", page.Expired, page.Waiting, expired)
		}
	}
}

// TestTakingBackWhatWasRolledBackChangesNothing is about a COMMIT that has failed: it can't be known whether it is in the file, so it is
// taken back. Meanwhile an operator's command got the numbers that the batch had taken.
func TestTakingBackWhatWasRolledBackChangesNothing(t *testing.T) {
	s := openForJobs(t)
	s.readyForEverything()
	work := &commitWork{}
	work.take(s.everything())
	s.onWriter(func(w *sqliteWriter) error {
		failed := errors.New("as a full disk")
		err := w.transact(&job{do: func(w *sqliteWriter) error { return errors.Join(w.commit(work), failed) }})
		if err == nil || !errors.Is(err, failed) {
			t.Errorf("got %v", err)
		}
		w.forget()
		w.undo = func(w *sqliteWriter) error { return w.undoCommit(work) }
		return nil
	})
	shared, err := OpenShared(t.Context(), "sqlite:"+s.path, Limits{}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer shared.Close()
	var told []Event
	for range 4 { // as many numbers as the batch took, and of the same kind
		b := &Batch{At: time.Now(), Asks: []Ask{{Kind: SetPassword, Account: s.alice, NewHash: "a"}}}
		if err := shared.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		told = append(told, b.Events...)
	}
	heard := s.commit().Events
	if len(heard) != 4 {
		t.Fatalf("the server hears %+v of %+v", heard, told)
	}
	for i := range heard {
		if heard[i].Number != told[i].Number || heard[i].Ask != -1 {
			t.Fatalf("the server hears %+v of %+v", heard, told)
		}
	}
	s.wantNothingOfIt()
	s.wantPrograms() // the operator's command has revoked all of Alice's tokens, and they stay so
}

// TestExpiredAreToldOnce, also when nothing but the file remembers that they were told.
func TestExpiredAreToldOnce(t *testing.T) {
	s := openForJobs(t)
	s.readyForEverything()
	s.commit(Ask{Kind: Feed, Account: s.bob, Limit: 9}) // it finds them expired, and tells nobody
	for _, want := range []int{2, 0} {
		s.onWriter(func(w *sqliteWriter) error { w.forget(); return nil })
		page := s.commit(Ask{Kind: Enter, Account: s.bob, Hash: "b", Limit: 9}).Verdicts[0].Page
		if page.Expired != want || page.Waiting != 1 {
			t.Fatalf("%d expired, %d waiting, want %d and 1", page.Expired, page.Waiting, want)
		}
	}
}

// TestFileReplacedDuringACommit: what was written to a file that nobody finds any more is not acknowledged.
func TestFileReplacedDuringACommit(t *testing.T) {
	s := openForJobs(t)
	err := s.submit(t.Context(), &job{do: func(w *sqliteWriter) error {
		if _, err := w.db.exec("UPDATE progress SET last = last + 1"); err != nil {
			return err
		}
		return errors.Join(os.WriteFile(s.path+".copy", nil, 0o600), os.Rename(s.path+".copy", s.path))
	}})
	if !errors.Is(err, ErrUnavailable) {
		t.Fatalf("got %v", err)
	}
}

// TestEventsOfOthersSurviveARefusedBatch: what a batch was to hand on comes with a later one.
func TestEventsOfOthersSurviveARefusedBatch(t *testing.T) {
	s := openForJobs(t)
	shared, err := OpenShared(t.Context(), "sqlite:"+s.path, Limits{}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer shared.Close()
	if err := shared.Commit(t.Context(), &Batch{At: time.Now(), Asks: []Ask{{Kind: Remove, Account: s.bob}}}); err != nil {
		t.Fatal(err)
	}
	work := &commitWork{}
	work.take(&Batch{At: time.Now(), Asks: []Ask{s.say(LobbyName, "given up")}})
	j := &job{
		do:     func(w *sqliteWriter) error { return w.commit(work) },
		undo:   func(w *sqliteWriter) error { return w.undoCommit(work) },
		answer: make(chan error, 1),
	}
	j.state.Store(jobAnswered)
	s.jobs <- j
	heard := s.commit().Events
	if len(heard) != 1 || heard[0].Kind != AccountRemoved || heard[0].To != s.bob {
		t.Fatalf("the server hears %+v", heard)
	}
	if again := s.commit().Events; len(again) != 0 {
		t.Fatalf("the server hears %+v again", again)
	}
}

func TestSweepKeepsTheFileSmall(t *testing.T) {
	s := openForJobs(t)
	expired := &Batch{At: time.Now().Add(-2 * time.Hour), Asks: []Ask{s.say("bob", "")}}
	if err := s.Commit(t.Context(), expired); err != nil {
		t.Fatal(err)
	}
	unread := make([]Ask, 30) // more than a conversation keeps
	for i := range unread {
		unread[i] = s.say("bob", "")
	}
	first := s.commit(unread...).Events[0].Number
	lobby := make([]Ask, 1000)
	for i := range lobby {
		lobby[i] = s.say(LobbyName, "")
	}
	most, end := 0, 0
	for i := range 210 { // without a rest, but for that of a slow machine
		s.commit(lobby...)
		if i%10 == 9 {
			end = s.rows(-s.lobby.A)
			most = max(most, end)
		}
	}
	if bound := sweepOwedMost + len(lobby); most > bound {
		t.Fatalf("the file held %d messages of the lobby, more than %d", most, bound)
	}
	if bound := saveHeadsMost + 2*len(lobby); end > bound { // what came after the heads were saved is not swept
		t.Fatalf("the file holds %d messages of the lobby, more than %d", end, bound)
	}
	if n := s.rows(s.bob); n != 30 {
		t.Fatalf("the file holds %d messages to bob", n)
	}
	page := s.commit(Ask{Kind: Enter, Account: s.bob, Hash: "b", Limit: 99}).Verdicts[0].Page
	if page.Expired != 1 || page.Waiting != 30 || len(page.Messages) != 30 || page.Messages[0].Number != first {
		t.Fatalf("bob has %d expired, %d waiting, a page of %d", page.Expired, page.Waiting, len(page.Messages))
	}
}

// TestPowerCutsAreProvidedFor looks at the settings: no test can cut the power.
func TestPowerCutsAreProvidedFor(t *testing.T) {
	s := openForJobs(t)
	reader, err := connectSQLite(s.path, s.sync)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.close()
	look := func(db *sqliteConn) error {
		var journal string
		var synchronous int
		err := db.row("SELECT journal_mode, synchronous FROM pragma_journal_mode, pragma_synchronous", nil, &journal, &synchronous)
		if journal != "wal" || synchronous != 1 { // NORMAL: the log is synced before it is moved into the file
			t.Errorf("journal_mode %s, synchronous %d", journal, synchronous)
		}
		return err
	}
	s.onWriter(func(w *sqliteWriter) error { return look(w.db) })
	if err := look(reader); err != nil {
		t.Fatal(err)
	}
}
