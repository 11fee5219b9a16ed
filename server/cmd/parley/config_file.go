package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"parley/commands"
	"parley/server/cmd/parley/internal/cli"
)

// configFlag names the configuration file. Whichever command reads it, its names are those of the flags of serve.
type configFlag struct {
	Config string `placeholder:"FILE" env:"PARLEY_CONFIG" help:"Read settings from this file, which has the flags of serve by their names; flags and the environment go before it (default none)."`
}

// settings is how serve was called.
type settings struct {
	args    []string // the command line
	command *cli.Command
	wrong   cli.Problems // what can't be used of the environment and the file; only --check goes on nevertheless
}

// where says where the value of a flag comes from, for the operator.
func (s *settings) where(name string) string {
	switch flag := s.command.Flag(name); flag.Source {
	case cli.FromCommandLine, cli.FromDefault:
		return "--" + name
	case cli.FromEnvironment:
		return flag.Env
	default:
		return string(flag.Source)
	}
}

// notInFile are flags that make no sense in the file, though serve has them.
var notInFile = []string{"config", "check"}

// forOthers are those by which other commands find the server and its store.
var forOthers = []string{"store", "control", "ops"}

// fileSettings returns what the configuration file of a command says. An error is a cli.Problems; the rest can be used nevertheless.
func fileSettings(c *cli.Command) (cli.Settings, error) {
	flag := c.Flag("config")
	if flag == nil || flag.Text() == "" {
		return nil, nil
	}
	f, err := readConfig(flag.Text())
	if err != nil {
		return nil, cli.Problems{err.Error()}
	}
	if c.Name != "serve" { // it is left to serve to judge the rest
		maps.DeleteFunc(f.values, func(name string, _ any) bool { return !slices.Contains(forOthers, name) })
	}
	var wrong cli.Problems
	said := cli.Settings{}
	for _, name := range slices.SortedFunc(maps.Keys(f.values), func(a, b string) int { return f.line(a) - f.line(b) }) {
		at := fmt.Sprintf("%s:%d", f.name, f.line(name))
		if c.Name == "serve" && (c.Flag(name) == nil || slices.Contains(notInFile, name)) {
			wrong = append(wrong, fmt.Sprintf("%s: there is no setting %s%s", at, name, didYouMean(name, c)))
			continue
		}
		texts, err := textsOf(f.values[name])
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %s: %v", at, name, err))
			continue
		}
		said[name] = cli.Setting{Texts: texts, From: cli.Source(at)}
	}
	if wrong != nil {
		return said, wrong
	}
	return said, nil
}

// didYouMean suggests a setting, if a mistyped one is like it.
func didYouMean(name string, c *cli.Command) string {
	var names []string
	for _, flag := range c.AllFlags() {
		if !slices.Contains(notInFile, flag.Name) {
			names = append(names, flag.Name)
		}
	}
	return suggestion(name, names)
}

// suggestion is the end of a sentence that says which of the names may have been meant, or "".
func suggestion(name string, names []string) string {
	if meant := commands.Closest(name, names); meant != "" {
		return "; did you mean " + meant + "?"
	}
	return ""
}

// configFile is a configuration file.
type configFile struct {
	name, text string
	values     map[string]any
}

func readConfig(name string) (*configFile, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("can't read the configuration file %s: %w", name, bare(err))
	}
	f := &configFile{name: name, text: string(text)}
	_, err = toml.Decode(f.text, &f.values)
	if at := (toml.ParseError{}); errors.As(err, &at) {
		return nil, fmt.Errorf("%s:%d: %s", name, at.Position.Line, at.Message)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// line is the number of the line where the file sets something, which the decoder does not tell.
func (f *configFile) line(name string) int {
	at := regexp.MustCompile(`(?m)^[ \t]*(\[+[ \t]*)?["']?` + regexp.QuoteMeta(name) + `["']?[ \t]*[=.\]]`).FindStringIndex(f.text)
	if at == nil {
		return 1
	}
	return 1 + strings.Count(f.text[:at[0]], "\n")
}

// textsOf makes of a value of the file what could stand on the command line: one text, or those of a list.
func textsOf(value any) (texts []string, err error) {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	for _, one := range list {
		switch v := one.(type) {
		case string:
			texts = append(texts, v)
		case bool:
			texts = append(texts, strconv.FormatBool(v))
		case int64:
			texts = append(texts, strconv.FormatInt(v, 10))
		case float64:
			texts = append(texts, strconv.FormatFloat(v, 'g', -1, 64))
		default:
			return nil, errors.New("it takes a string, a number, true or false, or a list of these")
		}
	}
	return texts, nil
}
