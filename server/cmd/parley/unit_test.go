package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/server/internal/testenv"
)

const operations = "../../../docs/operations.md"

// TestSystemdUnits: systemd understands the units of the manual, and finds them hardened.
func TestSystemdUnits(t *testing.T) {
	need(t, "systemd-analyze")
	page, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	for name, installed := range map[string]string{"parley.service": "/usr/bin/parley", "parley@.service": "/usr/local/bin/parley"} {
		t.Run(name, func(t *testing.T) { testUnit(t, string(page), name, installed) })
	}
}

func testUnit(t *testing.T, page, name, installed string) {
	text := fenced(t, page, "ini "+name)
	if !strings.Contains(text, "ExecStart="+installed+" ") {
		t.Fatalf("%s has no unit that runs %s", operations, installed)
	}
	name = strings.Replace(name, "@", "@8881", 1)
	file := filepath.Join(t.TempDir(), name)
	text = strings.ReplaceAll(text, installed, os.Args[0]) // systemd wants to see the program
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", "--man=no", file).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd says: %v\n%s", err, out)
	}
	// The exposure in tenths of a point, of 100. With more than 20, some protection has been lost.
	out, err := exec.Command("systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=20", file).CombinedOutput()
	if strings.Contains(string(out), "unrecognized option") {
		testenv.Skip(t, "this systemd-analyze is too old to judge a file")
	}
	if err != nil {
		t.Errorf("too much is exposed: %v\n%s", err, out)
	}
}

// fenced is an example of a page, by what stands behind its first fence.
func fenced(t *testing.T, page, kind string) string {
	t.Helper()
	_, text, found := strings.Cut(page, "\n```"+kind+"\n")
	text, _, ended := strings.Cut(text, "\n```\n")
	if !found || !ended {
		t.Fatalf("the page has no %s", kind)
	}
	return text + "\n"
}

// TestUnitIsThatOfThePackage: the manual shows the unit that packages bring, and how it is installed without one.
func TestUnitIsThatOfThePackage(t *testing.T) {
	page, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	unit, err := os.ReadFile("../../../packaging/parley.service")
	if err != nil {
		t.Fatal(err)
	}
	if fenced(t, string(page), "ini parley.service") != string(unit) {
		t.Errorf("the unit of %s is not packaging/parley.service", operations)
	}
	command := regexp.MustCompile(`(?m)^    (sed .* packaging/parley\.service) >/etc/systemd/system/parley\.service$`).FindStringSubmatch(string(page))
	if command == nil {
		t.Fatal("the manual does not install it")
	}
	sed := exec.Command("sh", "-c", command[1])
	sed.Dir = "../../.."
	if out, err := sed.CombinedOutput(); err != nil || !strings.Contains(string(out), "\nExecStart=/usr/local/bin/parley serve --config /etc/parley/parley.toml\n") {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := parse("--config", "../../../packaging/parley.toml"); err != nil {
		t.Error(err)
	}
}

// TestConfigurationOfTheManual: the example is taken, and the settings that need a restart are those.
func TestConfigurationOfTheManual(t *testing.T) {
	page, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	o, err := parse("--config", configured(t, fenced(t, string(page), "toml parley.toml")))
	if err != nil || o.MaxConnections != 500 || o.Keep.String() != "7776000" || o.Inbox != unlimitedCount {
		t.Errorf("%v, %+v", err, o)
	}
	told := regexp.MustCompile(`These settings need a restart: ([^.]*)\.`).FindStringSubmatch(string(page))
	if told == nil {
		t.Fatal("the manual does not say what needs a restart")
	}
	var names []string
	for _, m := range regexp.MustCompile("`(.*?)`").FindAllStringSubmatch(told[1], -1) {
		names = append(names, m[1])
	}
	same(t, "settings that need a restart", slices.DeleteFunc(slices.Clone(needRestart), func(n string) bool { return slices.Contains(notInFile, n) }), names)
}

// TestLogrotate: with the configuration of the manual no line of the log is written into what was rotated away, and the file begins anew.
func TestLogrotate(t *testing.T) {
	need(t, "logrotate")
	page, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	log, config := filepath.Join(dir, "parley.log"), filepath.Join(dir, "rotate")
	write(t, config, strings.ReplaceAll(fenced(t, string(page), "logrotate parley"), "/var/log/parley.log", log))
	address := freeAddress(t)
	server := exec.Command("sh", "-c", `exec "$0" serve --listen `+address+` --store sqlite:`+dir+`/parley.db 2>>`+log, os.Args[0])
	server.Env = append(clientEnv(dir), asProgram+"=1")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}()
	says := func(what string) func() bool {
		return func() bool {
			text, _ := os.ReadFile(log)
			return strings.Contains(string(text), what)
		}
	}
	if !comesTrue(says(`"msg":"listening"`)) {
		t.Fatal("the log does not say that the server listens")
	}
	rotate := exec.Command("logrotate", "--force", "--state", filepath.Join(dir, "state"), config)
	if out, err := rotate.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if says("listening")() {
		t.Error("the log was not rotated")
	}
	dial(t, address).hears(`\* hello .*`)
	if !comesTrue(says(`"msg":"connected"`)) {
		t.Error("the log does not go on")
	}
	if text, _ := os.ReadFile(log); !strings.HasPrefix(string(text), `{"level"`) {
		t.Errorf("the log begins with %q", text)
	}
}
