package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// narrow is how wide the help is where that is not known, in columns.
const narrow = 100

// showHelp is cobra's help of a command, as wide as the terminal. That of the program shows the usual command, too, because that is what runs then.
func (p *Program) showHelp(b *cobra.Command, _ []string) {
	out, width := b.OutOrStdout(), columns()
	showCommand(out, b, width)
	if b == p.root && p.usual != nil {
		usual, _, err := p.root.Find([]string{p.usual.Name})
		if err == nil {
			fmt.Fprintln(out)
			showCommand(out, usual, width)
		}
	}
}

func columns() int {
	width, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil || width < 40 {
		return narrow
	}
	return width
}

func showCommand(out io.Writer, b *cobra.Command, width int) {
	if b.HasAvailableSubCommands() {
		fmt.Fprintf(out, "Usage: %s <command> [flags]\n", b.CommandPath())
	} else {
		fmt.Fprintf(out, "Usage: %s\n", b.UseLine())
	}
	fmt.Fprintf(out, "\n%s\n", b.Long)
	showCommands(out, b)
	own := b.LocalNonPersistentFlags()
	own.SortFlags = false
	if flags := own.FlagUsagesWrapped(width); flags != "" {
		fmt.Fprintf(out, "\nFlags:\n%s", flags)
	}
	shared := b.PersistentFlags().FlagUsagesWrapped(width) + b.InheritedFlags().FlagUsagesWrapped(width)
	if shared != "" {
		fmt.Fprintf(out, "\nFlags of all these commands:\n%s", shared)
	}
}

// explained tells what goes behind a command.
func explained(args []*Arg) string {
	var told strings.Builder
	for i, a := range args {
		if a.Help == "" {
			continue
		}
		if i == 0 {
			told.WriteString("\n")
		}
		told.WriteString("\n" + ansi.Wordwrap("<"+a.Name+">: "+a.Help, narrow, ""))
	}
	return told.String()
}

func showCommands(out io.Writer, b *cobra.Command) {
	if !b.HasAvailableSubCommands() {
		return
	}
	fmt.Fprintf(out, "\nCommands:\n")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, sub := range b.Commands() {
		if sub.IsAvailableCommand() {
			fmt.Fprintf(table, "  %s\t%s\n", sub.Name(), sub.Short)
		}
	}
	_ = table.Flush()
	fmt.Fprintf(out, "\n%s <command> --help says more about one of them.\n", b.CommandPath())
}

// flagMistake says what is wrong with a flag of the command line.
func flagMistake(b *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		empty   *pflag.ValueRequiredError
		bad     *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &bad):
		return fmt.Errorf("--%s: %w", bad.GetFlag().Name, bad.Unwrap())
	case errors.As(err, &empty):
		return fmt.Errorf("--%s needs a value", empty.GetSpecifiedName())
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return fmt.Errorf("%s has no flag -%s", b.CommandPath(), unknown.GetSpecifiedShortnames())
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		for _, command := range b.Root().Commands() {
			if command.Name() == name { // as --version
				return fmt.Errorf("%s has no flag --%s, but there is %s", b.CommandPath(), name, command.CommandPath())
			}
		}
		return fmt.Errorf("%s has no flag --%s", b.CommandPath(), name)
	}
	return err
}

// unknown says that there is no such command, and which ones are similar.
func unknown(b *cobra.Command, name string) error {
	if name == "" { // everything is similar to that
		return fmt.Errorf("%s needs a command", b.CommandPath())
	}
	b.SuggestionsMinimumDistance = 2
	if similar := b.SuggestionsFor(name); len(similar) > 0 {
		return fmt.Errorf("there is no command %s %s, but there is %s", b.CommandPath(), name, strings.Join(similar, " or "))
	}
	return fmt.Errorf("there is no command %s %s", b.CommandPath(), name)
}
