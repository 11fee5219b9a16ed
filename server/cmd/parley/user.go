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

	"go.uber.org/zap"
	"golang.org/x/term"

	"parley/commands"
	"parley/storage"
)

// userCommand is the operator's way to the accounts. It works beside a running server.
type userCommand struct {
	Store string `placeholder:"URL" default:"sqlite:parley.db" env:"PARLEY_STORE" help:"Where the accounts are kept; as for serve (default sqlite:parley.db)."`

	Add    userAdd    `cmd:"" help:"Make an account. The password is asked for, or is the first line of standard input."`
	Passwd userPasswd `cmd:"" help:"Give an account a new password; asked for in the same way."`
	Delete userDelete `cmd:"" help:"Delete an account and what waits for it. What it said to others stays."`
	List   userList   `cmd:"" help:"List all accounts."`
}

type (
	userAdd struct {
		Name string `arg:"" help:"The name."`
	}
	userPasswd struct {
		Name string `arg:"" help:"The name."`
	}
	userDelete struct {
		Name string `arg:"" help:"The name."`
	}
	userList struct{}
)

// operatorTime bounds what an operator's command does with the store.
const operatorTime = 15 * time.Second

// withOld runs f on a store that must exist. Otherwise a mistyped name would make a new store, and all accounts would seem to be gone.
func (u *userCommand) withOld(f func(ctx context.Context, store storage.Store) error) error {
	if file, ok := strings.CutPrefix(u.Store, "sqlite:"); ok {
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("there is no store at %s: name the server's with --store", file)
		}
	}
	return u.withStore(f)
}

// withStore runs f on the accounts.
func (u *userCommand) withStore(f func(ctx context.Context, store storage.Store) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), operatorTime)
	defer cancel()
	store, err := storage.OpenShared(ctx, u.Store, storage.Limits{}, zap.NewNop())
	if err != nil {
		return err
	}
	return errors.Join(f(ctx, store), store.Close())
}

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
		if err := change(ctx, store, storage.Ask{Kind: storage.Remove, Account: account.ID}); err != nil {
			return err
		}
		fmt.Printf("%s is deleted; its sessions end\n", account.Name)
		return nil
	})
}

func (*userList) Run(u *userCommand) error {
	return u.withOld(func(ctx context.Context, store storage.Store) error {
		accounts, err := store.Accounts(ctx)
		if err != nil {
			return err
		}
		for _, a := range accounts {
			fmt.Printf("%s\t%s\n", a.Name, a.Created.UTC().Format(time.RFC3339))
		}
		return nil
	})
}

// change has the store do one thing. A running server notices within a second.
func change(ctx context.Context, store storage.Store, ask storage.Ask) error {
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{ask}}
	if err := store.Commit(ctx, &b); err != nil {
		return err
	}
	return b.Verdicts[0].Err
}

// find returns the account of a name.
func find(ctx context.Context, store storage.Store, name string) (storage.Account, error) {
	account, err := store.Account(ctx, commands.NameKey(name))
	if errors.Is(err, storage.ErrNoAccount) {
		err = fmt.Errorf("there is no account called %s", name)
	}
	return account, err
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
