package main

import (
	_ "embed"
	"os"
	"strings"

	"parley/server/cmd/parley/internal/cli"
)

// What the page has before and after the commands: the form is that of man(7).
var (
	//go:embed man_head.1
	manHead string
	//go:embed man_tail.1
	manTail string
)

type manCommand struct{}

// Run prints the manual page. It is the same on every machine.
func (manCommand) Run() error {
	_, err := os.Stdout.WriteString(manPage())
	return err
}

func manPage() string {
	var page strings.Builder
	page.WriteString(manHead)
	page.WriteString(".SH COMMANDS\n")
	for _, c := range anyMachine().Commands {
		manCommands(&page, c)
	}
	page.WriteString(manTail)
	return page.String()
}

// anyMachine is the command line as it is on every machine.
func anyMachine() *cli.Program {
	return cli.New("parley", description, &program{}, map[string]string{"connections": "by the machine"})
}

// manCommands writes about a command and those that it has.
func manCommands(page *strings.Builder, c *cli.Command) {
	if c.Hidden {
		return
	}
	page.WriteString(".SS " + roff(c.Usage()) + "\n" + roff(c.Help) + "\n")
	if c.Detail != "" {
		page.WriteString(".PP\n" + roff(c.Detail) + "\n")
	}
	for _, a := range c.Args {
		page.WriteString(".TP\n.I " + roff(a.Name) + "\n" + roff(a.Help) + "\n")
	}
	for _, f := range c.Flags {
		if !f.Hidden {
			manFlag(page, f)
		}
	}
	for _, sub := range c.Commands {
		manCommands(page, sub)
	}
}

func manFlag(page *strings.Builder, f *cli.Flag) {
	page.WriteString(".TP\n.B " + roff("--"+f.Name))
	if f.Type() != "bool" {
		page.WriteString(` \fI` + roff(f.Type()) + `\fP`)
	}
	page.WriteString("\n" + roff(f.Help) + "\n")
	if f.Env != "" {
		page.WriteString("Environment:\n.BR \\%" + roff(f.Env) + " .\n")
	}
}

// roff writes plain text in the form of man(7).
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
		if strings.TrimSpace(line) == "" {
			lines[i] = ".PP"
		}
	}
	return strings.Join(lines, "\n")
}
