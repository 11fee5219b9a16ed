package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"parley/commands"
	"parley/storage"
)

// nodesCommand lists the servers of a store.
type nodesCommand struct {
	storeFlag `embed:""`
}

func (n *nodesCommand) Run() error {
	return n.withOld(func(ctx context.Context, store storage.Store) error {
		if strings.HasPrefix(n.Store, "sqlite:") {
			fmt.Println("a store in SQLite has one server at most, and never other nodes")
			return nil
		}
		nodes, err := store.Nodes(ctx)
		if err != nil {
			return err
		}
		if len(nodes) == 0 {
			fmt.Println("no server runs on this store")
		}
		for i := range nodes {
			fmt.Println(nodeLine(&nodes[i]))
		}
		return nil
	})
}

func nodeLine(n *storage.Node) string {
	return fmt.Sprintf("%s\t%s\tversion=%s\tformat=%d\tsince=%s\taccounts=%d\tsessions=%d\tsilent=%.1fs",
		n.ID, n.Address, n.Version, n.Format, stamp(n.Started), n.Accounts, n.Sessions, n.Silent.Seconds())
}

// self is how this server calls itself among the nodes of a store.
func (o *serveCommand) self() (storage.Self, error) {
	self := storage.Self{Address: o.Node, Version: commands.Version}
	if self.Address == "" {
		host, err := os.Hostname()
		if err != nil {
			return self, fmt.Errorf("this machine does not tell its name (%w): name the server with --node", err)
		}
		address, err := o.firstAddress()
		if err != nil {
			return self, err
		}
		self.Address = host + ":" + portOf(address)
	}
	if len(strings.Fields(self.Address)) != 1 || strings.TrimSpace(self.Address) != self.Address {
		return self, errors.New("--node must be a name without blanks")
	}
	return self, nil
}

// portOf is what tells one server from another one on the same machine: its port, or the path of its unix socket.
func portOf(listen string) string {
	if path, ok := strings.CutPrefix(listen, "unix:"); ok {
		return path
	}
	if _, port, err := net.SplitHostPort(listen); err == nil {
		return port
	}
	return listen
}
