// Package cli makes commands of structs. A field is a flag, an argument or a command, and its tags say what people are told about it:
//
//	cmd:""             a command; its field is a struct of its own
//	arg:""             an argument; optional:"" if it may be left out, and a slice takes all that are left
//	embed:""           the fields of this struct belong to the one around it, as those of an embedded struct do
//	name:"N"           what it is called; otherwise the field's name in lower case with hyphens
//	help:"S"           a sentence, in which ${V} stands for a variable of the program
//	default:"V"        what it is if nobody says otherwise
//	env:"E"            the environment variable that sets it if the command line does not
//	placeholder:"P"    what stands for its value in the help
//	enum:"A,B"         the values that it may have
//	sep:"none"         a list whose values may hold commas
//	xor:"G", and:"G"   of the flags of the group G at most one may be given, or all must be
//	hidden:""          the help does not show it
//
// The command line, its help and its completions are cobra's. It came in place of a library that calls methods by their names, which keeps the
// linker from leaving out what nobody calls: that was a quarter of the binary.
package cli

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// Command is a command, with what it is given.
type Command struct {
	Name     string
	Help     string // one sentence
	Detail   string // what its struct says by a method Help; may be empty
	Hidden   bool
	Flags    []*Flag
	Args     []*Arg
	Commands []*Command
	Parent   *Command // nil for the program
	Target   any      // a pointer to its struct
}

// Flag is a flag of a command.
type Flag struct {
	Name        string
	Help        string
	Default     string
	Env         string
	Placeholder string
	Hidden      bool
	Source      Source // where its value comes from, when the command line has been read

	value
	only, all string // groups
}

// Arg is an argument of a command.
type Arg struct {
	Name     string
	Help     string
	Optional bool

	value
}

// Path is the name of the command with those of the commands around it.
func (c *Command) Path() string {
	if c.Parent == nil {
		return c.Name
	}
	return c.Parent.Path() + " " + c.Name
}

// Usage is its path with what follows that, such as parley user add <name>.
func (c *Command) Usage() string {
	if len(c.Commands) > 0 {
		return c.Path() + " <command>"
	}
	return strings.Join(append([]string{c.Path()}, c.usage()...), " ")
}

// AllFlags are its own and those of the commands around it.
func (c *Command) AllFlags() []*Flag {
	if c.Parent == nil {
		return c.Flags
	}
	return append(slices.Clone(c.Flags), c.Parent.AllFlags()...)
}

// Flag returns the flag of that name, its own or of a command around it, or nil.
func (c *Command) Flag(name string) *Flag {
	for _, f := range c.AllFlags() {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Source says where a flag's value comes from.
type Source string

// The sources; one that is none of these is a place in a file.
const (
	FromDefault     Source = ""
	FromCommandLine Source = "command line"
	FromEnvironment Source = "environment"
)

// read makes the flags, the arguments and the commands of a command's struct.
func (c *Command) read(fields reflect.Value, vars map[string]string) {
	for i := range fields.NumField() {
		field, v := fields.Type().Field(i), fields.Field(i)
		tag := tags{field.Tag, vars}
		switch {
		case tag.has("cmd"):
			c.Commands = append(c.Commands, newCommand(tag.name(field), c, v.Addr().Interface(), tag))
		case field.Anonymous || tag.has("embed"):
			c.read(v, vars)
		case !field.IsExported():
		case tag.has("arg"):
			c.Args = append(c.Args, &Arg{Name: tag.name(field), Help: tag.text("help"), Optional: tag.has("optional"), value: newValue(v, tag)})
		default:
			c.Flags = append(c.Flags, &Flag{
				Name: tag.name(field), Help: tag.text("help"), Default: tag.Get("default"), Env: tag.Get("env"),
				Placeholder: tag.Get("placeholder"), Hidden: tag.has("hidden"),
				value: newValue(v, tag), only: tag.Get("xor"), all: tag.Get("and"),
			})
		}
	}
}

func newCommand(name string, parent *Command, target any, tag tags) *Command {
	c := &Command{Name: name, Help: tag.text("help"), Hidden: tag.has("hidden"), Parent: parent, Target: target}
	if more, ok := target.(interface{ Help() string }); ok {
		c.Detail = more.Help()
	}
	c.read(reflect.ValueOf(target).Elem(), tag.vars)
	return c
}

// tags are those of a field.
type tags struct {
	reflect.StructTag
	vars map[string]string
}

func (t tags) has(key string) bool {
	_, ok := t.Lookup(key)
	return ok
}

// text is that of a tag with its variables filled in.
func (t tags) text(key string) string {
	return os.Expand(t.Get(key), func(name string) string {
		text, ok := t.vars[name]
		if !ok {
			panic(fmt.Sprintf("the help needs the variable %s", name)) // at every start, so a test notices
		}
		return text
	})
}

// name is what a field is called: ListenIRC is listen-irc.
func (t tags) name(field reflect.StructField) string {
	if name := t.Get("name"); name != "" {
		return name
	}
	var name strings.Builder
	for i, r := range field.Name {
		if i > 0 && unicode.IsUpper(r) {
			name.WriteByte('-')
		}
		name.WriteRune(unicode.ToLower(r))
	}
	return name.String()
}
