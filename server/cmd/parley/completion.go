package main

import "os"

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help says what to do with it.
func (*completionCommand) Help() string {
	return `For a shell that is running: source <(parley completion bash), the same for zsh, or parley completion fish | source.`
}

// Run prints it.
func (c *completionCommand) Run() error {
	return commandLine(&program{}).WriteCompletion(os.Stdout, c.Shell)
}
