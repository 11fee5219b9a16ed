package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.uber.org/zap"

	"parley/commands"
	"parley/storage"
)

// storeFlag names the store of the operator's commands, which work beside a running server.
type storeFlag struct {
	configFlag `embed:""`

	Store string `placeholder:"URL" default:"sqlite:parley.db" env:"PARLEY_STORE" help:"Where everything is kept; as for serve (default sqlite:parley.db)."`
}

// operatorTime bounds what an operator's command does with the store.
const operatorTime = 15 * time.Second

// withOld runs f on a store that must exist. Otherwise a mistyped name would make a new store, and all accounts would seem to be gone.
func (o *storeFlag) withOld(f func(ctx context.Context, store storage.Store) error) error {
	if file, ok := storage.SQLiteFile(o.Store); ok {
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("there is no store at %s: name the server's with --store", file)
		}
	}
	return o.withStore(f)
}

// withStore runs f on the store.
func (o *storeFlag) withStore(f func(ctx context.Context, store storage.Store) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), operatorTime)
	defer cancel()
	store, err := storage.OpenShared(ctx, o.Store, storage.Limits{}, zap.NewNop())
	if err != nil {
		return err
	}
	return errors.Join(f(ctx, store), store.Close())
}

// change has the store do one thing. A running server notices within a second.
func change(ctx context.Context, store storage.Store, ask storage.Ask) error {
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{ask}}
	if err := store.Commit(ctx, &b); err != nil {
		return err
	}
	if err := b.Verdicts[0].Err; !errors.Is(err, storage.ErrGuest) {
		return err
	}
	return errors.New("that is a guest, who has no password and goes with the session")
}

// find returns the account of a name.
func find(ctx context.Context, store storage.Store, name string) (storage.Account, error) {
	account, err := store.Account(ctx, commands.NameKey(name))
	if errors.Is(err, storage.ErrNoAccount) {
		err = fmt.Errorf("there is no account called %s", name)
	}
	return account, err
}

// stamp is a time as the operator's commands show it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
