package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"parley/commands"
	"parley/storage"
)

type (
	userToken struct {
		Name string   `arg:"" help:"The name."`
		Note []string `arg:"" optional:"" help:"What it is for."`
		For  lasting  `placeholder:"TIME" default:"30d" help:"How long it holds, such as 12h or 365d (default 30d)."`
	}
	userTokens struct {
		Name string `arg:"" help:"The name."`
	}
	userRevoke struct {
		Name  string `arg:"" help:"The name."`
		Token string `arg:"" help:"The token's id."`
	}
)

// Run prints the secret alone on standard output, so that it can be sent to a file.
func (t *userToken) Run(u *userCommand) error {
	note := strings.Join(t.Note, " ")
	if err := commands.CheckNote(note); err != nil {
		return err
	}
	secret := commands.NewToken()
	made := storage.Token{Hash: storage.TokenHash(secret), Until: commands.Until(time.Now(), time.Duration(t.For))}
	return u.withOld(func(ctx context.Context, store storage.Store) error {
		account, err := find(ctx, store, t.Name)
		if err != nil {
			return err
		}
		ask := storage.Ask{Kind: storage.MakeToken, To: account.Key, Hash: made.Hash, Text: []byte(note), Order: &storage.Order{Until: made.Until}}
		if err := change(ctx, store, ask); err != nil {
			return err
		}
		fmt.Println(secret)
		fmt.Fprintf(os.Stderr, "%s may log in with this token (%s) until %s\n", account.Name, made.ID(), stamp(made.Until))
		return nil
	})
}

func (t *userTokens) Run(u *userCommand) error {
	return u.withOld(func(ctx context.Context, store storage.Store) error {
		account, err := find(ctx, store, t.Name)
		if err != nil {
			return err
		}
		list, err := store.Tokens(ctx, account.ID)
		if err != nil {
			return err
		}
		for i := range list {
			t := &list[i]
			fmt.Println(strings.Join([]string{t.ID(), stamp(t.At), stamp(t.Until), t.Note}, "\t"))
		}
		return nil
	})
}

func (r *userRevoke) Run(u *userCommand) error {
	return u.withOld(func(ctx context.Context, store storage.Store) error {
		account, err := find(ctx, store, r.Name)
		if err != nil {
			return err
		}
		err = change(ctx, store, storage.Ask{Kind: storage.RevokeToken, To: account.Key, Order: &storage.Order{Token: r.Token}})
		if errors.Is(err, storage.ErrNothing) {
			return fmt.Errorf("%s has no token %s; parley user tokens lists them", account.Name, r.Token)
		}
		if err != nil {
			return err
		}
		fmt.Printf("the token %s of %s is revoked; the sessions that it has begun end\n", r.Token, account.Name)
		return nil
	})
}
