package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"parley/server/internal/testenv"
)

// sshServer is a real sshd, for whoever runs the test, with keys that nobody else has.
type sshServer struct{ directory, port string }

// startSSH starts one on a port of this machine. Whoever comes in there finds this home.
func startSSH(t *testing.T, home string) *sshServer {
	t.Helper()
	need(t, "ssh", "ssh-keygen")
	program := "/usr/sbin/sshd"
	if _, err := os.Stat(program); err != nil {
		testenv.Skip(t, "sshd is not installed; .ci/install does it")
	}
	s := &sshServer{directory: t.TempDir()}
	for _, key := range []string{"host", "user"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.file(key)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v: %s", err, out)
		}
	}
	if os.Getuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // where it shuts itself in
			t.Fatal(err)
		}
	}
	s.port = freePort(t)
	write(t, s.file("config"), fmt.Sprintf(`ListenAddress 127.0.0.1:%s
HostKey %s
AuthorizedKeysFile %s
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
SetEnv HOME=%s
`, s.port, s.file("host"), s.file("user.pub"), home))
	run := exec.Command(program, "-D", "-E", s.file("log"), "-f", s.file("config"))
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = run.Process.Kill()
		_ = run.Wait()
	})
	if !comesTrue(func() bool { return strings.Contains(s.log(), "Server listening on") }) {
		t.Fatalf("sshd says\n%s", s.log())
	}
	return s
}

// log is what sshd has said.
func (s *sshServer) log() string {
	said, _ := os.ReadFile(s.file("log"))
	return string(said)
}

func (s *sshServer) file(name string) string { return filepath.Join(s.directory, name) }

// line is the command that runs a line of shell there, at a terminal.
func (s *sshServer) line(command string) string {
	me, _ := user.Current()
	return fmt.Sprintf("ssh -tt -q -F /dev/null -i %s -p %s -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes %s@127.0.0.1 '%s'",
		s.file("user"), s.port, me.Username, command)
}

// freePort is a port that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// TestScreenOverSSH: by ssh the client is as it is here, also in a tmux of its own there.
func TestScreenOverSSH(t *testing.T) {
	for _, c := range []struct{ name, command string }{
		{"ssh", "%s"},
		{"ssh-in-tmux", "tmux -u -f /dev/null -S inner set -g status off \\; new-session \"%s\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address := startProgram(t)
			moveIn(t, address, "tess", "#tea")
			ann := resident(t, address, "ann", "#tea")
			ann.tells("#lobby", "good morning")
			term := newTerminal(t)
			giveToken(t, address, term.home, "tess")
			ssh := startSSH(t, term.home)
			client := fmt.Sprintf("cd %s; LC_ALL=C.UTF-8 %s %s parley connect %s%s", term.home, noonZone(), term.path(), withToken(term, "tess"), address)
			w := term.runs(c.name, small, ssh.line(fmt.Sprintf(c.command, client)))
			w.looksAlways("lobby", "good morning")
			w.presses("C-n")
			w.enters("hello by ssh")
			ann.hears(`\* say #tea tess: hello by ssh`)
			ann.tells("tess", "%s works", c.name)
			w.sees("@1")
			w.presses("C-n")
			w.looks("private", c.name+" works")
			w.enters("exit")
			w.sees("exit=0")
		})
	}
}
