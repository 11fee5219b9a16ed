package main

import (
	"context"
	"os"

	"parley/server/cmd/parley/internal/client"
)

type connectCommand struct {
	Address string   `arg:"" optional:"" help:"host, host:port, or [IPv6]:port (default port 8888, with TLS 8889)."`
	TLS     bool     `name:"tls" help:"Speak TLS, and accept only a certificate that this machine trusts."`
	TLSCA   string   `name:"tls-ca" placeholder:"FILE" help:"Speak TLS, and accept only the certificates in this file, PEM: a private CA's, or the server's own."`
	Name    string   `and:"login" help:"Log in as this account before anything else."`
	Token   string   `and:"login" placeholder:"FILE" help:"The file with the account's token, made by /token or parley user token. Nobody else may be able to read it."`
	JSON    bool     `name:"json" help:"For programs: what the server says are JSON objects, one a line, and your lines go to it as they are."`
	Send    []string `placeholder:"LINE" sep:"none" help:"Send this line, print the answer and leave; may be repeated. The exit status says whether every answer was +."`
}

// Run returns only if the client can't begin. Otherwise it exits with the client's status.
func (c *connectCommand) Run() error {
	secure, err := c.tlsConfig()
	if err != nil {
		return err
	}
	token, err := c.token()
	if err != nil {
		return err
	}
	os.Exit(client.Run(context.Background(), client.Options{
		Address: c.Address, Send: c.Send, TLS: secure, Name: c.Name, Token: token, JSON: c.JSON,
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
	}))
	return nil
}
