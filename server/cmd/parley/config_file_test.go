package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/server/cmd/parley/internal/cli"
)

// configured writes a configuration file, and returns its name.
func configured(t *testing.T, lines ...string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "parley.toml")
	write(t, file, strings.Join(lines, "\n")+"\n")
	return file
}

// TestPrecedence: a flag goes before the environment, that before the file, and the file before the default.
func TestPrecedence(t *testing.T) {
	file := configured(t, `rooms = 11`, `tokens = 12`, `blocks = "unlimited"`, `inbox = 14`, `listen = [":1", ":2"]`, `trust = "10.0.0.0/8"`, `keep = "2d"`)
	t.Setenv("PARLEY_TOKENS", "22")
	t.Setenv("PARLEY_BLOCKS", "23")
	t.Setenv("PARLEY_TRUST", "192.0.2.0/24,2001:db8::/32")
	o, err := parse("--config", file, "--blocks", "33")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(o.Rooms, o.Tokens, o.Blocks, o.Inbox, o.Invites, o.Listen, o.Trust, o.Keep)
	if want := "11 22 33 14 100 [:1 :2] [192.0.2.0/24 2001:db8::/32] 172800"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for flag, where := range map[string]string{"rooms": file + ":1", "tokens": "PARLEY_TOKENS", "blocks": "--blocks", "keep": file + ":7", "invites": "--invites"} {
		if got := o.settings.where(flag); got != where {
			t.Errorf("%s comes from %s, not from %s", flag, got, where)
		}
	}
	t.Setenv("PARLEY_CONFIG", file)
	if o, err = parse(); err != nil || o.Rooms != 11 || o.Blocks != 23 {
		t.Errorf("by PARLEY_CONFIG: %v, rooms %v, blocks %v", err, o.Rooms, o.Blocks)
	}
}

// TestConfigIsWrong: every mistake is told at once, each with its place.
func TestConfigIsWrong(t *testing.T) {
	file := configured(t,
		`# nothing is wrong here`, `max-conections = 5`, `keep = 5`, `"rooms" = [1, 2]`, `trust = ["10.0.0.0/8", "10.0.0.1"]`, `  store = true`, `config = "x"`,
		`log-level = "loud"`, `tokens = 1979-05-27`, `listen = [[":1"]]`, `[irc]`, `guests = 5`)
	t.Setenv("PARLEY_INBOX", "0")
	_, err := parse("--config", file)
	if err == nil {
		t.Fatal("it is taken")
	}
	told := strings.Split(err.Error(), "; ")
	for _, want := range []string{
		`^PARLEY_INBOX: "0" is not a number from 1 up, or the word unlimited$`,
		`^FILE:2: there is no setting max-conections$`, `^did you mean max-connections\?$`,
		`^FILE:3: keep: "5" is not a time such as 90s, 12h or 30d, or the word unlimited$`,
		`^FILE:4: rooms: it takes one value, not a list$`,
		`^FILE:5: trust: .*"10.0.0.1".*`,
		`^FILE:7: there is no setting config$`,
		`^FILE:8: log-level: .*loud.*`,
		`^FILE:9: tokens: it takes a string, a number, true or false, or a list of these$`,
		`^FILE:10: listen: it takes a string, a number, true or false, or a list of these$`,
		`^FILE:11: there is no setting irc$`,
	} {
		want := regexp.MustCompile(strings.ReplaceAll(want, "FILE", regexp.QuoteMeta(file)))
		if !slices.ContainsFunc(told, want.MatchString) {
			t.Errorf("nothing is said like %s", want)
		}
	}
	if len(told) != 11 {
		t.Errorf("%d things are said:\n%s", len(told), strings.Join(told, "\n"))
	}
}

// TestConfigCantBeRead: a file that is absent, or is no TOML, is told so, to the operator's commands as well.
func TestConfigCantBeRead(t *testing.T) {
	t.Setenv("PARLEY_CONFIG", "")
	absent := filepath.Join(t.TempDir(), "absent.toml")
	twice := configured(t, `rooms = 1`, ``, `rooms = 2`)
	broken := configured(t, `rooms = 1`, `listen = `)
	for _, command := range []string{"serve", "user list", "room list", "nodes"} {
		for file, want := range map[string]string{
			absent: "can't read the configuration file " + absent + ": no such file or directory",
			twice:  twice + ":3: ",
			broken: broken + ":2: ",
		} {
			_, _, err := parseArgs(append(strings.Fields(command), "--config", file))
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("parley %s: %v, want %s", command, err, want)
			}
		}
	}
}

