package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"parley/internal/language"
	"parley/server/cmd/parley/internal/client"
	"parley/server/cmd/parley/internal/client/secrets"
	clientsettings "parley/server/cmd/parley/internal/client/settings"
)

type connectCommand struct {
	Servers []string `arg:"" optional:"" name:"server" help:"A server's name in ~/.config/parley/config.toml, or host, host:port, or [IPv6]:port (default port 8888, with TLS 8889)."`
	TLS     bool     `name:"tls" help:"Speak TLS, and accept only a certificate that this machine trusts."`
	TLSCA   string   `name:"tls-ca" placeholder:"FILE" help:"Speak TLS, and accept only the certificates in this file, PEM: a private CA's, or the server's own."`
	Name    string   `help:"Log in as this account before anything else. Without --token its password is asked for, if that is possible here."`
	Token   string   `placeholder:"FILE" help:"The file with the account's token, made by /token or parley user token. Nobody else may be able to read it."`
	Plain   bool     `help:"Do not use the whole screen: text scrolls by above the line that you type."`
	JSON    bool     `name:"json" help:"For programs: what the server says are JSON objects, one a line, and your lines go to it as they are."`
	Send    []string `placeholder:"LINE" sep:"none" help:"Send this line, print the answer and leave; may be repeated. The exit status says whether every answer was +."`
}

// Complete has the shell complete the names of servers.
func (c *connectCommand) Complete() []string {
	own, err := readSettings()
	if err != nil {
		return nil
	}
	return own.Names()
}

// Run returns only if the client can't begin. Otherwise it exits with the client's status.
func (c *connectCommand) Run() error {
	own, err := readSettings()
	if err != nil {
		return err
	}
	servers, err := c.servers(own)
	if err != nil {
		return err
	}
	if err := findable(own, servers); err != nil {
		fmt.Fprintf(os.Stderr, "parley: %v\n", err)
		os.Exit(client.ExitNoConnect)
	}
	o := client.Options{
		Language: languageOf(own), Plain: c.Plain, Send: c.Send, JSON: c.JSON, In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
	}
	if client.FullScreen(o) {
		o.Servers, err = onScreen(servers, sync.OnceValue(func() *secrets.Store { return keptTokens(o.Language) }))
	} else {
		err = c.one(&o, servers)
	}
	if err != nil {
		return err
	}
	os.Exit(client.Run(context.Background(), o))
	return nil
}

// one fills in the only server that there can be where the screen is not used.
func (c *connectCommand) one(o *client.Options, servers []clientsettings.Server) (err error) {
	if len(servers) > 1 {
		return errors.New("several servers at once take a whole screen: no pipe, and none of --plain, --send and --json")
	}
	server := servers[0]
	if c.Name != "" && server.Token == "" {
		return errTokenAlone
	}
	o.Address = server.Address
	if o.TLS, err = tlsConfig(server); err != nil || server.Token == "" {
		return err
	}
	o.Name = server.Account
	o.Token, err = tokenOfServer(server)
	return err
}

// readSettings reads the person's own; there are none where there is no home.
func readSettings() (*clientsettings.Settings, error) {
	dir, err := clientsettings.Dir()
	if err != nil {
		return &clientsettings.Settings{}, nil
	}
	return clientsettings.Read(dir)
}

func languageOf(own *clientsettings.Settings) language.Language {
	if own.Language != nil {
		return *own.Language
	}
	return language.FromLocale(os.Getenv)
}
