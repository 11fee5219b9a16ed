package commands

import (
	"time"

	"github.com/alexedwards/argon2id"

	"parley/storage"
)

// This file is for the operator's tools.

// NewAccount makes an account to be kept, and hashes its password as new passwords are hashed. The error is one sentence.
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
