package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"parley/commands"
	"parley/storage"
)

// userCommand is the operator's way to the accounts. It works beside a running server.
type userCommand struct {
	storeFlag

	Add    userAdd    `cmd:"" help:"Make an account. The password is asked for, or is the first line of standard input."`
	Passwd userPasswd `cmd:"" help:"Give an account a new password; asked for in the same way."`
	Delete userDelete `cmd:"" help:"Delete an account and what waits for it. What it said to others stays (but for --messages), and its rooms go to others who are in them."`
	List   userList   `cmd:"" help:"List all accounts: name, when it was made, and whether it is a guest, an operator, banned or muted."`
	Role   userRole   `cmd:"" help:"Make an account an operator, who may moderate the server, or an ordinary user again."`
	Ban    userBan    `cmd:"" help:"Keep an account or a network off the server, and end its sessions."`
	Unban  userUnban  `cmd:"" help:"Take a ban back."`
	Token  userToken  `cmd:"" help:"Make a token with which a program logs in as an account; it is printed once."`
	Tokens userTokens `cmd:"" help:"List the tokens of an account: id, when it was made, until when it holds, and its note."`
	Revoke userRevoke `cmd:"" help:"Take a token back, and end the sessions that it has begun."`
	Banned userBanned `cmd:"" help:"List who is banned or muted: name or address, ban or mute, since when, until when, by whom, and why."`
}

type (
	userAdd struct {
		Name string `arg:"" help:"The name."`
	}
	userPasswd struct {
		Name string `arg:"" help:"The name."`
	}
	userDelete struct {
		Name     string `arg:"" help:"The name."`
		Messages bool   `help:"Also remove what it has said to others and in rooms."`
	}
	userList struct{}
)

func (a *userAdd) Run(u *userCommand) error {
	password, err := newPassword()
	if err != nil {
		return err
	}
	account, err := commands.NewAccount(a.Name, password)
	if err != nil {
		return err
	}
	return u.withStore(func(ctx context.Context, store storage.Store) error {
		err := change(ctx, store, storage.Ask{Kind: storage.Create, New: &account})
		if errors.Is(err, storage.ErrExists) {
			return fmt.Errorf("there is an account called %s already", account.Name)
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s may log in now\n", account.Name)
		return nil
	})
}

func (p *userPasswd) Run(u *userCommand) error {
	password, err := newPassword()
	if err != nil {
		return err
	}
	hash, err := commands.HashPassword(password)
	if err != nil {
		return err
	}
	return u.withOld(func(ctx context.Context, store storage.Store) error {
		account, err := find(ctx, store, p.Name)
		if err != nil {
			return err
		}
		if err := change(ctx, store, storage.Ask{Kind: storage.SetPassword, Account: account.ID, NewHash: hash}); err != nil {
			return err
		}
		fmt.Printf("%s has a new password; sessions that were logged in with the old one end\n", account.Name)
		return nil
	})
}

func (d *userDelete) Run(u *userCommand) error {
	return u.withOld(func(ctx context.Context, store storage.Store) error {
		account, err := find(ctx, store, d.Name)
		if err != nil {
			return err
		}
		if d.Messages {
			if err := unsay(store, account); err != nil {
				return err
			}
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(context.Background(), operatorTime)
			defer cancel()
		}
		if err := change(ctx, store, storage.Ask{Kind: storage.Remove, Account: account.ID}); err != nil {
			return err
		}
		fmt.Printf("%s is deleted; its sessions end\n", account.Name)
		return nil
	})
}

// unsayTime bounds how long it takes to remove what somebody has said.
const unsayTime = time.Hour

// unsay removes what an account has said. It is muted first, so that nothing is left; if that is where it ends, it can be done once more.
func unsay(store storage.Store, account storage.Account) error {
	ctx, cancel := context.WithTimeout(context.Background(), unsayTime)
	defer cancel()
	mute := storage.Ask{Kind: storage.Mute, To: account.Key, Text: []byte("the account is being deleted"), Order: &storage.Order{}}
	if err := change(ctx, store, mute); err != nil {
		return err
	}
	if _, err := store.RemoveMessages(ctx, account.ID); err != nil {
		return fmt.Errorf("%w; %s is muted: delete it once more", err, account.Name)
	}
	fmt.Printf("what %s has said is removed\n", account.Name)
	return nil
}

func (*userList) Run(u *userCommand) error {
	return u.withOld(func(ctx context.Context, store storage.Store) error {
		accounts, err := store.Accounts(ctx)
		if err != nil {
			return err
		}
		sanctions, err := store.Sanctions(ctx, 0)
		if err != nil {
			return err
		}
		for _, a := range accounts {
			fmt.Println(strings.Join(append([]string{a.Name, stamp(a.Created)}, standing(a, sanctions)...), "\t"))
		}
		return nil
	})
}

// newPassword asks for a password, twice at a terminal; otherwise it is the first line of the input. It is never an argument, because everybody
// on the machine can see those.
func newPassword() (string, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil && (err != io.EOF || line == "") {
			return "", errors.New("give the password as the first line of standard input")
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	first, err := askHidden("Password: ")
	if err != nil {
		return "", err
	}
	again, err := askHidden("Once more: ")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", errors.New("the two are not the same; nothing was changed")
	}
	return first, nil
}

func askHidden(question string) (string, error) {
	fmt.Fprint(os.Stderr, question)
	answer, err := term.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(os.Stderr)
	return string(answer), err
}
