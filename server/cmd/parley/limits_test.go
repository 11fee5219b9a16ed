package main

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// parse reads flags as main does.
func parse(args ...string) (*serveCommand, error) {
	p, _, err := parseArgs(append([]string{"serve"}, args...))
	return &p.Serve, err
}

var capital = regexp.MustCompile("[A-Z]")

// TestEveryLimit: each has a flag, a default, an environment variable and the word unlimited, and is shown; 0 is no limit.
func TestEveryLimit(t *testing.T) {
	defaults, err := parse()
	if err != nil {
		t.Fatal(err)
	}
	kind := reflect.TypeFor[limitFlags]()
	for i := range kind.NumField() {
		field := kind.Field(i)
		if field.Name == "Trust" {
			continue // no limit but those it does not count for
		}
		flag := "--" + strings.ToLower(capital.ReplaceAllString(field.Name, "-$0"))[1:]
		if field.Tag.Get("default") == "" || field.Tag.Get("env") == "" {
			t.Errorf("%s has no default, or no environment variable", flag)
		}
		o, err := parse(flag, unlimited)
		if err != nil {
			t.Errorf("%s: %v", flag, err)
			continue
		}
		if got := reflect.ValueOf(o.limitFlags).Field(i).Interface(); got.(interface{ String() string }).String() != unlimited {
			t.Errorf("%s unlimited is read as %v", flag, got)
		}
		for _, bad := range []string{"0", "-1", "", "none", "1e99"} {
			if _, err := parse(flag, bad); err == nil {
				t.Errorf("%s %s is taken", flag, bad)
			}
		}
		if field.Tag.Get("default") == unlimited {
			o, _ = parse(flag, "7")
		}
		if field.Name != "MaxConnections" && reflect.DeepEqual(defaults.shown(77), o.shown(77)) {
			t.Errorf("%s is not in /help limits", flag)
		}
	}
	for _, row := range defaults.shown(77) {
		if row.Name == "" || row.Value == "" || row.Help == "" || strings.ContainsAny(row.Name+row.Value, " :=") {
			t.Errorf("/help limits can't show %+v", row)
		}
	}
}

func TestTrustIsANetwork(t *testing.T) {
	if _, err := parse("--trust", "10.0.0.0/8", "--trust", "2001:db8::/32"); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"10.0.0.1", "10.0.0.0/33", "localhost", "unlimited"} {
		if _, err := parse("--trust", bad); err == nil {
			t.Errorf("--trust %s is taken", bad)
		}
	}
}

// TestSizesTimesAndRates: what they may be written like, and how they are shown.
func TestSizesTimesAndRates(t *testing.T) {
	for _, c := range []struct{ flag, value, shown string }{
		{"--outbox", "4096", "4.0KiB"},
		{"--outbox", "256KiB", "256KiB"},
		{"--login-time", "1500ms", "1.5"},
		{"--keep", "1.5d", "129600"},
		{"--keep", "12h", "43200"},
		{"--message-rate", "1/0.001", "1/0.001"},
		{"--message-rate", "1000/200", "1000/200"},
	} {
		o, err := parse(c.flag, c.value)
		if err != nil {
			t.Errorf("%s %s: %v", c.flag, c.value, err)
			continue
		}
		found := false
		for _, row := range o.shown(1) {
			found = found || row.Value == c.shown
		}
		if !found {
			t.Errorf("%s %s is not shown as %s: %+v", c.flag, c.value, c.shown, o.shown(1))
		}
	}
	for _, bad := range [][2]string{{"--message-rate", "20"}, {"--message-rate", "0/1"}, {"--message-rate", "1/0"}, {"--message-rate", "1/NaN"}, {"--message-rate", "1/-1"}, {"--keep", "NaNd"}, {"--outbox", "3GiB"}, {"--outbox", "256"}, {"--input", "3.7"}} {
		if _, err := parse(bad[0], bad[1]); err == nil {
			t.Errorf("%s %s is taken", bad[0], bad[1])
		}
	}
}
