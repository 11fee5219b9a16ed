package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/internal/testca"
	"parley/storage/storagetest"
)

// checks runs serve --check with settings, in an environment of its own, and returns what it says.
func checksSettings(t *testing.T, env []string, args ...string) (says []string, ok bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"serve", "--check"}, args...)...)
	cmd.Env = append(append(clientEnv(t.TempDir()), asProgram+"=1"), env...)
	out, err := cmd.CombinedOutput()
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"), err == nil
}

// TestCheck finds all that is wrong, and says where.
func TestCheck(t *testing.T) {
	dir := t.TempDir()
	ca := testca.New(t)
	expired, expiredKey := ca.IssueUntil("chat.test", time.Now().Add(-time.Minute))
	write(t, filepath.Join(dir, "no-store"), "this is a text")
	file := configured(t,
		`listen = ["127.0.0.1:99999", "unix:`+dir+`/no/socket", "127.0.0.1:1", "192.0.2.1:0"]`,
		`store = "sqlite:`+dir+`/no-store"`,
		`rooms = "many"`,
		`roms = 5`,
		`listen-irc = ["127.0.0.1:1"]`,
		`listen-tls = "nonsense"`,
		`tls-cert = "`+expired+`"`,
		`tls-key = "`+expiredKey+`"`,
		`motd = "`+dir+`/none"`,
		`max-connections = 2000000`,
		`control = "`+dir+`/no-store"`,
		`shards = 0`,
		`ops = "unix:x"`,
	)
	says, ok := checksSettings(t, []string{"PARLEY_STORE_TIMEOUT=0s", "PARLEY_INBOX=none"}, "--config", file, "--node", "a b")
	if ok {
		t.Error("it is taken")
	}
	for _, want := range []string{
		`PARLEY_INBOX: "none" is not a number from 1 up, or the word unlimited`,
		`FILE:1: can't listen on 127.0.0.1:99999: .*invalid port`,
		`FILE:1: there is no directory DIR/no for the socket DIR/no/socket`,
		`FILE:1: can't listen on 192.0.2.1:0: cannot assign requested address`,
		`FILE:2: the file DIR/no-store is no store: name another one`,
		`FILE:3: rooms: "many" is not a number from 1 up, or the word unlimited`,
		`FILE:4: there is no setting roms; did you mean rooms\?`,
		`FILE:5: 127.0.0.1:1 is named twice`,
		`FILE:6: can't listen on nonsense: .*missing port in address`,
		`FILE:7: the TLS certificate ` + expired + ` has expired on \d{4}-\d\d-\d\d`,
		`FILE:9: can't read the message of the day DIR/none: no such file or directory`,
		`FILE:10: --max-connections 2000000 is more than the \d+ descriptors of this process allow \(\d+\); .*`,
		`FILE:11: DIR/no-store is there already, and is no socket`,
		`FILE:12: shards: "0" is not a number from 1 up, or the word auto`,
		`FILE:13: --ops unix:x: .*unknown port; name an address such as localhost:8890`,
		`PARLEY_STORE_TIMEOUT: --store-timeout must be longer than 0s`,
		`--node: --node must be a name without blanks`,
	} {
		want = strings.NewReplacer("FILE", file, "DIR", dir).Replace(want)
		pattern, at := regexp.MustCompile("^parley: "+want+"$"), -1
		for i := range says {
			if pattern.MatchString(says[i]) {
				at = i
			}
		}
		if at < 0 {
			t.Errorf("nothing is said like %s", want)
			continue
		}
		says = append(says[:at], says[at+1:]...)
	}
	if len(says) > 0 {
		t.Errorf("these are said besides:\n%s", strings.Join(says, "\n"))
	}
}

