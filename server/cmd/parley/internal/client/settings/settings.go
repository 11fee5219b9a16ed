// Package settings has what somebody has written into ~/.config/parley/config.toml about parley connect: servers by name, and a language.
package settings

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"parley/internal/language"
)

// Settings are those of one person.
type Settings struct {
	File     string             // that they were read from; it need not be there
	Language *language.Language // nil: the locale says it
	Servers  []Server           // by name
}

// Server is a server that has a name.
type Server struct {
	Name    string
	Address string // as after parley connect
	TLS     bool
	TLSCA   string // a file, or ""
	Account string // "" if it is not said
	Token   string // a file, or ""
}

// Dir returns the directory of parley connect's own files: parley in $XDG_CONFIG_HOME, or in ~/.config, on macOS too.
func Dir() (string, error) {
	if base := os.Getenv("XDG_CONFIG_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "parley"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".config", "parley"), nil
}

// Read reads the settings in a directory. Where there is no file, or no way to it, there are none, and that is no error. An error is all that is wrong with the file, as cli.Problems.
func Read(dir string) (*Settings, error) {
	name := filepath.Join(dir, "config.toml")
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || outOfReach(name) {
		return &Settings{File: name}, nil
	}
	if err != nil {
		return nil, unreadable(name, err)
	}
	return parse(name, string(text))
}

// outOfReach says that a file is in a directory into which this process can't look, so that it is not its owner's: whoever runs a script as another user
// may leave HOME as it was.
func outOfReach(name string) bool {
	_, err := os.Stat(name)
	return errors.Is(err, os.ErrPermission)
}

// Server finds a server by its name.
func (s *Settings) Server(name string) (Server, bool) {
	i := slices.IndexFunc(s.Servers, func(one Server) bool { return one.Name == name })
	if i < 0 {
		return Server{}, false
	}
	return s.Servers[i], true
}

// Names are those of the servers, in the order of the alphabet.
func (s *Settings) Names() (names []string) {
	for i := range s.Servers {
		names = append(names, s.Servers[i].Name)
	}
	return names
}
