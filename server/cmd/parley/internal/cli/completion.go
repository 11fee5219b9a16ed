package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Shells are those that there are completions for.
var Shells = []string{"bash", "zsh", "fish"}

// WriteCompletion writes what has one of the Shells complete commands, flags, the values that they may have, and files. The shell asks the program.
func (p *Program) WriteCompletion(out io.Writer, shell string) error {
	switch shell {
	case "bash":
		return p.root.GenBashCompletionV2(out, true)
	case "zsh":
		return p.root.GenZshCompletion(out)
	case "fish":
		return p.root.GenFishCompletion(out, true)
	}
	return fmt.Errorf("there are no completions for %s, but for %s", shell, strings.Join(Shells, ", "))
}

// completion completes a flag.
func (f *Flag) completion(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return completion(f.value, f.Placeholder)
}

// completion completes a command's arguments: as its struct says by a method Complete, if it has one.
func (c *Command) completion(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if own, ok := c.Target.(interface{ Complete() []string }); ok {
		return own.Complete(), cobra.ShellCompDirectiveNoFileComp
	}
	if len(args) >= len(c.Args) {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	next := c.Args[len(args)]
	return completion(next.value, strings.ToUpper(next.Name))
}

// completion completes a value: only one that stands for a file or a directory with files.
func completion(v value, standsFor string) ([]string, cobra.ShellCompDirective) {
	if slices.Contains([]string{"FILE", "DIR"}, standsFor) {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return v.enum, cobra.ShellCompDirectiveNoFileComp
}
