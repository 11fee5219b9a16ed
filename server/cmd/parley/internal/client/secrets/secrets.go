// Package secrets keeps the tokens of parley connect for the next time: in the keyring of the person who runs it, if one answers, or else in a file that nobody
// else may read. It never shows one.
package secrets

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"parley/commands"
	"parley/internal/language"
)

// Note is what /tokens shows of a token that was made on this computer.
func Note() string {
	host, err := os.Hostname()
	note := "parley connect on " + host
	if err != nil || len(note) > commands.MaxNote {
		return "parley connect"
	}
	return note
}

// Store is where tokens are kept. Its methods may be called at the same time, also by several programs. None of them takes longer than a few seconds.
type Store struct {
	lang language.Language
	file file
	ring ring
	why  error // ring can't be used
}

// Open finds out where tokens are kept on this computer: in a keyring, or in a file in a directory, which is made when it is needed.
func Open(lang language.Language, directory string) *Store {
	s := &Store{lang: lang, file: file{lang: lang, name: filepath.Join(directory, "tokens.toml")}, ring: systemRing{}}
	s.why = soon(s.ring.check)
	return s
}

// Where is the place that Keep puts tokens in, as a phrase.
func (s *Store) Where() string {
	if s.why == nil {
		return s.lang.Sprintf("your keyring")
	}
	return s.lang.Sprintf("%s (only you can read it)", short(s.file.name))
}

// Get finds the token that was kept for an account of a server; if account is empty, the one of that server that was kept last. It returns the name of the
// account, too; both are empty if there is none. An error is a sentence for the person.
func (s *Store) Get(server, account string) (name, token string, err error) {
	kept, err := s.file.read()
	if err != nil {
		return "", "", err
	}
	one := kept.find(server, account)
	switch {
	case one == nil:
		return "", "", nil
	case one.Secret != "":
		return one.Account, one.Secret, nil
	case s.why == errLocked:
		return one.Account, "", sentence(s.lang.Sprintf("Your keyring is locked, so the token in it can't be used."))
	case s.why != nil:
		return one.Account, "", sentence(s.lang.Sprintf("Your keyring does not answer here, so the token in it can't be used."))
	}
	token, err = withinTime(func() (string, error) { return s.ring.get(server, one.Account) })
	if errors.Is(err, errNone) {
		return "", "", nil // it was removed from the keyring by hand
	}
	if err != nil {
		return one.Account, "", s.ringFailed(err)
	}
	return one.Account, token, nil
}

// Keep keeps the token of an account of a server, in place of the one before. An error is a sentence for the person.
func (s *Store) Keep(server, account, token string) error {
	one := entry{Server: server, Account: account, Secret: token}
	if s.why == nil {
		if err := soon(func() error { return s.ring.set(server, account, token) }); err != nil {
			return s.ringFailed(err)
		}
		one.Secret, one.Keyring = "", true // the file says only that it is there: a keyring can't be asked what it has
	}
	return s.file.change(func(kept *entries) {
		kept.remove(server, account)
		kept.Token = append(kept.Token, one)
	})
}

// Forget removes the token of an account of a server, if there is one. An error is a sentence for the person.
func (s *Store) Forget(server, account string) error {
	inRing := ""
	err := s.file.change(func(kept *entries) {
		if one := kept.find(server, account); one != nil && one.Keyring {
			inRing = one.Account // as it was written then: a keyring takes another case for another account
		}
		kept.remove(server, account)
	})
	if err != nil || inRing == "" || s.why != nil {
		return err
	}
	if err := soon(func() error { return s.ring.remove(server, inRing) }); err != nil && !errors.Is(err, errNone) {
		return s.ringFailed(err)
	}
	return nil
}

func (s *Store) ringFailed(err error) error {
	return sentence(s.lang.Sprintf("Your keyring does not do its work: %s", err))
}

// short writes a path as people do.
func short(path string) string {
	home, err := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(path, home+"/"); ok && err == nil {
		return "~/" + rest
	}
	return path
}
