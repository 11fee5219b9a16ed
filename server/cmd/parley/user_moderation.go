package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/commands"
	"parley/protocol"
	"parley/storage"
)

type (
	userRole struct {
		Name string `arg:"" help:"The name."`
		Role string `arg:"" enum:"operator,user" help:"operator or user."`
	}
	userBan struct {
		Who    string   `arg:"" name:"name|address" help:"A name, an address, or a network such as 192.0.2.0/24."`
		Reason []string `arg:"" optional:"" help:"Why; they are told."`
		For    lasting  `placeholder:"TIME" help:"How long, such as 90s, 2h or 7d (default: for ever)."`
	}
	userUnban struct {
		Who string `arg:"" name:"name|address" help:"As it was banned."`
	}
	userBanned struct{}
)

// lasting is how long something holds, written as in the command /ban.
type lasting time.Duration

func (b *lasting) UnmarshalText(text []byte) error {
	d, ok := protocol.ParseTime(text)
	if !ok {
		return fmt.Errorf("%q is not a time such as 90s, 2h or 7d", text)
	}
	*b = lasting(d)
	return nil
}

func (r *userRole) Run(u *userCommand) error {
	return u.withOld(func(ctx context.Context, store storage.Store) error {
		account, err := find(ctx, store, r.Name)
		if err != nil {
			return err
		}
		operator := r.Role == "operator"
		order := &storage.Order{May: operator}
		if err := change(ctx, store, storage.Ask{Kind: storage.SetOperator, To: account.Key, Order: order}); err != nil {
			return err
		}
		if operator {
			fmt.Printf("%s is an operator now\n", account.Name)
		} else {
			fmt.Printf("%s is an ordinary user now\n", account.Name)
		}
		return nil
	})
}

func (b *userBan) Run(u *userCommand) error {
	reason := strings.Join(b.Reason, " ")
	if err := commands.CheckNote(reason); err != nil {
		return err
	}
	order, until := &storage.Order{}, ""
	if b.For > 0 {
		order.Until = commands.Until(time.Now(), time.Duration(b.For))
		until = " until " + stamp(order.Until)
	}
	return u.withOld(func(ctx context.Context, store storage.Store) error {
		target, shown, err := banTarget(ctx, store, b.Who)
		if err != nil {
			return err
		}
		if err := change(ctx, store, storage.Ask{Kind: storage.Ban, To: target, Text: []byte(reason), Order: order}); err != nil {
			return err
		}
		fmt.Printf("%s is banned%s; its sessions end\n", shown, until)
		return nil
	})
}

func (b *userUnban) Run(u *userCommand) error {
	return u.withOld(func(ctx context.Context, store storage.Store) error {
		target, shown, err := banTarget(ctx, store, b.Who)
		if err != nil {
			return err
		}
		err = change(ctx, store, storage.Ask{Kind: storage.Unban, To: target, Order: &storage.Order{}})
		if errors.Is(err, storage.ErrNothing) {
			return fmt.Errorf("%s is not banned; parley user banned lists who is", shown)
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s is not banned any more\n", shown)
		return nil
	})
}

// banTarget returns what a ban is of, as the store and as people call it: an account or addresses.
func banTarget(ctx context.Context, store storage.Store, who string) (target, shown string, err error) {
	if addresses, ok := commands.ParseAddresses(who); ok {
		return addresses.String(), addresses.String(), nil
	}
	if strings.ContainsAny(who, ":/") || strings.IndexAny(who, "0123456789") == 0 { // no name has these, or begins so
		return "", "", fmt.Errorf("%s is no address: write one such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/48", who)
	}
	account, err := find(ctx, store, who)
	return account.Key, account.Name, err
}

func (*userBanned) Run(u *userCommand) error {
	return u.withOld(func(ctx context.Context, store storage.Store) error {
		sanctions, err := store.Sanctions(ctx, 0)
		if err != nil {
			return err
		}
		for i := range sanctions {
			s := &sanctions[i]
			until, by := "for ever", "the command line"
			if !s.Until.IsZero() {
				until = stamp(s.Until)
			}
			if s.ByName != "" {
				by = s.ByName
			}
			fmt.Println(strings.Join([]string{s.Name, sanctionWord(s), stamp(s.At), until, by, s.Reason}, "\t"))
		}
		return nil
	})
}

func sanctionWord(s *storage.Sanction) string {
	if s.Mute {
		return "mute"
	}
	return "ban"
}

// standing is what an operator should know of an account, in one field, or in none if it is like all others.
func standing(a storage.Account, sanctions []storage.Sanction) []string {
	var words []string
	if a.Guest {
		words = append(words, "guest")
	}
	if a.Operator {
		words = append(words, "operator")
	}
	for i := range sanctions {
		s := &sanctions[i]
		if s.Target != a.Key {
			continue
		}
		word := "banned"
		if s.Mute {
			word = "muted"
		}
		if !s.Until.IsZero() {
			word += " until " + stamp(s.Until)
		}
		words = append(words, word)
	}
	if words == nil {
		return nil
	}
	return []string{strings.Join(words, ", ")}
}
