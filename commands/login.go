package commands

import (
	"errors"
	"time"

	"go.uber.org/zap"

	"parley/protocol"
	"parley/storage"
)

var login = &Command{
	Name: "login", Args: "<name> <password>", Role: Guest, Needs: 2, Prompts: []string{"Your password"},
	Help: "Logs in to your account; what waits for you follows. Without a password it asks for it.",
	Run:  runLogin,
}

func runLogin(c *Call) error {
	word, password := c.nameAndPassword()
	folded, possible := foldName(nil, word)
	key := string(folded)
	if err := c.Chat.attempts.login(c.Session, key, time.Now()); err != nil {
		return err
	}
	var account storage.Account
	if possible {
		ctx, cancel := c.Chat.deadline()
		defer cancel()
		var err error
		if account, err = c.Chat.store.Account(ctx, key); err != nil && !errors.Is(err, storage.ErrNoAccount) {
			return err
		}
	}
	fits, better, err := c.Chat.passwords.check(password, account.Hash)
	if err != nil {
		return err
	}
	if !fits {
		return protocol.Errorf(protocol.BadCredentials, "The name or the password is wrong.")
	}
	c.Chat.attempts.right(c.Session, key, time.Now())
	if better != "" {
		c.upgrade(account, better)
	}
	c.enter(account.Key, account.Name)
	return nil
}

// nameAndPassword takes the words of a login apart. The password is the rest of the line, blanks and all, or what was
// answered to the prompt.
func (c *Call) nameAndPassword() (name []byte, password string) {
	name, rest := protocol.Word(c.Args)
	if len(c.Answers) > 0 {
		return name, c.Answers[0]
	}
	return name, string(rest)
}

// upgrade stores a hash made in today's way. The login does not depend on it.
func (c *Call) upgrade(account storage.Account, better string) {
	ctx, cancel := c.Chat.deadline()
	defer cancel()
	if err := c.Chat.store.SetPassword(ctx, account.Key, account.Hash, better); err != nil {
		c.Chat.log.Warn("a password hash was not upgraded", zap.String("account", account.Name), zap.Error(err))
	}
}
