package commands

import (
	"errors"
	"time"

	"parley/protocol"
	"parley/storage"
)

var register = &Command{
	Name: "register", Args: "<name> <password>", Role: Guest, Needs: 2, Prompts: []string{"A password"},
	Help: "Makes a new account and logs in. Without a password it asks for one.",
	Run:  runRegister,
}

func runRegister(c *Call) error {
	word, password := c.nameAndPassword()
	name, key, bad := newName(word)
	if bad != nil {
		return bad
	}
	if err := weak(password); err != nil {
		return err
	}
	if err := c.Chat.attempts.register(c.Session, time.Now()); err != nil {
		return err
	}
	hash, err := c.Chat.passwords.hash(password)
	if err != nil {
		return err
	}
	ctx, cancel := c.Chat.deadline()
	defer cancel()
	err = c.Chat.store.CreateAccount(ctx, storage.Account{Key: key, Name: name, Hash: hash, Created: time.Now()})
	if errors.Is(err, storage.ErrExists) {
		return protocol.Errorf(protocol.NameTaken, "That name is taken. Is it yours? Then /login.").With(name)
	}
	if err != nil {
		return err
	}
	c.enter(key, name)
	return nil
}