// TestOperatorsReadTheConfig: their commands find the store in it, and what else is in it is not theirs to judge.
func TestOperatorsReadTheConfig(t *testing.T) {
	dir := t.TempDir()
	store := "sqlite:" + filepath.Join(dir, "parley.db")
	file := configured(t, fmt.Sprintf("store = %q", store), `ops = "localhost:7"`, `control = "socket"`, `rooms = "many"`, `no-such-setting = 1`)
	run := func(args ...string) string {
		p, _, err := parseArgs(args)
		if err != nil {
			t.Fatal(err)
		}
		return p.User.Store
	}
	if got := run("user", "list", "--config", file); got != store {
		t.Errorf("the store is %s", got)
	}
	if got := run("user", "list", "--config", file, "--store", "sqlite:other"); got != "sqlite:other" {
		t.Errorf("against the flag the store is %s", got)
	}
	if p, _, err := parseArgs([]string{"top", "--config", file}); err != nil || p.Top.Ops != "localhost:7" {
		t.Errorf("parley top looks at %s, %v", p.Top.Ops, err)
	}
	if p, _, err := parseArgs([]string{"reload", "--config", file}); err != nil || p.Reload.Control != "socket" {
		t.Errorf("parley reload asks at %s, %v", p.Reload.Control, err)
	}
	t.Setenv("PARLEY_STORE", "sqlite:third")
	if got := run("user", "list", "--config", file); got != "sqlite:third" {
		t.Errorf("against the environment the store is %s", got)
	}
}

const exampleConfig = "../../../docs/parley.toml"

// settingsOf are the flags of serve that the file may have.
func settingsOf(o *serveCommand) (flags []*cli.Flag) {
	for _, flag := range o.settings.command.AllFlags() {
		if !slices.Contains(notInFile, flag.Name) {
			flags = append(flags, flag)
		}
	}
	return flags
}

// TestExampleConfig: docs/parley.toml has every setting, says what its help says, and changes nothing.
func TestExampleConfig(t *testing.T) {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "PARLEY_") && name != asProgram {
			t.Setenv(name, "") // remembers it
			os.Unsetenv(name)
		}
	}
	plain, err := parse()
	if err != nil {
		t.Fatal(err)
	}
	text := exampleText(settingsOf(plain))
	if *update {
		write(t, exampleConfig, text)
	}
	if there, err := os.ReadFile(exampleConfig); err != nil || string(there) != text {
		t.Errorf("%s is not that of the flags (%v); go test ./server/cmd/parley -run TestExampleConfig -update writes it anew", exampleConfig, err)
	}
	with, err := parse("--config", exampleConfig)
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range settingsOf(with) {
		if !strings.HasPrefix(string(flag.Source), exampleConfig+":") {
			t.Errorf("%s is not in the file", flag.Name)
		}
	}
	with.Config, with.settings, plain.settings = "", nil, nil
	if got, want := fmt.Sprintf("%+v", with), fmt.Sprintf("%+v", plain); got != want {
		t.Errorf("with the file the settings are\n%s\nand without it\n%s", got, want)
	}
}

// defaultSaid is what the help of a flag says about its default, which the file says better.
var defaultSaid = regexp.MustCompile(`,? ?\((?:no )?default[^()]*\)`)

func exampleText(flags []*cli.Flag) string {
	var b strings.Builder
	b.WriteString("# Every setting of parley, with its default: see operations.md. A setting that is left out has its default.\n")
	for _, flag := range flags {
		help := strings.ReplaceAll(defaultSaid.ReplaceAllString(flag.Help, ""), " May be repeated.", "")
		fmt.Fprintf(&b, "\n# %s\n%s = %s\n", help, flag.Name, tomlDefault(flag))
	}
	return b.String()
}

func tomlDefault(flag *cli.Flag) string {
	switch {
	case strings.HasPrefix(flag.Text(), "[") && flag.Default != "":
		return fmt.Sprintf("[%q]", flag.Default)
	case strings.HasPrefix(flag.Text(), "["):
		return "[]"
	case flag.Text() == "false":
		return "false"
	case regexp.MustCompile(`^\d+$`).MatchString(flag.Default):
		return flag.Default
	}
	return fmt.Sprintf("%q", flag.Default)
}
