package server

import (
	"bufio"
	"io"
	"os/exec"
	"strings"
	"testing"

	"parley/server/internal/testenv"
)

// A client may change its keys at any time, and ask for other ones of ours. crypto/tls has no way to do that; openssl does, for a line "K".
func TestKeysAreChanged(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		testenv.Skip(t, "openssl is not installed")
	}
	s := startSecure(t)
	client := exec.Command(openssl, "s_client", "-tls1_3", "-CAfile", s.ca.File(), "-connect", s.secureAddr())
	in, err := client.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	client.Stderr = client.Stdout
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Wait() }()
	lines := bufio.NewScanner(out)
	want := func(words string) {
		t.Helper()
		within(t, words, func() {
			for lines.Scan() {
				if strings.Contains(lines.Text(), words) {
					return
				}
			}
			t.Errorf("%q never came", words)
		})
	}
	say := func(line string) {
		t.Helper()
		if _, err := io.WriteString(in, line+"\n"); err != nil {
			t.Error(err)
		}
	}
	want("* hello ")
	say("/register alice " + password)
	want("+ register alice")
	for range 3 {
		for _, change := range []string{"K", "k"} { // with ours, and without
			say(change)
			want("KEYUPDATE")
			say("/ping still here")
			want("+ ping: still here")
		}
	}
	say("/quit")
	want("! bye")
	in.Close()
}
