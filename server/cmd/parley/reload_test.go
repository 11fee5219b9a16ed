package main

import (
	"crypto/tls"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/zap"

	"parley/internal/testca"
	"parley/storage/storagetest"
)

// configuredServer is a program with a configuration file and a control socket.
type configuredServer struct {
	*killable
	file string
}

func startConfigured(t *testing.T, store string, lines ...string) *configuredServer {
	t.Helper()
	// The path of a socket is short, and that of a test's directory may not be.
	dir, err := os.MkdirTemp("", "parley")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &configuredServer{file: filepath.Join(dir, "parley.toml")}
	s.writes(t, lines...)
	s.killable = startKillable(t, store, "--config", s.file, "--control", filepath.Join(dir, "control"))
	return s
}

// writes puts other settings into the file, all at once.
func (s *configuredServer) writes(t *testing.T, lines ...string) {
	t.Helper()
	write(t, s.file+".new", strings.Join(lines, "\n")+"\n")
	if err := os.Rename(s.file+".new", s.file); err != nil {
		t.Fatal(err)
	}
}

// reloads runs parley reload, which must say this and nothing else.
func (s *configuredServer) reloads(well bool, says ...string) {
	s.t.Helper()
	cmd := exec.Command(os.Args[0], "reload", "--control", filepath.Join(filepath.Dir(s.file), "control"))
	cmd.Env = append(os.Environ(), asProgram+"=1")
	out, err := cmd.CombinedOutput()
	if want := strings.Join(says, "\n") + "\n"; string(out) != want || (err == nil) != well {
		s.t.Fatalf("parley reload ends with %v and says\n%s\nnot\n%s", err, out, want)
	}
}

// isAllowed asks for a limit.
func (p *plain) isAllowed(limit string) {
	p.t.Helper()
	p.says("/help limits")
	p.hears(`= limit ` + limit + `: .*`)
	p.hears(`\+ help .*`)
}

// TestReload: the sessions go on, and are bound by the limits of the file as it is now.
func TestReload(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		s := startConfigured(t, store, `inbox = 1`, `rooms = 50`)
		register(t, s.address, "bob")
		alice := dialAs(t, s.address, "alice")
		alice.says("/msg bob one")
		alice.hears(`\+ msg bob \d+ stored`)
		alice.says("/msg bob two")
		alice.hears(`- msg inbox-full bob: .*`)
		s.reloads(true, "nothing has changed")

		s.writes(t, `inbox = 2`, `message-rate = "3/0.001"`, `rooms = 50`, `max-connections = 1`, `shards = 2`, `node = "another"`)
		s.reloads(true, "changed: max-connections message-rate inbox", "these need a restart: node shards")
		alice.says("/msg bob two")
		alice.hears(`\+ msg bob \d+ stored`)
		alice.says("/msg bob three")
		alice.hears(`- msg (inbox-full bob|rate-limited retry=\d+): .*`)
		alice.says("/all now it is too often")
		alice.hears(`- all rate-limited retry=\d+: .*`)
		alice.isAllowed("inbox=2")
		alice.isAllowed("messages=3/0.001")
		dial(t, s.address).hears(`! full: .*`)

		// What is left out has its default again; what needs a restart still does.
		s.writes(t, `shards = 2`)
		s.signal(syscall.SIGHUP)
		alice.asksUntil("/help limits", "inbox=500")
		alice.isAllowed("rooms=100")
		alice.says("/all often")
		alice.hears(`\+ all \d+`)
		dial(t, s.address).hears(`\* hello .*`)
		const line = `"msg":"configuration was read again","changed":["max-connections","message-rate","rooms","inbox"],"restart":["shards"]`
		if !comesTrue(func() bool { return strings.Contains(s.log.String(), line) }) {
			t.Errorf("the log is\n%s", s.log)
		}
	})
}

