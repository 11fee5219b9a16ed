package cli

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Program is a command line that can be read.
type Program struct {
	*Command
	// Settings returns what a file says, when a command's flags have their values from the command line and the environment. It may be nil. What it returns
	// together with an error is used nevertheless.
	Settings func(c *Command) (Settings, error)

	usual    *Command // runs if no command is named; may be nil
	root     *cobra.Command
	selected *Command
}

// Settings are what a file says, by the names of flags.
type Settings map[string]Setting

// Setting is what a file says of one flag.
type Setting struct {
	Texts []string // one; of a list any number
	From  Source
}

// New makes a program of a pointer to a struct. What is wrong with the struct is a mistake of its author, and panics.
func New(name, description string, target any, vars map[string]string) *Program {
	tag := tags{reflect.StructTag(""), vars}
	p := &Program{Command: newCommand(name, nil, target, tag)}
	p.Help = description
	p.root = p.build(p.Command)
	p.root.SilenceErrors, p.root.SilenceUsage = true, true
	p.root.SetHelpFunc(p.showHelp)
	p.root.SetFlagErrorFunc(flagMistake)
	p.root.CompletionOptions.DisableDefaultCmd = true
	return p
}

// Usual says which command runs if none is named.
func (p *Program) Usual(name string) {
	for _, c := range p.Commands {
		if c.Name == name {
			p.usual = c
		}
	}
}

// Parse reads a command line without the program's name, and sets the fields. It returns the command that is to run; nil if there is nothing to do
// any more, because help or completions were asked for and are shown. An error is for the person to read. With Problems there is a command, too: what they
// are about has its default.
func (p *Program) Parse(args []string) (*Command, error) {
	p.selected = nil
	if len(args) > 1 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd) {
		p.root.SetArgs(append(args[:1:1], p.withUsual(args[1:])...)) // a shell asks how the rest may go on
	} else {
		p.root.SetArgs(p.withUsual(args))
	}
	b, err := p.root.ExecuteC()
	if errors.As(err, &Problems{}) || err == nil {
		return p.selected, err
	}
	return nil, fmt.Errorf("%w. See %s --help", err, b.CommandPath())
}

// withUsual puts the usual command before what names none.
func (p *Program) withUsual(args []string) []string {
	if p.usual != nil && (len(args) == 0 || strings.HasPrefix(args[0], "-") && !asksHelp(args[0])) {
		return append([]string{p.usual.Name}, args...)
	}
	return args
}

func asksHelp(arg string) bool { return arg == "--help" || arg == "-h" }

// build makes cobra's form of a command.
func (p *Program) build(c *Command) *cobra.Command {
	b := &cobra.Command{
		Use: strings.Join(append([]string{c.Name}, c.usage()...), " "), Short: c.Help, Long: strings.TrimSpace(c.Help+"\n\n"+c.Detail) + explained(c.Args),
		Hidden: c.Hidden, DisableSuggestions: true,
	}
	if len(c.Commands) > 0 {
		p.buildGroup(c, b)
		return b
	}
	addFlags(b, b.Flags(), c.Flags)
	b.ValidArgsFunction = c.completion
	b.Args = func(_ *cobra.Command, args []string) error { return c.takeArgs(args) }
	b.RunE = func(b *cobra.Command, _ []string) error {
		p.selected = c
		if err := p.settle(c, b.Flags()); err != nil {
			return err
		}
		return checkGroups(c.AllFlags())
	}
	return b
}

// buildGroup makes that of a command which only has others. They take its flags, too.
func (p *Program) buildGroup(c *Command, b *cobra.Command) {
	addFlags(b, b.PersistentFlags(), c.Flags)
	for _, sub := range c.Commands {
		b.AddCommand(p.build(sub))
	}
	b.Args = func(b *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknown(b, args[0])
		}
		return fmt.Errorf("%s needs a command", b.CommandPath())
	}
	b.RunE = func(*cobra.Command, []string) error { return nil } // never: Args has an error for everything
}

