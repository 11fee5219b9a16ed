package commands

import (
	"errors"
	"net/netip"
	"time"

	"github.com/alexedwards/argon2id"

	"parley/protocol"
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
	key, _ := protocol.FoldName(nil, []byte(name))
	return string(key)
}

// RoomKey is the key of the room that a name with its '#' belongs to; empty for what can't be one.
func RoomKey(name string) string {
	key, _ := roomKey([]byte(name))
	return key
}

// CheckNote reports what is wrong with a reason, in one sentence.
func CheckNote(text string) error {
	var wrong *protocol.Error
	if errors.As(checkLength([]byte(text), MaxNote), &wrong) {
		return errors.New(wrong.Sentence.String())
	}
	return nil
}

// ParseAddresses reads an address, or a network as CIDR has it.
func ParseAddresses(word string) (netip.Prefix, bool) {
	if one, err := netip.ParseAddr(word); err == nil {
		one = one.Unmap().WithZone("")
		return netip.PrefixFrom(one, one.BitLen()), true
	}
	prefix, err := netip.ParsePrefix(word)
	if prefix.Addr().Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked(), err == nil
}

// Until is when something ends that lasts for so long from now on: in whole seconds, as it is shown, and not earlier than that.
func Until(now time.Time, d time.Duration) time.Time {
	return now.Add(d + time.Second - 1).Truncate(time.Second)
}