// TestReloadOfABadFile: it is told what is wrong with it, all of it, and nothing changes.
func TestReloadOfABadFile(t *testing.T) {
	s := startConfigured(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db"), `inbox = 7`)
	alice := dialAs(t, s.address, "alice")
	kept := "parley: the server keeps the settings that it has"
	s.writes(t, `inbox = 8`, `keep = "soon"`, `no-such = 1`)
	s.reloads(false,
		fmt.Sprintf("parley: %s:3: there is no setting no-such", s.file),
		fmt.Sprintf(`parley: %s:2: keep: "soon" is not a time such as 90s, 12h or 30d, or the word unlimited`, s.file), kept)
	s.writes(t, `inbox = 8`, `motd = "/no/such/file"`)
	s.reloads(false, "parley: can't read the message of the day /no/such/file: no such file or directory", kept)
	os.Remove(s.file)
	s.reloads(false, "parley: can't read the configuration file "+s.file+": no such file or directory", kept)
	alice.isAllowed("inbox=7")
	if !comesTrue(func() bool { return strings.Count(s.log.String(), `"msg":"the old configuration is kept"`) == 3 }) ||
		!strings.Contains(s.log.String(), s.file+":3: there is no setting no-such") {
		t.Errorf("the log is\n%s", s.log)
	}
}

// TestReloadTellsWhoIsNotThere: without a server, or without a name for its socket, one sentence says so.
func TestReloadTellsWhoIsNotThere(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "control")
	for _, c := range []struct{ args, says string }{
		{"reload", "parley: name the server's control socket: in its configuration file, which --config names, or with --control\n"},
		{"reload --control " + socket, "parley: no server can be reached at the control socket " + socket + ": no such file or directory\n"},
		{"reload --config " + configured(t, fmt.Sprintf("control = %q", socket), `rooms = "x"`),
			"parley: no server can be reached at the control socket " + socket + ": no such file or directory\n"},
	} {
		if out, ok := operateOn(t, "", "", strings.Fields(c.args)...); ok || out != c.says {
			t.Errorf("parley %s says %q, not %q", c.args, out, c.says)
		}
	}
}

// TestControlSocket is of one server, and only its user may use it. One that a killed server has left is no obstacle.
func TestControlSocket(t *testing.T) {
	s := startConfigured(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db"))
	socket := filepath.Join(filepath.Dir(s.file), "control")
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is %v, %v", info, err)
	}
	out, ok := operateOn(t, "sqlite:"+filepath.Join(t.TempDir(), "other.db"), "", "serve", "--listen", "127.0.0.1:0", "--control", socket)
	if ok || out != "parley: another server has the control socket "+socket+": give each one of its own\n" {
		t.Errorf("a second server says %q", out)
	}
	s.restart()
	s.reloads(true, "nothing has changed")
	s.terminates()
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket is left over")
	}
}

