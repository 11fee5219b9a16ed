package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
	"unicode"

	clientlink "parley/server/cmd/parley/internal/client/link"
	clientsettings "parley/server/cmd/parley/internal/client/settings"
)

// servers are those that the command line names, with its flags in the place of what the file says. A word that is no name in the file is an address.
func (c *connectCommand) servers(s *clientsettings.Settings) ([]clientsettings.Server, error) {
	words := c.Servers
	if len(words) == 0 {
		words = []string{"localhost"}
	}
	if len(words) > 1 && (c.Name != "" || c.Token != "") {
		return nil, fmt.Errorf("--name and --token are for one server; what %s is given for each is written into %s", strings.Join(words, " and "), s.File)
	}
	var chosen []clientsettings.Server
	for i, word := range words {
		if slices.Contains(words[:i], word) {
			return nil, fmt.Errorf("%s is named twice", word)
		}
		server, ok := s.Server(word)
		if !ok {
			server = clientsettings.Server{Name: word, Address: word}
		}
		if err := c.flags(&server); err != nil {
			return nil, err
		}
		chosen = append(chosen, server)
	}
	return chosen, nil
}

// flags has the flags of the command line count more than the file.
func (c *connectCommand) flags(server *clientsettings.Server) error {
	server.TLS = server.TLS || c.TLS
	if c.TLSCA != "" {
		server.TLSCA = c.TLSCA
	}
	if c.Token != "" {
		server.Token = c.Token
	}
	if c.Name != "" && c.Name != server.Account {
		server.Account, server.Token = c.Name, c.Token // a token of the file is another account's
	}
	if strings.ContainsFunc(server.Account, unicode.IsSpace) {
		return fmt.Errorf("--name %q is no name", server.Account)
	}
	if server.Token != "" && server.Account == "" {
		return errTokenAlone
	}
	return nil
}

// findable says which server can't be connected to, whatever is tried.
func findable(s *clientsettings.Settings, servers []clientsettings.Server) error {
	for _, server := range servers {
		if _, err := clientlink.Resolve(server.Address, false); err != nil {
			return err
		}
	}
	return lookUp(s, servers)
}

// lookUp looks for hosts that may be meant for names in the file, so that a mistyped name is told as one.
func lookUp(s *clientsettings.Settings, servers []clientsettings.Server) error {
	for _, server := range servers {
		if _, named := s.Server(server.Name); named || len(s.Servers) == 0 || strings.ContainsAny(server.Address, ".:") {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_, err := net.DefaultResolver.LookupHost(ctx, server.Address)
		cancel()
		if at := (*net.DNSError)(nil); errors.As(err, &at) && at.IsNotFound {
			return fmt.Errorf("there is no host called %s, and %s has no server of that name%s", server.Name, s.File, suggestion(server.Name, s.Names()))
		}
	}
	return nil
}
