package commands

import (
	"fmt"
	"strings"
	"testing"

	"parley/storage"
)

// TestTokenCostsNoHash: a login by token is answered while all turns to hash a password are taken.
func TestTokenCostsNoHash(t *testing.T) {
	r := newRoom(t)
	alice, bot := r.member("alice"), r.from("")
	secret := strings.Fields(alice.asks("/token"))[3]
	end := r.chat.passwords.stall()
	defer end()
	bot.wants("/login alice "+secret, "+ login alice ")
}

// TestStoreGetsNoSecret: neither a new token nor a login by it tells the store the secret.
func TestStoreGetsNoSecret(t *testing.T) {
	r := newRoom(t)
	alice, bot := r.member("alice"), r.from("")
	var asked strings.Builder
	r.store.set(func(m *memory) {
		m.before = func(b *storage.Batch) {
			for i := range b.Asks {
				fmt.Fprintf(&asked, "%+v %s %+v\n", b.Asks[i], b.Asks[i].Text, b.Asks[i].Order)
			}
		}
	})
	secret := strings.Fields(alice.asks("/token for the tests"))[3]
	bot.wants("/login alice "+secret, "+ login alice ")
	r.store.set(func(*memory) {
		if all := asked.String(); strings.Contains(all, secret) || !strings.Contains(all, storage.TokenHash(secret)) {
			t.Errorf("the store is asked\n%s", all)
		}
	})
}