// TestReloadOfCertificates: other files are used for the next handshake, and none that don't fit.
func TestReloadOfCertificates(t *testing.T) {
	ca := testca.New(t)
	cert, key := issueApart(t, ca, "one.test")
	other, otherKey := issueApart(t, ca, "two.test")
	tlsAt := freeAddress(t)
	lines := func(cert, key string) []string {
		return []string{fmt.Sprintf("listen-tls = %q", tlsAt), fmt.Sprintf("tls-cert = %q", cert), fmt.Sprintf("tls-key = %q", key)}
	}
	s := startConfigured(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db"), lines(cert, key)...)
	greets := func(name string) {
		t.Helper()
		conn, err := tls.Dial("tcp", tlsAt, &tls.Config{RootCAs: ca.Pool(), ServerName: name})
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
	greets("one.test")
	s.writes(t, lines(other, otherKey)...)
	s.reloads(true, "changed: tls-cert tls-key")
	greets("two.test")
	s.writes(t, append(lines(other, key), `inbox = 1`)...)
	s.reloads(false, "parley: can't use the TLS certificate "+other+" with the key "+key+": private key does not match public key",
		"parley: the server keeps the settings that it has")
	greets("two.test")
	dial(t, s.address).isAllowed("inbox=500")
}

// issueApart has a certificate in files of its own.
func issueApart(t *testing.T, ca *testca.CA, name string) (cert, key string) {
	t.Helper()
	dir := t.TempDir()
	files := [2]string{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	cert, key = ca.Issue(name)
	for i, old := range []string{cert, key} {
		if err := os.Rename(old, files[i]); err != nil {
			t.Fatal(err)
		}
	}
	return files[0], files[1]
}

// TestReloadOfTheLogLevel: what the level hides is not logged.
func TestReloadOfTheLogLevel(t *testing.T) {
	s := startConfigured(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db"))
	connected := func(want int) {
		t.Helper()
		dial(t, s.address).hears(`\* hello .*`)
		if !comesTrue(func() bool { return strings.Count(s.log.String(), `"msg":"connected"`) >= want }) {
			t.Fatalf("the log is\n%s", s.log)
		}
		if got := strings.Count(s.log.String(), `"msg":"connected"`); got != want {
			t.Errorf("%d connections are logged, want %d", got, want)
		}
	}
	connected(1)
	s.writes(t, `log-level = "warn"`)
	s.reloads(true, "changed: log-level")
	dial(t, s.address).hears(`\* hello .*`)
	s.writes(t, `log-level = "info"`)
	s.reloads(true, "changed: log-level")
	connected(2)
}

// TestReloadOfTheMessageOfTheDay: the text is read again, also if its file is called as before.
func TestReloadOfTheMessageOfTheDay(t *testing.T) {
	motd := filepath.Join(t.TempDir(), "motd")
	s := startConfigured(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db"))
	write(t, motd, "Mind the cat.\n")
	s.writes(t, fmt.Sprintf("motd = %q", motd))
	s.reloads(true, "changed: motd")
	alice := dialAs(t, s.address, "alice")
	alice.hears(`\* motd: Mind the cat\.`)
	write(t, motd, "Mind the dog.\n")
	s.reloads(true, "changed: motd")
	alice.says("/motd")
	alice.hears(`= motd: Mind the dog\.`)
	irc := dial(t, s.address)
	irc.says("PASS alice:%s\r\nNICK alice\r\nUSER alice 0 * alice", aPassword)
	irc.hears(`:\S+ 375 alice :.*`)
	irc.hears(`:\S+ 372 alice :- Mind the dog\.`)
	irc.hears(`:\S+ 376 alice :.*`)
	write(t, motd, "Mind the \x1b[2Jdog.\n")
	s.reloads(false, "parley: can't use the message of the day "+motd+": line 1: The text holds the character U+001B, which could disturb a reader's terminal. Send it without.",
		"parley: the server keeps the settings that it has")
	alice.says("/motd")
	alice.hears(`= motd: Mind the dog\.`)
}

// TestReloadOfOneNode changes nothing for the other.
func TestReloadOfOneNode(t *testing.T) {
	store := "unix://" + storagetest.StartRedis(t).Socket()
	one, two := startConfigured(t, store, `inbox = 5`), startConfigured(t, store, `inbox = 6`)
	one.writes(t, `inbox = 7`)
	one.reloads(true, "changed: inbox")
	two.reloads(true, "nothing has changed")
	dial(t, one.address).isAllowed("inbox=7")
	dial(t, two.address).isAllowed("inbox=6")
}

// TestReloadInAStorm: while the server reads its settings over and over, everything that was said arrives, once and in order.
func TestReloadInAStorm(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		const many = 3000
		settings := [][]string{
			{`message-rate = "unlimited"`, `outbox = "1MiB"`, `rooms = 5`},
			{`message-rate = "100000/100000"`, `outbox = "2MiB"`, `keep = "unlimited"`, `max-per-address = 3`, `guests = 9`},
		}
		s := startConfigured(t, store, settings[0]...)
		alice, bob := dialAs(t, s.address, "alice"), dialAs(t, s.address, "bob")
		said := make(chan bool)
		go func() {
			defer close(said)
			for i := range many {
				fmt.Fprintf(alice.conn, "/all %d\n", i)
			}
		}()
		answered := make(chan bool)
		go func() {
			defer close(answered)
			for range many {
				alice.hears(`\+ all \d+`)
			}
		}()
		for i := 0; ; i++ {
			s.writes(t, settings[(i+1)%2]...)
			s.signal(syscall.SIGHUP)
			dial(t, s.address).hears(`\* hello .*`)
			select {
			case <-answered:
			default:
				continue
			}
			break
		}
		<-said
		for i := range many {
			bob.hears(fmt.Sprintf(`\* all alice: %d`, i))
		}
		if heard := strings.Count(bob.heard.String(), "* all alice: "); heard != many {
			t.Errorf("%d messages came", heard)
		}
		if strings.Contains(s.log.String(), "the old configuration is kept") {
			t.Errorf("the log is\n%s", s.log)
		}
	})
}

// TestReloadTakesEverySetting that does not need a restart.
func TestReloadTakesEverySetting(t *testing.T) {
	cert, key := testca.New(t).Files()
	motd := filepath.Join(t.TempDir(), "motd")
	write(t, motd, "hi\n")
	secure := []string{"--listen-tls", ":1", "--tls-cert", cert, "--tls-key", key}
	values := map[string][]string{
		"log-level": {"warn"}, "tls-cert": {"other"}, "tls-key": {"other"}, "motd": {motd}, "trust": {"10.0.0.0/8"},
	}
	effect := func(args ...string) (string, *serveCommand, error) {
		o, err := parse(append(secure, args...)...)
		if err != nil {
			return "", nil, err
		}
		config, err := o.config(nop)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%+v %+v %v", config, o.limits(), o.LogLevel), o, nil
	}
	before, plain, err := effect()
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range plain.settings.command.AllFlags() {
		if slices.Contains(needRestart, flag.Name) {
			continue
		}
		taken := false
		for _, value := range append(values[flag.Name], "7", "7KiB", "77s", "7/7") {
			if after, o, err := effect("--"+flag.Name, value); err == nil {
				changed, restart := o.keepFixed(plain)
				taken = after != before && slices.Equal(changed, []string{flag.Name}) && len(restart) == 0
				break
			}
		}
		if !taken {
			t.Errorf("a reload does not take %s: make it, or name it in needRestart", flag.Name)
		}
	}
	for _, name := range needRestart {
		if plain.settings.command.Flag(name) == nil {
			t.Errorf("there is no setting %s", name)
		}
	}
}

var nop = zap.NewNop()
