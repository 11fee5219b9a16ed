package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"unicode"
)

// errSecretGiven does not show what was given.
var errSecretGiven = errors.New("--token takes the name of a file; put the token into one with mode 0600, since everybody on the machine can see the command line")

// token reads the secret with which connect logs in; it is empty if there is none.
func (c *connectCommand) token() (string, error) {
	if c.Token == "" {
		return "", nil
	}
	if strings.HasPrefix(c.Token, "parley_") {
		return "", errSecretGiven
	}
	if strings.ContainsFunc(c.Name, unicode.IsSpace) {
		return "", fmt.Errorf("--name %q is no name", c.Name)
	}
	return readSecret(c.Token)
}

// readSecret reads a file that holds a secret and nothing else. As ssh does with its keys, it refuses a file of our own that others may
// read or write; who owns another file has decided for whom it is.
func readSecret(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("can't read --token: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("can't read --token: %w", err)
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) == os.Getuid() && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("others may read or write %s, so it is not used: chmod 600 %[1]s", file)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSecret))
	if err != nil {
		return "", fmt.Errorf("can't read --token: %w", err)
	}
	secret := strings.TrimSpace(string(text))
	if secret == "" || strings.ContainsFunc(secret, unicode.IsControl) {
		return "", fmt.Errorf("%s must hold the token, on one line", file)
	}
	return secret, nil
}

// maxSecret is more than any token has, in bytes.
const maxSecret = 4096
