package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"parley/storage"
	"parley/storage/storagetest"
)

// operate runs parley user with something on its standard input.
func operate(t *testing.T, store, input string, args ...string) (printed string, ok bool) {
	t.Helper()
	return operateOn(t, store, input, append([]string{"user"}, args...)...)
}

// operateOn runs one of the operator's commands.
func operateOn(t *testing.T, store, input string, args ...string) (printed string, ok bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "PARLEY_STORE="+store)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// TestUserCommand: the operator's accounts, beside a server that runs.
func TestUserCommand(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testUserCommand(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db")) })
	t.Run("redis", func(t *testing.T) { testUserCommand(t, "unix://"+storagetest.StartRedis(t).Socket()) })
}

func testUserCommand(t *testing.T, store string) {
	address := startApp(t, "--store", store)
	for _, step := range []struct {
		input string
		args  string
		ok    bool
		says  string
	}{
		{"planted password\n", "add Alice", true, "Alice may log in now"},
		{"planted password", "add bob", true, "bob may log in now"},
		{"planted password\n", "add ALICE", false, "there is an account called"},
		{"short\n", "add carol", false, "8 bytes"},
		{"", "add carol", false, "first line of standard input"},
		{"planted password\n", "add admin", false, "reserved"},
		{"planted password\n", "add 9x", false, "begins with a letter"},
		{"", "add carol planted-password", false, "unexpected argument"},
		{"", "add carol --password=planted", false, "has no flag --password"},
		{"planted second password\r\n", "passwd alice", true, "Alice has a new password"},
		{"planted password\n", "passwd nobody", false, "no account called nobody"},
		{"", "list", true, "Alice\t"},
		{"", "delete bob", true, "bob is deleted"},
		{"", "delete bob", false, "no account called bob"},
	} {
		out, ok := operate(t, store, step.input, strings.Fields(step.args)...)
		if ok != step.ok || !strings.Contains(out, step.says) || strings.Contains(out, "planted password") {
			t.Errorf("user %s with %q: %v, %q; want %v, %q", step.args, step.input, ok, out, step.ok, step.says)
		}
	}
	if out, _ := operate(t, store, "", "list"); strings.Count(out, "\n") != 1 || strings.Contains(out, "argon2") {
		t.Errorf("the list is %q", out)
	}
	p := dial(t, address)
	p.says("/login alice planted password")
	p.hears(`- login bad-credentials: .*`)
	p.says("/login bob planted password")
	p.hears(`- login bad-credentials: .*`)
	p.says("/login alice planted second password")
	p.hears(`\+ login Alice waiting=0 last=\d+`)
}

// TestUserPasswordAtTheTerminal: it is asked for twice and never shown.
func TestUserPasswordAtTheTerminal(t *testing.T) {
	store := "sqlite:" + filepath.Join(t.TempDir(), "parley.db")
	address := startApp(t, "--store", store)
	add := func(again, says string) {
		term := openTerminal(t, fmt.Sprintf("%s=1 '%s' user --store '%s' add alice", asProgram, os.Args[0], store))
		term.shows("Password:")
		term.hides()
		term.enters("planted password")
		term.shows("Once more:")
		term.hides()
		term.enters("%s", again)
		term.shows(says)
		term.shows("exit=")
		term.neverShowed("planted")
	}
	add("planted pasword", "the two are not the same; nothing was changed")
	add("planted password", "alice may log in now")
	p := dial(t, address)
	p.says("/login alice planted password")
	p.hears(`\+ login alice waiting=0 last=\d+`)
}

// hides waits until the terminal does not show what is typed.
func (term *terminal) hides() {
	term.t.Helper()
	tty := strings.TrimSpace(term.run("display-message", "-p", "#{pane_tty}"))
	hidden := func() bool {
		out, _ := exec.Command("stty", "-F", tty, "-a").Output()
		return strings.Contains(string(out), " -echo ")
	}
	if !comesTrue(hidden) {
		term.t.Fatalf("what is typed is shown:\n%s", term.screen())
	}
}

// A mistyped store must not look like one that has lost all accounts.
func TestUserCommandNeedsAStore(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tpyo.db")
	for _, command := range []string{"user list", "user delete alice", "user passwd alice", "user ban alice", "user banned", "room list", "room delete tea"} {
		out, ok := operateOn(t, "sqlite:"+file, "planted password\n", strings.Fields(command)...)
		if ok || !strings.Contains(out, "there is no store at "+file) {
			t.Errorf("parley %s: %v, %q", command, ok, out)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("an empty store was made")
	}
}

// TestUserCommandKnowsGuests of a server that was killed.
func TestUserCommandKnowsGuests(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testUserCommandOnGuests(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db")) })
	t.Run("redis", func(t *testing.T) { testUserCommandOnGuests(t, "unix://"+storagetest.StartRedis(t).Socket()) })
}

func testUserCommandOnGuests(t *testing.T, store string) {
	addGuest(t, store)
	for _, step := range []struct{ args, says string }{
		{"list", "\tguest\n"}, {"passwd ned", "that is a guest"}, {"role ned operator", "that is a guest"}, {"token ned", "that is a guest"},
		{"ban ned", "Ned"}, {"delete ned", "Ned is deleted"},
	} {
		if out, _ := operate(t, store, "planted password\n", strings.Fields(step.args)...); !strings.Contains(out, step.says) {
			t.Errorf("user %s says %q, want %q", step.args, out, step.says)
		}
	}
}

// addGuest makes the guest Ned.
func addGuest(t *testing.T, url string) {
	t.Helper()
	store, err := storage.OpenShared(t.Context(), url, storage.Limits{Guests: 1}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := change(t.Context(), store, storage.Ask{Kind: storage.Create, New: &storage.Account{Key: "ned", Name: "Ned", Guest: true}}); err != nil {
		t.Fatal(err)
	}
}
