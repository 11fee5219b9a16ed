package secrets

import (
	"errors"
	"time"

	"github.com/zalando/go-keyring"
)

// ring is a keyring. Any of its methods may take for ever.
type ring interface {
	check() error // whether it can be used without asking the person
	get(server, account string) (token string, err error)
	set(server, account, token string) error
	remove(server, account string) error
}

var (
	errNone   = keyring.ErrNotFound
	errLocked = errors.New("the keyring is locked")
	errSlow   = errors.New("it did not answer in time")
)

// patience is how long a keyring may take. One that is missing says so at once; one that wants a password, which nobody may be there to type, never does.
const patience = 2 * time.Second

// withinTime does something that may take for ever, and then goes on behind its back.
func withinTime[T any](do func() (T, error)) (result T, err error) {
	type outcome struct {
		result T
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		result, err := do()
		done <- outcome{result, err}
	}()
	select {
	case o := <-done:
		return o.result, o.err
	case <-time.After(patience):
		return result, errSlow
	}
}

// soon is withinTime for what has no result.
func soon(do func() error) error {
	_, err := withinTime(func() (struct{}, error) { return struct{}{}, do() })
	return err
}

// systemRing is the keyring of the person's session: the Secret Service of D-Bus, or the keychain of macOS.
type systemRing struct{}

func (systemRing) get(server, account string) (string, error) {
	return keyring.Get(service(server), account)
}

func (systemRing) set(server, account, token string) error {
	return keyring.Set(service(server), account, token)
}

func (systemRing) remove(server, account string) error {
	return keyring.Delete(service(server), account)
}

// service is the name that people see in the keyring.
func service(server string) string { return "parley " + server }
