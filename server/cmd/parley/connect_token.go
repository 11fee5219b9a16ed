package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"unicode"

	clientsettings "parley/server/cmd/parley/internal/client/settings"
)

// errSecretGiven does not show what was given.
var errSecretGiven = errors.New("--token takes the name of a file; put the token into one with mode 0600, since everybody on the machine can see the command line")

var errTokenAlone = errors.New("--name and --token must be used together")

// tokenOfServer reads the secret with which connect logs in to a server.
func tokenOfServer(server clientsettings.Server) (string, error) {
	if strings.HasPrefix(server.Token, "parley_") {
		return "", errSecretGiven
	}
	return readSecret(server.Token)
}

// readSecret reads a file that holds a secret and nothing else. As ssh does with its keys, it refuses a file of our own that others may
// read or write; who owns another file has decided for whom it is.
func readSecret(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("can't read the token: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("can't read the token: %w", err)
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) == os.Getuid() && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("others may read or write %s, so it is not used: chmod 600 %[1]s", file)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSecret))
	if err != nil {
		return "", fmt.Errorf("can't read the token: %w", err)
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" || strings.ContainsFunc(secret, unicode.IsControl) {
		return "", fmt.Errorf("%s must hold the token, on one line", file)
	}
	return secret, nil
}

// maxSecret is more than any token has, in bytes.
const maxSecret = 4096
