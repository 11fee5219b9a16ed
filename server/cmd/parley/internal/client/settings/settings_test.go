package settings

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"parley/internal/language"
	"parley/server/cmd/parley/internal/cli"
)

// written makes a directory with settings.
func written(t *testing.T, text string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSettings(t *testing.T) {
	t.Setenv("HOME", "/home/alice")
	dir := written(t, `
language = "zh"

[servers.work]
address = "chat.example.org"
tls = true
name = "alice"
token = "~/work.token"

[servers."at home"]
address = "[::1]:9000"
tls-ca = "home.pem"
`)
	s, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	chinese := language.Chinese
	want := &Settings{File: filepath.Join(dir, "config.toml"), Language: &chinese, Servers: []Server{
		{Name: "at home", Address: "[::1]:9000", TLSCA: filepath.Join(dir, "home.pem")},
		{Name: "work", Address: "chat.example.org", TLS: true, Account: "alice", Token: "/home/alice/work.token"},
	}}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("%+v, want %+v", s, want)
	}
	if one, ok := s.Server("work"); !ok || one != want.Servers[1] {
		t.Errorf("work is %+v", one)
	}
	if _, ok := s.Server("play"); ok {
		t.Error("there is a server that nobody has written")
	}
	if names := strings.Join(s.Names(), ","); names != "at home,work" {
		t.Error(names)
	}
}

func TestNoSettings(t *testing.T) {
	for _, dir := range []string{t.TempDir(), "/nonexistent/.config/parley", "/dev/null/.config/parley"} {
		if s, err := Read(dir); err != nil || s.Servers != nil || s.Language != nil {
			t.Errorf("%s: %+v, %v", dir, s, err)
		}
	}
}

// All mistakes are told at once, each with its line.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a = [", "config.toml:1: "},
		{"\nlangauge = \"zh\"", "config.toml:2: there is no setting langauge; did you mean language?"},
		{"language = \"tlh\"", `config.toml:1: language: it takes "en" or "zh"`},
		{"language = 1", `config.toml:1: language: it takes "en" or "zh"`},
		{"servers = 1", "config.toml:1: servers: it takes tables, such as [servers.work]"},
		{"[servers]\nwork = \"x\"", "config.toml:1: servers: it takes tables, such as [servers.work]"},
		{"[servers.a]\naddress = \"x\"\n\n[servers.b]\naddress = \"y\"\nadress = \"z\"", "config.toml:6: there is no setting adress; did you mean address?"},
		{"[servers.a]\naddress = \"x\"\n[servers.b]\naddress = 1", "config.toml:4: address: it takes a text in quotation marks"},
		{"[servers.a]\ntls = true\n[servers.b]\naddress = \"y\"", "config.toml:1: servers.a needs an address"},
		{"[servers.a]\naddress = \" \"", "config.toml:2: address: it takes a text in quotation marks"},
		{"[servers.a]\naddress = \"x\"\ntls = \"yes\"", "config.toml:3: tls: it takes true or false"},
		{"[servers.a]\naddress = \"x\"\ntoken = \"f\"", "config.toml:3: servers.a has a token, but not the name of its account"},
	} {
		_, err := Read(written(t, c.text))
		if problems := (cli.Problems{}); !errors.As(err, &problems) || !strings.Contains(problems[0], c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
	_, err := Read(written(t, "x = 1\n[servers.a]\ny = 2"))
	if problems := (cli.Problems{}); !errors.As(err, &problems) || len(problems) != 3 {
		t.Errorf("of three mistakes it tells %q", problems)
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "config.toml"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "can't read the settings "+dir+"/config.toml: is a directory") {
		t.Error(err)
	}
}

func TestDir(t *testing.T) {
	t.Setenv("HOME", "/home/alice")
	for base, want := range map[string]string{"": "/home/alice/.config/parley", "/etc/xdg": "/etc/xdg/parley", "not/whole": "/home/alice/.config/parley"} {
		t.Setenv("XDG_CONFIG_HOME", base)
		if dir, err := Dir(); err != nil || dir != want {
			t.Errorf("%q: %s, %v", base, dir, err)
		}
	}
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("HOME", "")
	if _, err := Dir(); err == nil {
		t.Error("there is a directory without a home")
	}
}
