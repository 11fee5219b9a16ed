package page

import (
	"bytes"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"parley/server/internal/testenv"
)

// browser is a Chromium that has never been used before, and does not reach anybody but this machine.
type browser struct {
	t       *testing.T
	scripts bool
}

// look opens a page and returns what it is then, with scripts half a minute later by its own clock, and what the browser has said of it.
func (b browser) look(address string) (dom, console string) {
	b.t.Helper()
	return b.run("--dump-dom", address)
}

// pixels counts those of a colour in a picture of the page.
func (b browser) pixels(address string, red, green, blue uint32) (n int) {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), "page.png")
	b.run("--window-size=1400,1200", "--screenshot="+file, address)
	content, err := os.ReadFile(file)
	if err != nil {
		b.t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		b.t.Fatal(err)
	}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			if r, g, b, _ := picture.At(x, y).RGBA(); r>>8 == red && g>>8 == green && b>>8 == blue {
				n++
			}
		}
	}
	return n
}

func (b browser) run(flags ...string) (out, errors string) {
	b.t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		testenv.Skip(b.t, "chromium is not installed; .ci/install does it")
	}
	home := b.t.TempDir()
	if b.scripts {
		flags = append(flags, "--virtual-time-budget=30000") // ms
	} else {
		b.refuseScripts(home)
	}
	chromium := exec.Command("chromium", append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--user-data-dir=" + home, "--enable-logging=stderr",
	}, flags...)...)
	var said bytes.Buffer
	chromium.Stderr = &said
	printed, err := chromium.Output()
	if err != nil {
		b.t.Fatalf("%v: %s", err, &said)
	}
	return string(printed), said.String()
}

// refuseScripts writes the settings of a user who lets no page run scripts. With the flag for that, Chromium fails.
func (b browser) refuseScripts(home string) {
	b.t.Helper()
	settings := filepath.Join(home, "Default", "Preferences")
	if err := os.MkdirAll(filepath.Dir(settings), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(settings, []byte(`{"profile":{"default_content_setting_values":{"javascript":2}}}`), 0o600); err != nil {
		b.t.Fatal(err)
	}
}