// TestCheckOfPorts: a server needs one port, whichever that is, and what goes with it.
func TestCheckOfPorts(t *testing.T) {
	cert, key := testca.New(t).Issue("chat.test")
	dir := t.TempDir()
	withCert := []string{"--listen-tls", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key}
	auto := []string{"--listen-tls", "127.0.0.1:0", "--tls-auto-dir", dir + "/tls", "--tls-auto-http", "127.0.0.1:0", "--tls-auto"}
	none := configured(t, `listen = []`, `listen-irc = ""`)
	for _, c := range []struct {
		env, args []string
		want      string
	}{
		{nil, []string{"--config", none}, none + ":1: no client could come: name an address with --listen or --listen-tls"},
		{[]string{"PARLEY_LISTEN="}, nil, "PARLEY_LISTEN: no client could come: .*"},
		{nil, append([]string{"--config", none}, withCert...), ""},
		{[]string{"PARLEY_LISTEN="}, withCert, ""},
		{nil, []string{"--listen", "unix:"}, `--listen: "" is no path of a unix socket, such as /run/parley/chat`},
		{nil, []string{"--control", "/tmp/" + strings.Repeat("x", 103)}, `--control: the path of the unix socket \S+ is longer than 107 bytes`},
		{nil, append(auto, "chat.test"), ""},
		{nil, append(auto, "chat test"), "--tls-auto: --tls-auto chat test: that is no name of a server, such as chat.example.org"},
		{nil, append(auto, "chat.test", "--tls-auto-ca", "ca.test"), "--tls-auto: --tls-auto-ca ca.test: that is no URL .*"},
		{nil, append(auto, "chat.test", "--tls-auto-http", "80"), "--tls-auto-http: can't listen on 80: .*"},
		{nil, append(auto, "chat.test", "--tls-auto-dir", cert+"/tls"), "--tls-auto-dir: .*: not a directory"},
	} {
		says, ok := checksSettings(t, c.env, append([]string{"--store", "sqlite:" + dir + "/db", "--listen-irc", ""}, c.args...)...)
		want := "^parley: " + c.want + "$"
		if c.want == "" {
			want = regexp.QuoteMeta("ok" + shards(0).chosen(cores))
		}
		if len(says) != 1 || !regexp.MustCompile(want).MatchString(says[0]) || ok != (c.want == "") {
			t.Errorf("%q %q: it says %q, want %q", c.env, c.args, says, want)
		}
	}
	if _, err := os.Stat(dir + "/tls"); err == nil {
		t.Error("it has made a directory")
	}
}

// TestCheckOfWhatIsRight says so, also beside the server that runs with these settings, and makes nothing.
func TestCheckOfWhatIsRight(t *testing.T) {
	cert, key := testca.New(t).Issue("chat.test")
	onBothStores(t, func(t *testing.T, store string) {
		motd := filepath.Join(t.TempDir(), "motd")
		write(t, motd, "hi\n")
		args := []string{"--store", store, "--listen", freeAddress(t), "--listen-tls", freeAddress(t), "--tls-cert", cert, "--tls-key", key, "--motd", motd}
		sound := func(when string) {
			t.Helper()
			if says, ok := checksSettings(t, nil, args...); !ok || strings.Join(says, "\n") != "ok"+shards(0).chosen(cores) {
				t.Errorf("%s it says %q", when, says)
			}
		}
		sound("at first")
		if path, found := strings.CutPrefix(store, "sqlite:"); found {
			if _, err := os.Stat(path); err == nil {
				t.Error("it has made a store")
			}
		}
		k := startKillable(t, store, args[2:]...)
		alice := dialAs(t, k.address, "alice")
		sound("beside the server")
		alice.says("/all hi")
		alice.hears(`\+ all \d+`)
		alice.says("/stats")
		alice.hears(`- stats .*`)
	})
}

// TestCheckOfStores: what can't be a store is told without opening one.
func TestCheckOfStores(t *testing.T) {
	dir := t.TempDir()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	secured := storagetest.StartRedis(t, "--requirepass", "planted-secret")
	for store, want := range map[string]string{
		"sqlite:" + dir + "/no/chat.db":            "the directory " + dir + "/no for the store does not exist",
		"sqlite:" + dir:                            "can't be written: is a directory",
		"redis://" + closed.Addr().String() + "/0": "no Redis answers at " + closed.Addr().String(),
		"unix://" + secured.Socket():               "password",
		"postgres://localhost":                     `there is no store of the kind "postgres"`,
		"chat.db":                                  "a store is named like sqlite:parley.db",
	} {
		says, ok := checksSettings(t, nil, "--store", store, "--listen", "127.0.0.1:0")
		if ok || len(says) != 1 || !strings.HasPrefix(says[0], "parley: --store: ") || !strings.Contains(says[0], want) {
			t.Errorf("of %s it says %q, not %q", store, says, want)
		}
	}
	if says, _ := checksSettings(t, nil, "--store", fmt.Sprintf("redis://:planted-secret@%s/0", closed.Addr()), "--listen", "127.0.0.1:0"); strings.Contains(says[0], "planted") {
		t.Errorf("it says %q", says)
	}
}
