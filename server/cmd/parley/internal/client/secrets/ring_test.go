package secrets

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

// fakeRing is a keyring in memory, which may be asleep.
type fakeRing struct {
	kept   map[string]string
	err    error
	asleep chan struct{} // nil: it is not
}

func (r *fakeRing) answer() error {
	if r.asleep != nil {
		<-r.asleep
		return errNone // to nobody
	}
	return r.err
}

func (r *fakeRing) check() error { return r.answer() }

func (r *fakeRing) get(server, account string) (string, error) {
	if err := r.answer(); err != nil {
		return "", err
	}
	token, ok := r.kept[server+account]
	if !ok {
		return "", errNone
	}
	return token, nil
}

func (r *fakeRing) set(server, account, token string) error {
	err := r.answer()
	if err == nil {
		r.kept[server+account] = token
	}
	return err
}

func (r *fakeRing) remove(server, account string) error {
	if _, err := r.get(server, account); err != nil {
		return err
	}
	delete(r.kept, server+account)
	return nil
}

// withRing is a store that has a keyring.
func withRing(t *testing.T) (s *Store, r *fakeRing, name string) {
	s, name = withFile(t)
	r = &fakeRing{kept: map[string]string{}}
	s.ring, s.why = r, nil
	return s, r, name
}

func TestRing(t *testing.T) {
	s, r, name := withRing(t)
	s.keeps(t, work, "alice", "parley_A")
	s.keeps(t, home, "bob", "parley_B")
	s.has(t, work, "", "alice", "parley_A")
	s.has(t, home, "", "bob", "parley_B")
	if text := contents(t, name); strings.Contains(text, "parley_") {
		t.Errorf("a secret that the keyring has is in the file, too:\n%s", text)
	}
	if s.Where() != "your keyring" {
		t.Error(s.Where())
	}
	if err := s.Forget(work, "Alice"); err != nil {
		t.Error(err)
	}
	s.has(t, work, "", "", "")
	if len(r.kept) != 1 {
		t.Errorf("the keyring still has %v", r.kept)
	}
	delete(r.kept, home+"bob") // by hand
	s.has(t, home, "", "", "")
	if err := s.Forget(home, "bob"); err != nil {
		t.Error(err)
	}
}

// The place of a token changes, when a keyring comes or goes.
func TestRingComesAndGoes(t *testing.T) {
	s, _, name := withRing(t)
	s.keeps(t, work, "alice", "parley_A")
	for why, want := range map[error]string{errLocked: "Your keyring is locked", errNoRing: "Your keyring does not answer here"} {
		s.why = why
		if account, token, err := s.Get(work, ""); account != "alice" || token != "" || err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q, %q, %v; want %q", account, token, err, want)
		}
	}
	s.keeps(t, work, "alice", "parley_B")
	s.has(t, work, "", "alice", "parley_B")
	s.why = nil
	s.has(t, work, "", "alice", "parley_B")
	s.keeps(t, work, "alice", "parley_C")
	s.has(t, work, "", "alice", "parley_C")
	if strings.Contains(contents(t, name), "parley_") {
		t.Error("the secret of before is still in the file")
	}
}

func TestRingFails(t *testing.T) {
	s, r, _ := withRing(t)
	s.keeps(t, work, "alice", "parley_A")
	r.err = errors.New("disk full")
	_, _, err := s.Get(work, "alice")
	for _, err := range []error{err, s.Keep(work, "bob", "parley_B"), s.Forget(work, "alice")} {
		if err == nil || err.Error() != "Your keyring does not do its work: disk full" {
			t.Error(err)
		}
	}
	s.has(t, work, "bob", "", "")
}

// A keyring that waits for somebody who types a password elsewhere does not stop the client.
func TestRingSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r, _ := withRing(t)
		s.keeps(t, work, "alice", "parley_A")
		r.asleep = make(chan struct{})
		defer close(r.asleep)
		if err := soon(r.check); err != errSlow {
			t.Error(err)
		}
		_, token, err := s.Get(work, "alice")
		for _, err := range []error{err, s.Keep(work, "bob", "parley_B"), s.Forget(work, "alice")} {
			if err == nil || !strings.Contains(err.Error(), "did not answer in time") {
				t.Error(err)
			}
		}
		if token != "" {
			t.Error("it has a token nevertheless")
		}
	})
}
