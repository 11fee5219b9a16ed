package render

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"parley/server/internal/testenv"
)

// TestVisibleInTmux has a terminal of its own mind show texts that terminals do not agree on: its cursor must be where we think.
func TestVisibleInTmux(t *testing.T) {
	if _, err := exec.LookPath("tmux"); err != nil {
		testenv.Skip(t, "tmux is not installed, so widths are not compared with it; .ci/install does it")
	}
	dir, err := os.MkdirTemp("/tmp", "parley") // short: a socket's path is limited
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	tmux := func(args ...string) string {
		t.Helper()
		command := exec.Command("tmux", append([]string{"-u", "-f", "/dev/null", "-S", filepath.Join(dir, "tmux")}, args...)...)
		command.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TERM=xterm", "TMUX=", "SHELL=/bin/sh")
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %q: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	tmux("new-session", "-d", "-x", "100", "-y", "5", "stty raw -echo; exec cat >/dev/null")
	defer tmux("kill-server")
	terminal, err := os.OpenFile(tmux("display-message", "-p", "#{pane_tty}"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	for i, text := range []string{
		"plain", "日本語、한국어 中文", "ﾊﾝｶｸ ｆｕｌｌ", "cafe\u0301 nai\u0308ve", "Z\u0334\u0322a\u0338l\u0321g\u0340o",
		"\u1112\u1161\u11ab\u1100\u1173\u11af", "\u1100", "👍🏽 👋🏿", "🏽", "👨\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "🧑🏻\u200d🚀", "❤\ufe0f ☀\ufe0e", "1\ufe0f\u20e3 #\ufe0f\u20e3",
		"🇩🇪🇨🇳", "🇩", "🏴\U000e0067\U000e0062\U000e007f", "السلام عليكم لا", "می\u200cخواهم", "שָׁלוֹם", "हिन्दी क्षि", "தமிழ்", "ภาษาไทย", "မြန်မာ", "བོད་ཡིག", "soft\u00adhyphen",
		"a\u200bb\u2060c\ufeffd", "\u06dd١", "…—“”·│─✗", "αβγ Ж ½ ±", "tab\there", "𝒜𝓁𝒾𝒸ℯ", "♥♦♣♠ ⚡ ⌚ ⏩", "㊗ ㊙ 〰 ‼", "\u034fa\u0600b", "\U0001d165\U0001d16e",
	} {
		shown := Visible(text)
		end := fmt.Sprintf("<%d>", i)
		if _, err := fmt.Fprint(terminal, "\r\x1b[2J", shown, end); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); !strings.Contains(tmux("capture-pane", "-p"), end); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%+q is shown without its end: %s", shown, tmux("capture-pane", "-p"))
			}
		}
		if got, want := tmux("display-message", "-p", "#{cursor_x}"), fmt.Sprint(ansi.StringWidth(shown)+len(end)); got != want {
			t.Errorf("%q, shown as %+q: the cursor is in column %s, want %s", text, shown, got, want)
		}
	}
}
