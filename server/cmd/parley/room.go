package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"parley/commands"
	"parley/storage"
)

// roomCommand is the operator's way to the rooms. It works beside a running server.
type roomCommand struct {
	storeFlag

	List   roomList   `cmd:"" help:"List all rooms: name, public or private, open or quiet, members, topic."`
	Delete roomDelete `cmd:"" help:"Delete a room with all that was said there. Its members are told."`
}

type (
	roomList   struct{}
	roomDelete struct {
		Name string `arg:"" help:"The name. It may be given without its #, which many shells take for a comment."`
	}
)

func (*roomList) Run(r *roomCommand) error {
	return r.withOld(func(ctx context.Context, store storage.Store) error {
		rooms, err := store.AllRooms(ctx)
		if err != nil {
			return err
		}
		for i := range rooms {
			in := &rooms[i]
			fields := []string{in.Name, either(in.Private, "private", "public"), either(in.Quiet, "quiet", "open"), strconv.Itoa(in.Members), in.Topic}
			fmt.Println(strings.Join(fields, "\t"))
		}
		return nil
	})
}

func either(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

func (d *roomDelete) Run(r *roomCommand) error {
	name := "#" + strings.TrimPrefix(d.Name, "#")
	return r.withOld(func(ctx context.Context, store storage.Store) error {
		key := commands.RoomKey(name)
		err := change(ctx, store, storage.Ask{Kind: storage.RemoveRoom, Order: &storage.Order{Room: key}})
		switch {
		case errors.Is(err, storage.ErrNoRoom):
			return fmt.Errorf("there is no room called %s", name)
		case errors.Is(err, storage.ErrForbidden):
			return fmt.Errorf("%s can't be deleted: every new account is in it", storage.LobbyName)
		case err != nil:
			return err
		}
		fmt.Printf("%s is deleted\n", name)
		return nil
	})
}
