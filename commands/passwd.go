package commands

import (
	"errors"
	"time"

	"parley/protocol"
	"parley/storage"
)

var passwd = &Command{
	Name: "passwd", Role: Member, Needs: 2, Prompts: []string{"Your old password", "A new password"},
	Help: "Changes your password: it asks for the old one and the new one. Your other sessions end.",
	Run:  runPasswd,
}

func runPasswd(c *Call) error {
	old, fresh := c.Answers[0], c.Answers[1]
	ctx, cancel := c.Chat.deadline()
	defer cancel()
	key := c.Session.account.key
	if err := c.Chat.attempts.login(c.Session, key, time.Now()); err != nil {
		return err // a session that was left open is no place to guess at
	}
	account, err := c.Chat.store.Account(ctx, key)
	if err != nil && !errors.Is(err, storage.ErrNoAccount) {
		return err
	}
	fits, _, err := c.Chat.passwords.check(old, account.Hash)
	if err != nil {
		return err
	}
	if !fits {
		return protocol.Errorf(protocol.BadCredentials, "The old password is wrong; nothing was changed.")
	}
	c.Chat.attempts.right(c.Session, key, time.Now())
	hash, err := c.Chat.passwords.hash(fresh)
	if err != nil {
		return err
	}
	err = c.setPassword(account, hash)
	if errors.Is(err, storage.ErrChanged) || errors.Is(err, storage.ErrNoAccount) {
		return protocol.Errorf(protocol.BadCredentials, "The password was changed elsewhere just now; nothing was changed here.")
	}
	if err != nil {
		return err
	}
	c.endOthers()
	return nil
}

// setPassword has a deadline of its own: hashing may have used up the one before.
func (c *Call) setPassword(account storage.Account, hash string) error {
	ctx, cancel := c.Chat.deadline()
	defer cancel()
	return c.Chat.store.SetPassword(ctx, account.Key, account.Hash, hash)
}

// endOthers closes the account's other sessions: who knew the old password is out.
func (c *Call) endOthers() {
	line := protocol.Start(nil, nil, protocol.Closing, string(protocol.Replaced))
	line = protocol.End(protocol.Text(line, "The password of this account was changed in another session."))
	for _, other := range c.Chat.hub.sessions(c.Session.account.key) {
		if other != c.Session {
			other.send(func() { other.Peer.Close(line) })
		}
	}
}
