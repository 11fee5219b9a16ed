package storage_test

import (
	"testing"

	"parley/storage"
)

// What was a guest when its session ended may be an account by now: that is not forgotten.
func TestOnlyGuestsAreForgotten(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.comes("Ned", "Pam")
		c.join("#tea", "pam")
		ned, pam := c.id("ned"), c.id("pam")
		forget := func(id storage.ID) storage.Ask {
			return storage.Ask{Kind: storage.Forget, Account: id, Order: &storage.Order{}}
		}
		c.wantAll([]error{nil, storage.ErrExists, nil, storage.ErrGone},
			storage.Ask{Kind: storage.Register, Account: ned, NewHash: "hash of Ned"}, forget(ned), forget(pam), forget(pam))
		if c.id("ned") != ned {
			t.Error("the account is another one")
		}
		c.gone("pam")
		c.comes("Tom")
		if guests, err := c.Guests(soon(t)); err != nil || len(guests) != 1 || guests[0] != c.id("tom") {
			t.Errorf("the guests are %v, %v", guests, err)
		}
	})
}
