package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"parley/commands"
	"parley/internal/language"
	"parley/server/cmd/parley/internal/cli"
)

// file is a file of settings that is read.
type file struct {
	name, text string
	wrong      cli.Problems
}

func unreadable(name string, err error) error {
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		err = at.Err
	}
	return cli.Problems{fmt.Sprintf("can't read the settings %s: %v", name, err)}
}

// parse understands the text of a file.
func parse(name, text string) (*Settings, error) {
	var values map[string]any
	_, err := toml.Decode(text, &values)
	if at := (toml.ParseError{}); errors.As(err, &at) {
		return nil, cli.Problems{fmt.Sprintf("%s:%d: %s", name, at.Position.Line, at.Message)}
	}
	if err != nil {
		return nil, cli.Problems{fmt.Sprintf("%s: %v", name, err)}
	}
	f := &file{name: name, text: text}
	s := &Settings{File: name}
	f.each("", values, setters{
		"language": func(value any) string { return s.setLanguage(value) },
		"servers":  func(value any) string { return f.servers(s, value) },
	})
	if f.wrong != nil {
		return nil, f.wrong
	}
	return s, nil
}

// setters take the values of keys, and return what is wrong with a value, or "".
type setters map[string]func(value any) string

// each has the keys of a table set, in the order of the alphabet.
func (f *file) each(table string, values map[string]any, known setters) {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		at := fmt.Sprintf("%s:%d: ", f.name, f.line(table, key))
		set := known[key]
		if set == nil {
			problem := at + "there is no setting " + key
			if meant := commands.Closest(key, slices.Sorted(maps.Keys(known))); meant != "" {
				problem += "; did you mean " + meant + "?"
			}
			f.wrong = append(f.wrong, problem)
		} else if problem := set(values[key]); problem != "" {
			f.wrong = append(f.wrong, at+key+": "+problem)
		}
	}
}

func (s *Settings) setLanguage(value any) string {
	name, _ := value.(string)
	l, ok := language.Of(name)
	if !ok {
		return `it takes "en" or "zh"`
	}
	s.Language = &l
	return ""
}

const aTable = "it takes tables, such as [servers.work]"

// servers takes all servers.
func (f *file) servers(s *Settings, value any) string {
	tables, ok := value.(map[string]any)
	if !ok {
		return aTable
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		values, ok := tables[name].(map[string]any)
		if !ok {
			return aTable
		}
		server := Server{Name: name}
		table := "servers." + name
		f.each(table, values, setters{
			"address": text(&server.Address), "tls": truth(&server.TLS), "tls-ca": f.path(&server.TLSCA),
			"name": text(&server.Account), "token": f.path(&server.Token),
		})
		if values["address"] == nil {
			f.wrong = append(f.wrong, fmt.Sprintf("%s:%d: %s needs an address", f.name, f.line(table, ""), table))
		}
		if values["token"] != nil && values["name"] == nil {
			f.wrong = append(f.wrong, fmt.Sprintf("%s:%d: %s has a token, but not the name of its account", f.name, f.line(table, "token"), table))
		}
		s.Servers = append(s.Servers, server)
	}
	return ""
}

func text(into *string) func(any) string {
	return func(value any) string {
		*into, _ = value.(string)
		if strings.TrimSpace(*into) == "" {
			return "it takes a text in quotation marks"
		}
		return ""
	}
}

func truth(into *bool) func(any) string {
	return func(value any) (wrong string) {
		var ok bool
		if *into, ok = value.(bool); !ok {
			wrong = "it takes true or false"
		}
		return wrong
	}
}

// path takes the name of a file, which begins at the home directory, if it begins with ~/, or else where the settings are.
func (f *file) path(into *string) func(any) string {
	return func(value any) string {
		if wrong := text(into)(value); wrong != "" {
			return wrong
		}
		if rest, ok := strings.CutPrefix(*into, "~/"); ok {
			if home, err := os.UserHomeDir(); err == nil {
				*into = filepath.Join(home, rest)
			}
		} else if !filepath.IsAbs(*into) {
			*into = filepath.Join(filepath.Dir(f.name), *into)
		}
		return ""
	}
}

// line is the number of the line where a table sets a key, or where it begins if key is empty. The decoder does not tell; 1 if this can't either.
func (f *file) line(table, key string) int {
	from := 0
	if table != "" {
		if at := regexp.MustCompile(`(?m)^[ \t]*\[[ \t]*` + dotted(table) + `[ \t]*\]`).FindStringIndex(f.text); at != nil {
			from = at[1]
		}
	}
	if key != "" {
		at := regexp.MustCompile(`(?m)^[ \t]*(\[+[ \t]*)?` + quoted(key) + `[ \t]*[=.\]]`).FindStringIndex(f.text[from:])
		if at == nil {
			return 1
		}
		from += at[0]
	}
	return 1 + strings.Count(f.text[:from], "\n")
}

func dotted(table string) string {
	first, name, _ := strings.Cut(table, ".")
	return quoted(first) + `[ \t]*\.[ \t]*` + quoted(name)
}

func quoted(key string) string { return `["']?` + regexp.QuoteMeta(key) + `["']?` }
