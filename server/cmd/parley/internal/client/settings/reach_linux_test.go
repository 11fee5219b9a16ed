package settings

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSomebodyElsesHome: a script that runs as another user, in whose environment HOME was left as it was, has no settings.
func TestSomebodyElsesHome(t *testing.T) {
	if os.Getuid() == 0 { // who may look everywhere
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := unix.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		defer unix.Setfsuid(0)
	}
	top, err := os.MkdirTemp("/tmp", "parley")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(top)
	home := filepath.Join(top, "home")
	dir := filepath.Join(home, "parley")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(file, []byte("language = \"zh\"\n"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); err == nil {
		t.Error("settings that can't be read are passed over")
	}
	if err := os.Chmod(home, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(home, 0o700)
	if s, err := Read(dir); err != nil || s.Language != nil {
		t.Errorf("%+v, %v", s, err)
	}
}
