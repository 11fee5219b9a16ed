// Parley is a chat server for clients that every machine already has.
package main

import (
	"errors"
	"fmt"
	"os"

	"parley/server/cmd/parley/internal/cli"
)

const description = "A chat server for clients that every machine already has: telnet, netcat, an IRC client, a bot in ten lines, and one of its own."

// program is the command line. Every flag of the server has an environment variable.
type program struct {
	Serve   serveCommand   `cmd:"" help:"Run the server; also if no command is given."`
	Connect connectCommand `cmd:"" help:"Chat in this terminal, or send lines from a script."`
	User    userCommand    `cmd:"" help:"Make, change, ban, delete and list accounts."`
	Room    roomCommand    `cmd:"" help:"List and delete rooms."`
	Reload  reloadCommand  `cmd:"" help:"Have a running server read its configuration file again."`
	Nodes   nodesCommand   `cmd:"" help:"List the servers that work together on a store in Redis."`
	Top     topCommand     `cmd:"" help:"Watch a server in this terminal, as the page at its --ops address shows it."`
	Doctor  doctorCommand  `cmd:"" help:"Look for what is wrong with a store, and mend it."`
	Backup  backupCommand  `cmd:"" help:"Write all that the store keeps to a file, while the server runs or not."`
	Restore restoreCommand `cmd:"" help:"Make the store hold what a backup has, while the server runs or not."`
	Copy    copyCommand    `cmd:"" help:"Copy a store to another one: from SQLite to Redis, or back."`
	Export  exportCommand  `cmd:"" help:"Print all that the store has of one account."`
	Torture tortureCommand `cmd:"" help:"Check that no message is lost: with a server of its own, many clients, and all kinds of trouble."`
	Bench   benchCommand   `cmd:"" help:"Measure how much a running server carries, and check that every message arrives exactly once and in order."`
	Version versionCommand `cmd:"" help:"Print the version, and what this program was made of."`

	Man        manCommand        `cmd:"" help:"Print the manual page, for man -l -."`
	Completion completionCommand `cmd:"" help:"Print what has a shell complete parley's commands, flags and files."`
}

func main() {
	p, command, err := parseArgs(os.Args[1:])
	if err != nil && !errors.As(err, &cli.Problems{}) {
		fmt.Fprintf(os.Stderr, "parley: %v.\n", err)
		os.Exit(2)
	}
	if err == nil && command != nil {
		err = p.run(command)
	}
	if err == nil {
		return
	}
	lines := cli.Problems{err.Error()}
	errors.As(err, &lines)
	for _, line := range lines {
		fmt.Fprintf(os.Stderr, "parley: %s\n", line)
	}
	os.Exit(1)
}

// parseArgs reads a command line, and with it the environment and the configuration file. An error is a cli.Problems if one of the latter is at fault.
func parseArgs(args []string) (*program, *cli.Command, error) {
	p := &program{}
	command, err := commandLine(p).Parse(args)
	p.Serve.settings = &settings{args: args, command: command}
	if errors.As(err, &p.Serve.settings.wrong) && p.Serve.Check {
		err = nil
	}
	return p, command, err
}

// commandLine is what reads the command line into p.
func commandLine(p *program) *cli.Program {
	line := cli.New("parley", description, p, map[string]string{"connections": fmt.Sprint(defaultConnections())})
	line.Usual("serve")
	line.Settings = fileSettings
	return line
}

// run runs a command. One that belongs to another is given it: parley user add is given the flags of parley user.
func (p *program) run(command *cli.Command) error {
	switch c := command.Target.(type) {
	case interface{ Run() error }:
		return c.Run()
	case interface{ Run(*userCommand) error }:
		return c.Run(&p.User)
	case interface{ Run(*roomCommand) error }:
		return c.Run(&p.Room)
	}
	panic("nobody runs " + command.Path()) // for every user of the command, so a test notices
}
