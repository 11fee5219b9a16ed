// Parley is a chat server for clients that every machine already has.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

const description = "A chat server for clients that every machine already has: telnet, netcat, a line-based client, a bot in ten lines."

// program is the command line. Every flag of the server has an environment variable.
type program struct {
	Serve   serveCommand   `cmd:"" default:"withargs" help:"Run the server; also if no command is given."`
	Connect connectCommand `cmd:"" help:"Chat in this terminal, or send lines from a script."`
	User    userCommand    `cmd:"" help:"Make, change, ban, delete and list accounts."`
	Room    roomCommand    `cmd:"" help:"List and delete rooms."`
	Nodes   nodesCommand   `cmd:"" help:"List the servers that work together on a store in Redis."`
	Torture tortureCommand `cmd:"" help:"Check that no message is lost: with a server of its own, many clients, and all kinds of trouble."`
	Bench   benchCommand   `cmd:"" help:"Measure how much a running server carries, and check that every message arrives exactly once and in order."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

func main() {
	var p program
	parser := kong.Must(&p,
		kong.Name("parley"),
		kong.Description(description),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.Help(showHelp),
		kong.Vars{"connections": fmt.Sprint(defaultConnections())},
	)
	ctx, err := parser.Parse(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "parley: %v. See parley --help.\n", err)
		os.Exit(2)
	}
	if err := ctx.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "parley: %v\n", err)
		os.Exit(1)
	}
}

// showHelp also shows the flags of serve if no command was named, because serve is what runs then.
func showHelp(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil || ctx.Selected() != nil {
		return err
	}
	serve, err := kong.Trace(ctx.Kong, []string{"serve"})
	if err != nil {
		return err
	}
	fmt.Fprintln(ctx.Stdout)
	return kong.DefaultHelpPrinter(options, serve)
}