// addFlags adds flags to a set of a command's.
func addFlags(b *cobra.Command, set *pflag.FlagSet, flags []*Flag) {
	set.SortFlags = false
	for _, f := range flags {
		flag := set.VarPF(f, f.Name, "", f.usage())
		flag.Hidden = f.Hidden
		if f.isSwitch() {
			flag.NoOptDefVal = "true"
		}
		if !f.isSwitch() {
			_ = b.RegisterFlagCompletionFunc(f.Name, f.completion) // fails only for a flag that is not there
		}
	}
}

// usage shows the arguments.
func (c *Command) usage() (shown []string) {
	for _, a := range c.Args {
		one := "<" + a.Name + ">"
		if a.isList() {
			one += " ..."
		}
		if a.Optional {
			one = "[" + one + "]"
		}
		shown = append(shown, one)
	}
	return shown
}

// usage is the flag's help as a person sees it.
func (f *Flag) usage() string {
	if f.Env == "" {
		return f.Help
	}
	return f.Help + " ($" + f.Env + ")"
}

// takeArgs sets the arguments.
func (c *Command) takeArgs(args []string) error {
	for _, a := range c.Args {
		a.again()
		switch {
		case len(args) == 0 && a.Optional:
		case len(args) == 0:
			return fmt.Errorf("%s needs <%s>", c.Path(), a.Name)
		case a.isList():
			for _, arg := range args {
				if err := a.setWhole(arg); err != nil {
					return fmt.Errorf("<%s>: %w", a.Name, err)
				}
			}
			args = nil
		default:
			if err := a.Set(args[0]); err != nil {
				return fmt.Errorf("<%s>: %w", a.Name, err)
			}
			args = args[1:]
		}
	}
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %s", args[0])
	}
	return nil
}

// setWhole sets one argument of a list, which commas do not separate: it is a word of a sentence.
func (v *value) setWhole(text string) error {
	whole := v.whole
	v.whole = true
	defer func() { v.whole = whole }()
	return v.Set(text)
}

// Problems are all that is wrong with the environment and the file: a sentence each, with the place.
type Problems []string

func (p Problems) Error() string { return strings.Join(p, "; ") }

// add takes note of an error, if there is one.
func (p *Problems) add(err error) {
	if many := (Problems{}); errors.As(err, &many) {
		*p = append(*p, many...)
	} else if err != nil {
		*p = append(*p, err.Error())
	}
}

// settle sets the flags that the command line does not name: from the environment, from a file, or to their defaults.
func (p *Program) settle(c *Command, given *pflag.FlagSet) error {
	var wrong Problems
	flags := c.AllFlags()
	for _, f := range flags {
		f.Source = FromDefault
		if given.Changed(f.Name) {
			f.Source = FromCommandLine
		} else {
			wrong.add(f.fromEnvironment())
		}
	}
	said := Settings{}
	if p.Settings != nil {
		var err error
		said, err = p.Settings(c)
		wrong.add(err)
	}
	for _, f := range flags {
		if one, ok := said[f.Name]; ok && f.Source == FromDefault {
			wrong.add(f.fromFile(one))
		}
	}
	if wrong == nil {
		return nil
	}
	return wrong
}

func (f *Flag) fromEnvironment() error {
	text, ok := "", false
	if f.Env != "" {
		text, ok = os.LookupEnv(f.Env)
	}
	if !ok {
		return f.toDefault()
	}
	f.Source = FromEnvironment
	f.again()
	if err := f.Set(text); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", f.Env, err), f.toDefault())
	}
	return nil
}

func (f *Flag) toDefault() error {
	f.again()
	f.field.SetZero()
	if f.Default == "" {
		return nil
	}
	if err := f.Set(f.Default); err != nil {
		return fmt.Errorf("the default of --%s: %w", f.Name, err)
	}
	return nil
}

func (f *Flag) fromFile(one Setting) error {
	f.Source = one.From
	f.again()
	if f.isList() {
		f.field.SetZero()
	} else if len(one.Texts) != 1 {
		return fmt.Errorf("%s: %s: it takes one value, not a list", one.From, f.Name)
	}
	for _, text := range one.Texts {
		if text == "" && f.isList() {
			continue // as in the environment: listen-tls = "" asks for none
		}
		if err := f.setWhole(text); err != nil {
			return errors.Join(fmt.Errorf("%s: %s: %w", one.From, f.Name, err), f.toDefault())
		}
	}
	return nil
}
