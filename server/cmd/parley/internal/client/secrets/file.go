package secrets

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/BurntSushi/toml"

	"parley/commands"
	"parley/internal/language"
)

// file is where tokens are, or only which of them the keyring has.
type file struct {
	lang language.Language
	name string
}

// entries are what it holds.
type entries struct {
	Token []entry `toml:"token"` // the one that was kept last is the last
}

type entry struct {
	Server  string `toml:"server"`
	Account string `toml:"account"`
	Secret  string `toml:"secret,omitempty"`
	Keyring bool   `toml:"keyring,omitempty"` // the secret is there
}

// find returns the entry of an account, or if that is empty, the last one of the server.
func (e *entries) find(server, account string) *entry {
	for i := len(e.Token) - 1; i >= 0; i-- {
		if one := &e.Token[i]; one.Server == server && (account == "" || sameName(one.Account, account)) {
			return one
		}
	}
	return nil
}

func (e *entries) remove(server, account string) {
	e.Token = slices.DeleteFunc(e.Token, func(one entry) bool { return one.Server == server && sameName(one.Account, account) })
}

// sameName reports whether a server takes two names for that of one account.
func sameName(a, b string) bool { return commands.NameKey(a) == commands.NameKey(b) }

// maxFile is more than any such file has, in bytes.
const maxFile = 1 << 20

// read returns what the file holds: nothing, if there is none.
func (f *file) read() (*entries, error) {
	text, err := f.text()
	if errors.Is(err, os.ErrNotExist) {
		return &entries{}, nil
	}
	if err != nil {
		return nil, err
	}
	kept := &entries{}
	if _, err := toml.Decode(text, kept); err != nil { // which may quote a secret
		line := 1
		if at := (toml.ParseError{}); errors.As(err, &at) {
			line = at.Position.Line
		}
		return nil, sentence(f.lang.Sprintf("Line %d of %s can't be understood. Mend or remove it, and what is kept can be used again.", line, short(f.name)))
	}
	return kept, nil
}

// text reads it, if nobody else may.
func (f *file) text() (string, error) {
	info, err := os.Stat(f.name)
	if err == nil {
		err = f.judge(info)
	}
	if err != nil {
		return "", f.failed(err)
	}
	open, err := os.Open(f.name)
	if err != nil {
		return "", f.failed(err)
	}
	defer open.Close()
	if info, err = open.Stat(); err == nil {
		err = f.judge(info)
	}
	if err != nil {
		return "", f.failed(err)
	}
	text, err := io.ReadAll(io.LimitReader(open, maxFile))
	return string(text), f.failed(err)
}

// judge refuses a file that somebody else may read, or has made.
func (f *file) judge(info os.FileInfo) error {
	owner, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.Mode().IsRegular():
		return sentence(f.lang.Sprintf("%s is no file.", short(f.name)))
	case ok && int(owner.Uid) != os.Getuid():
		return sentence(f.lang.Sprintf("%s belongs to somebody else, so it is not used.", short(f.name)))
	case info.Mode().Perm()&0o077 != 0:
		return sentence(f.lang.Sprintf("Others may read or write %s, so it is not used: chmod 600 %[1]s", short(f.name)))
	}
	return nil
}

// sentence is an error that is said already as a person is told it.
type sentence string

func (s sentence) Error() string { return string(s) }

// failed says that the file can't be used, unless it is only missing.
func (f *file) failed(err error) error {
	if err == nil || errors.Is(err, os.ErrNotExist) || errors.As(err, new(sentence)) {
		return err
	}
	if why := syscall.Errno(0); errors.As(err, &why) {
		err = why // without the names of files that nobody knows
	}
	return sentence(f.lang.Sprintf("%s can't be used: %s", short(f.name), err))
}

// change reads the file, changes what it holds, and puts a whole new one into its place. Nobody else does so meanwhile.
func (f *file) change(change func(*entries)) error {
	target, err := f.target()
	if err != nil {
		return f.failed(err)
	}
	unlock, err := lock(filepath.Dir(target))
	if err != nil {
		return f.failed(err)
	}
	defer unlock()
	kept, err := f.read()
	if err != nil {
		return err
	}
	before := slices.Clone(kept.Token)
	change(kept)
	if slices.Equal(before, kept.Token) {
		return nil
	}
	var text bytes.Buffer
	text.WriteString("# Written by parley connect. Whoever has a secret of these can log in as its account; /tokens and /revoke there end it.\n\n")
	encoder := toml.NewEncoder(&text)
	encoder.Indent = ""
	if err := encoder.Encode(kept); err != nil {
		return err
	}
	return f.failed(replace(target, text.Bytes()))
}

// target is where the file is that a symbolic link may stand for, so that the link stays.
func (f *file) target() (string, error) {
	if err := os.MkdirAll(filepath.Dir(f.name), 0o700); err != nil {
		return "", err
	}
	if _, err := os.Lstat(f.name); errors.Is(err, os.ErrNotExist) {
		return f.name, nil
	}
	target, err := filepath.EvalSymlinks(f.name)
	if errors.Is(err, os.ErrNotExist) {
		return "", sentence(f.lang.Sprintf("%s is a link to a file that is not there.", short(f.name)))
	}
	return target, err
}

// replace writes a file that is there whole or not at all. Nobody else may read it.
func replace(name string, text []byte) (err error) {
	part, err := os.CreateTemp(filepath.Dir(name), ".tokens-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part.Name())
		}
	}()
	_, err = part.Write(text)
	if err == nil {
		err = part.Sync()
	}
	if err := errors.Join(err, part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), name)
}
