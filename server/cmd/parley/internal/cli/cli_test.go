package cli

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// small is a program with one of everything.
type small struct {
	Run  runner `cmd:"" help:"Run ${what}."`
	Keep keeper `cmd:"" help:"Keep."`
}

type runner struct {
	Listen  []string      `env:"CLI_LISTEN" default:":1" placeholder:"ADDRESS" help:"Where."`
	Send    []string      `sep:"none" help:"What."`
	MaxTLS  int           `name:"max-tls" default:"3" help:"How many."`
	Wait    time.Duration `default:"5s" env:"CLI_WAIT" help:"How long."`
	Quick   bool          `xor:"pace" help:"Be quick."`
	Slow    bool          `xor:"pace" help:"Be slow."`
	Name    string        `and:"login" help:"Who."`
	Token   string        `and:"login" help:"How."`
	Kind    string        `enum:"one,two" default:"one" help:"Which."`
	Seed    uint64        `hidden:""`
	options `embed:""`
}

type options struct {
	Depth int `help:"How deep."`
}

type keeper struct {
	Store string  `default:"here" env:"CLI_STORE" help:"Where."`
	Add   oneName `cmd:"" help:"Add."`
	Say   words   `cmd:"" help:"Say."`
}

type oneName struct {
	Name string `arg:"" help:"The name."`
	Role string `arg:"" optional:"" enum:"op,user" help:"What it is."`
}

type words struct {
	Words []string `arg:"" optional:"" help:"Words."`
}

func newSmall() (*small, *Program) {
	var s small
	p := New("small", "A program.", &s, map[string]string{"what": "everything"})
	p.Usual("run")
	return &s, p
}

// readLine reads a command line of words.
func readLine(line string) (*small, *Command, error) {
	s, p := newSmall()
	c, err := p.Parse(strings.Fields(line))
	return s, c, err
}

func TestCommandLine(t *testing.T) {
	usual := runner{Listen: []string{":1"}, MaxTLS: 3, Wait: 5 * time.Second, Kind: "one"}
	for _, c := range []struct {
		line string
		want func(r *runner)
	}{
		{"", func(*runner) {}},
		{"run", func(*runner) {}},
		{"--max-tls 7", func(r *runner) { r.MaxTLS = 7 }},
		{"run --listen :2,:3 --listen=:4", func(r *runner) { r.Listen = []string{":2", ":3", ":4"} }},
		{"run --send a,b --send c", func(r *runner) { r.Send = []string{"a,b", "c"} }},
		{"run --quick --depth 2 --kind two --seed 9", func(r *runner) { r.Quick, r.Depth, r.Kind, r.Seed = true, 2, "two", 9 }},
		{"run --slow=false --wait 1m", func(r *runner) { r.Wait = time.Minute }},
		{"run --name a --token b", func(r *runner) { r.Name, r.Token = "a", "b" }},
	} {
		want := usual
		want.Listen = slices.Clone(usual.Listen)
		c.want(&want)
		s, command, err := readLine(c.line)
		if err != nil || command.Path() != "small run" || command.Target != any(&s.Run) || !reflect.DeepEqual(s.Run, want) {
			t.Errorf("%q: %+v, %v; want %+v", c.line, s.Run, err, want)
		}
	}
}

func TestArguments(t *testing.T) {
	for _, c := range []struct {
		line, path string
		want       keeper
	}{
		{"keep add bob", "small keep add", keeper{Store: "here", Add: oneName{Name: "bob"}}},
		{"keep --store there add bob op", "small keep add", keeper{Store: "there", Add: oneName{"bob", "op"}}},
		{"keep add --store there bob", "small keep add", keeper{Store: "there", Add: oneName{Name: "bob"}}},
		{"keep say", "small keep say", keeper{Store: "here"}},
		{"keep say a,b c", "small keep say", keeper{Store: "here", Say: words{[]string{"a,b", "c"}}}},
	} {
		s, command, err := readLine(c.line)
		if err != nil || command.Path() != c.path || !reflect.DeepEqual(s.Keep, c.want) {
			t.Errorf("%q: %+v, %v; want %+v", c.line, s.Keep, err, c.want)
		}
	}
}

