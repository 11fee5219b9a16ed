package commands

import (
	"time"

	"github.com/alexedwards/argon2id"

	"parley/storage"
)

// What an operator's tools need to know of accounts.

// NewAccount makes an account to be kept, with today's way to hash its password. The error is one sentence.
func NewAccount(name, password string) (storage.Account, error) {
	shown, key, bad := newName([]byte(name))
	if bad != nil {
		return storage.Account{}, bad
	}
	hash, err := HashPassword(password)
	return storage.Account{Key: key, Name: shown, Hash: hash, Created: time.Now()}, err
}

// HashPassword makes the string to store for a password.
func HashPassword(password string) (string, error) {
	if err := weak(password); err != nil {
		return "", err
	}
	return argon2id.CreateHash(password, DefaultPassword)
}

// NameKey is the key of the account that a name belongs to; empty for what can't be a name.
func NameKey(name string) string {
	key, _ := foldName(nil, []byte(name))
	return string(key)
}
