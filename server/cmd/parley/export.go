package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"parley/commands"
	"parley/storage"
)

// exportCommand prints all that a store has of an account, for its owner. Secrets are not among it: neither the password's hash nor those of tokens.
type exportCommand struct {
	storeFlag

	Name string `arg:"" name:"NAME" help:"The name."`
}

// exported is one line. Exactly one of its fields is set.
type exported struct {
	Account    *exportedAccount    `json:"account,omitzero"`
	Room       *exportedRoom       `json:"room,omitzero"`
	Sanction   *exportedSanction   `json:"sanction,omitzero"`
	Invitation *exportedInvitation `json:"invitation,omitzero"`
	Block      *exportedBlock      `json:"block,omitzero"`
	Token      *exportedToken      `json:"token,omitzero"`
	Key        *exportedKey        `json:"key,omitzero"`
	Message    *exportedMessage    `json:"message,omitzero"`
}

type (
	exportedAccount struct {
		ID       storage.ID `json:"id"`
		Name     string     `json:"name"`
		Created  time.Time  `json:"created"`
		Operator bool       `json:"operator,omitzero"`
	}
	exportedRoom struct {
		Name string `json:"name"`
		Role string `json:"role"`
	}
	exportedSanction struct {
		Kind   string    `json:"kind"`           // ban or mute
		Room   string    `json:"room,omitzero"`  // empty: on the server
		ByName string    `json:"by,omitzero"`    // empty: an operator on the command line
		At     time.Time `json:"at"`             // since when
		Until  time.Time `json:"until,omitzero"` // zero: for ever
		Reason string    `json:"reason,omitzero"`
	}
	exportedInvitation struct {
		Room string    `json:"room"`
		From string    `json:"from"`
		To   string    `json:"to"`
		At   time.Time `json:"at"`
	}
	exportedBlock struct {
		Name string `json:"name"`
	}
	exportedToken struct {
		ID    string    `json:"id"`
		Note  string    `json:"note,omitzero"`
		At    time.Time `json:"at"`
		Until time.Time `json:"until"`
	}
	exportedKey struct {
		Key    string    `json:"key"`
		Number int64     `json:"number"`
		To     string    `json:"to"`
		At     time.Time `json:"at"`
	}
	exportedMessage struct {
		Number  int64     `json:"number"`
		At      time.Time `json:"at"`
		From    string    `json:"from"`
		To      string    `json:"to"` // the name of an account or a room; empty if the account is gone
		Text    string    `json:"text"`
		Waiting bool      `json:"waiting,omitzero"`
	}
)

func (e *exportCommand) Run() error {
	m := startMoving()
	defer m.end()
	to := bufio.NewWriter(os.Stdout)
	lines := json.NewEncoder(to)
	lines.SetEscapeHTML(false)
	x := exporter{key: commands.NameKey(e.Name), names: map[storage.ID]string{}, print: lines.Encode}
	for next := m.dump(e.Store); ; {
		r, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = x.take(r)
		}
		if err != nil {
			return interrupted(err, "what was printed is not all")
		}
	}
	if x.id == 0 {
		return fmt.Errorf("there is no account called %s", e.Name)
	}
	return to.Flush()
}

// exporter picks what belongs to an account out of a dump.
type exporter struct {
	key   string
	id    storage.ID // 0: it has not come yet
	names map[storage.ID]string
	print func(line any) error
}

// take prints what a record says of the account.
func (x *exporter) take(r *storage.Record) error {
	switch {
	case r.Account != nil:
		x.names[r.Account.ID] = r.Account.Name
		if a := r.Account; a.Key == x.key {
			x.id = a.ID
			return x.print(exported{Account: &exportedAccount{ID: a.ID, Name: a.Name, Created: a.Created, Operator: a.Operator}})
		}
	case r.Room != nil:
		x.names[r.Room.ID] = r.Room.Name
	case x.id == 0:
	case r.Message != nil:
		return x.takeMessage(r.Message)
	default:
		return x.takeOther(r)
	}
	return nil
}

func (x *exporter) takeOther(r *storage.Record) error {
	switch {
	case r.Member != nil && r.Member.Account == x.id:
		return x.print(exported{Room: &exportedRoom{Name: x.names[r.Member.Room], Role: roleNames[r.Member.Role]}})
	case r.Sanction != nil && r.Sanction.Account == x.id:
		s := r.Sanction
		return x.print(exported{Sanction: &exportedSanction{Kind: either(s.Mute, "mute", "ban"), Room: x.names[s.Room], ByName: s.ByName,
			At: s.At, Until: s.Until, Reason: s.Reason}})
	case r.Invite != nil && (r.Invite.Account == x.id || r.Invite.From == x.id):
		in := r.Invite
		return x.print(exported{Invitation: &exportedInvitation{Room: in.RoomName, From: in.FromName, To: x.names[in.Account], At: in.At}})
	case r.Block != nil && r.Block.Account == x.id:
		if name := x.names[r.Block.Other]; name != "" { // otherwise it is gone
			return x.print(exported{Block: &exportedBlock{Name: name}})
		}
	case r.Token != nil && r.Token.Account == x.id:
		t := storage.Token{Hash: r.Token.Hash}
		return x.print(exported{Token: &exportedToken{ID: t.ID(), Note: r.Token.Note, At: r.Token.At, Until: r.Token.Until}})
	case r.Once != nil && r.Once.Account == x.id:
		return x.print(exported{Key: &exportedKey{Key: r.Once.Key, Number: r.Once.Number, To: r.Once.ToName, At: r.Once.At}})
	}
	return nil
}

// takeMessage prints what the account has said, and what was said to it alone.
func (x *exporter) takeMessage(m *storage.MessageRecord) error {
	if m.From != x.id && m.To != x.id {
		return nil
	}
	return x.print(exported{Message: &exportedMessage{Number: m.Number, At: m.At, From: m.FromName, To: x.names[max(m.To, m.Room)], Text: m.Text,
		Waiting: m.Waiting && m.To == x.id}})
}

// roleNames are the roles as people write them.
var roleNames = [...]string{storage.NoRole: "member", storage.Voice: "voice", storage.Op: "op", storage.Owner: "owner"}