// What can't be understood is told in a sentence that names it.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"--nope", "small run has no flag --nope. See small run --help"},
		{"-x", "small run has no flag -x"},
		{"--keep", "small run has no flag --keep, but there is small keep"},
		{"keep add --nope", "small keep add has no flag --nope. See small keep add --help"},
		{"run --max-tls", "--max-tls needs a value. See small run --help"},
		{"run --max-tls x", `--max-tls: "x" is not a whole number. See small run --help`},
		{"run --wait 5", `"5" is not a time`},
		{"run --seed -1", `"-1" is not a whole number from 0 up`},
		{"run --quick=perhaps", `"perhaps" is neither true nor false`},
		{"run --quick --slow", "only one of --quick and --slow may be used. See small run --help"},
		{"run --name a", "--name and --token must be used together"},
		{"run --kind three", "must be one of one, two"},
		{"run more", "unexpected argument more"},
		{"rn", "there is no command small rn, but there is run"},
		{"what", "there is no command small what. See small --help"},
		{"keep", "small keep needs a command"},
		{"keep ad", "there is no command small keep ad, but there is add"},
		{"keep add", "small keep add needs <name>"},
		{"keep add bob king", `<role>: "king" must be one of op, user`},
		{"keep add bob op more", "unexpected argument more"},
	} {
		if _, command, err := readLine(c.line); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, %v; want %q", c.line, command, err, c.want)
		}
	}
}

// The command line counts more than the environment, and that more than a file, which counts more than the default.
func TestSources(t *testing.T) {
	said := Settings{
		"listen": {[]string{":7", ":8"}, "small.toml:1"}, "wait": {[]string{"7s"}, "small.toml:2"}, "max-tls": {[]string{"7"}, "small.toml:3"},
		"send": {[]string{"a,b"}, "small.toml:4"},
	}
	t.Setenv("CLI_LISTEN", ":5,:6")
	t.Setenv("CLI_WAIT", "6s")
	s, p := newSmall()
	p.Settings = func(c *Command) (Settings, error) {
		if c.Flag("wait").Source != FromCommandLine {
			t.Error("the file is read before the command line")
		}
		return said, nil
	}
	c, err := p.Parse(strings.Fields("--wait 1s"))
	if err != nil {
		t.Fatal(err)
	}
	want := runner{Listen: []string{":5", ":6"}, Wait: time.Second, MaxTLS: 7, Send: []string{"a,b"}, Kind: "one"}
	if !reflect.DeepEqual(s.Run, want) {
		t.Errorf("%+v, want %+v", s.Run, want)
	}
	for flag, source := range map[string]Source{
		"listen": FromEnvironment, "wait": FromCommandLine, "max-tls": "small.toml:3", "send": "small.toml:4", "kind": FromDefault,
	} {
		if got := c.Flag(flag).Source; got != source {
			t.Errorf("%s comes from %q, want %q", flag, got, source)
		}
	}
	t.Setenv("CLI_WAIT", "soon")
	if _, _, err := readLine(""); err == nil || !strings.Contains(err.Error(), "CLI_WAIT") {
		t.Errorf("a bad variable: %v", err)
	}
	said["max-tls"] = Setting{[]string{"many"}, "small.toml:3"}
	t.Setenv("CLI_WAIT", "1s")
	if _, err := p.Parse(nil); err == nil || !strings.HasPrefix(err.Error(), "small.toml:3: max-tls: ") {
		t.Errorf("a bad line of the file: %v", err)
	}
}

func TestHelp(t *testing.T) {
	for _, c := range []struct {
		line     string
		has, not []string
	}{
		{"--help", []string{"A program.", "run ", "Run everything.", "keep ", "--listen ADDRESS", "($CLI_LISTEN)"}, []string{"--seed", "--store"}},
		{"keep --help", []string{"Usage: small keep <command>", "--store"}, []string{"--listen"}},
		{"keep add --help", []string{"small keep add <name> [<role>]", "--store", "($CLI_STORE)"}, nil},
		{"keep say --help", []string{"[<words> ...]"}, nil},
	} {
		_, p := newSmall()
		var out strings.Builder
		p.root.SetOut(&out)
		if command, err := p.Parse(strings.Fields(c.line)); err != nil || command != nil {
			t.Fatalf("%q: %v, %v", c.line, command, err)
		}
		for _, want := range c.has {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q does not show %q:\n%s", c.line, want, &out)
			}
		}
		for _, not := range c.not {
			if strings.Contains(out.String(), not) {
				t.Errorf("%q shows %q:\n%s", c.line, not, &out)
			}
		}
	}
}
