package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPicture plays what the picture of the README shows, against the real programs: each step waits for what the screen must show then. So the picture,
// which is the same script recorded, is of what there is.
func TestPicture(t *testing.T) {
	t.Parallel()
	need(t, "bash", "tmux", "irssi", "nc")
	address, log := startLogged(t, "--guests", "1", "--listen-irc", "127.0.0.1:0")
	_, port, _ := net.SplitHostPort(address)
	_, irc, _ := net.SplitHostPort(log.told(t, "listening for IRC"))
	home := homeWith(t, nil)
	play := exec.Command(filepath.Join(sources, ".ci", "picture", "play"), port, irc)
	play.Env = readerEnv(home)
	if out, err := play.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestPictureIsShown: the README shows the picture, and says what is in it to those who can't see it. It is no larger than a page may be.
func TestPictureIsShown(t *testing.T) {
	picture, err := os.ReadFile(filepath.Join(sources, "docs", "picture.svg"))
	if err != nil || len(picture) > 300_000 || !strings.Contains(string(picture), "@keyframes") {
		t.Errorf("%v; it has %d bytes, and may have 300,000; it must move: make picture", err, len(picture))
	}
	readme, err := os.ReadFile(filepath.Join(sources, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, alt, _ := strings.Cut(string(readme), "\n![")
	alt, _, shown := strings.Cut(alt, "](docs/picture.svg)")
	for _, who := range []string{"carol", "netcat", "bob", "irssi", "alice", "parley connect"} {
		if !shown || !strings.Contains(alt, who) {
			t.Errorf("the picture is described as %q, without %q", alt, who)
		}
	}
}
