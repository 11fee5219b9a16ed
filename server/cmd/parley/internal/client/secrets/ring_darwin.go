package secrets

// check trusts that there is a keychain, as there is for everybody who has logged in to a Mac. Over ssh it may be locked, and then says so.
func (systemRing) check() error { return nil }
