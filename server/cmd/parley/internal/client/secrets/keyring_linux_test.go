package secrets

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"parley/internal/language"
	"parley/server/internal/testenv"
)

// inSession runs a test again in a session of D-Bus of its own, behind a line of shell that prepares it. It reports whether this is that run.
func inSession(t *testing.T, prepare string) bool {
	t.Helper()
	if os.Getenv("PARLEY_IN_SESSION") != "" {
		return true
	}
	for _, command := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(command); err != nil {
			testenv.Skip(t, command+" is not installed; .ci/install does it")
		}
	}
	dir, err := os.MkdirTemp("/tmp", "parley") // short: the path of a socket is limited
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	run := exec.Command("dbus-run-session", "--", "sh", "-c", prepare+`; exec "$0" -test.v -test.run "^$1\$"`, os.Args[0], t.Name())
	run.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_RUNTIME_DIR=" + dir, "PARLEY_IN_SESSION=1"}
	if out, err := run.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

const unlocked = "printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null"

// TestGnomeKeyring keeps tokens in a real one.
func TestGnomeKeyring(t *testing.T) {
	if !inSession(t, unlocked) {
		return
	}
	dir := filepath.Join(t.TempDir(), "parley")
	s := Open(language.English, dir)
	if s.Where() != "your keyring" {
		t.Fatalf("tokens are kept in %s, since %v", s.Where(), s.why)
	}
	s.keeps(t, work, "alice", "parley_A")
	s.keeps(t, home, "王小明", "parley_B")
	again := Open(language.English, dir)
	again.has(t, work, "", "alice", "parley_A")
	again.has(t, home, "", "王小明", "parley_B")
	again.keeps(t, work, "alice", "parley_C")
	s.has(t, work, "alice", "alice", "parley_C")
	if err := s.Forget(work, "alice"); err != nil {
		t.Error(err)
	}
	s.has(t, work, "", "", "")
	if _, err := s.ring.get(work, "alice"); err != errNone {
		t.Errorf("the keyring itself says %v", err)
	}

	lockKeyring(t)
	locked := Open(language.English, dir)
	if locked.why != errLocked || !strings.Contains(locked.Where(), "tokens.toml") {
		t.Errorf("a locked keyring is used: %v", locked.why)
	}
	if _, token, err := locked.Get(home, ""); token != "" || err == nil || !strings.Contains(err.Error(), "locked") {
		t.Errorf("%q, %v", token, err)
	}
	// A keyring that is locked while the program runs would ask for its password in a dialog, which nobody answers here.
	if _, token, err := s.Get(home, ""); token != "" || err == nil {
		t.Errorf("%q, %v", token, err)
	}
}

func lockKeyring(t *testing.T) {
	t.Helper()
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	service := bus.Object("org.freedesktop.secrets", "/org/freedesktop/secrets")
	if err := service.Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{"/org/freedesktop/secrets/collection/login"}).Err; err != nil {
		t.Fatal(err)
	}
}

// TestNoKeyring: where there is a bus, but nobody has a keyring, a file is used.
func TestNoKeyring(t *testing.T) {
	if !inSession(t, ":") {
		return
	}
	if s := Open(language.English, t.TempDir()); !strings.Contains(s.Where(), "tokens.toml") {
		t.Error(s.Where())
	}
}

// TestBus: where there is no bus, or one that does not answer, as in a session over ssh, a file is used.
func TestBus(t *testing.T) {
	silent, err := net.Listen("unix", filepath.Join(t.TempDir(), "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, address := range []string{"unix:path=/nowhere", "autolaunch:", "nonsense", "unix:path=" + silent.Addr().String()} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		if s := Open(language.English, t.TempDir()); !strings.Contains(s.Where(), "tokens.toml") {
			t.Errorf("with %s tokens are kept in %s", address, s.Where())
		}
	}
}
