package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"parley/storage/storagetest"
)

// evening is a server as an operator has it: one file says all, and every command reads that.
type evening struct {
	t *testing.T
	*watched
	cert, file string
}

func startEvening(t *testing.T, store string) *evening {
	t.Helper()
	dir, err := os.MkdirTemp("", "parley") // the path of a socket is short, and that of a test's directory may not be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	cert, key := certificate(t, "DNS:localhost")
	e := &evening{t: t, cert: cert, file: filepath.Join(dir, "parley.toml")}
	write(t, e.file, fmt.Sprintf(`
listen = ["127.0.0.1:0"]
listen-tls = ["127.0.0.1:0"]
tls-cert = %q
tls-key = %q
store = %q
control = %q
ops = "localhost:0"
message-rate = "100/100"
`, cert, key, store, filepath.Join(dir, "control")))
	e.does("ok", "serve", "--check")
	k := &killable{t: t, store: store, unit: []string{"serve", "--config", e.file}, outage: true}
	t.Cleanup(func() { k.kill() })
	k.start()
	e.watched = &watched{killable: k}
	e.opens()
	return e
}

// opens waits until the server is ready, and finds its port.
func (e *evening) opens() {
	e.t.Helper()
	e.ops = e.log.told(e.t, "listening for operators")
	e.says("/readyz", 200, "ok\n")
}

// does runs a command with the file.
func (e *evening) does(says string, command ...string) {
	e.t.Helper()
	cmd := exec.Command(os.Args[0], append(command, "--config", e.file)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), says) {
		e.t.Fatalf("parley %q: %v, %s; want %q", command, err, out, says)
	}
}

// logs waits until the log has a line like this.
func (e *evening) logs(pattern string) {
	e.t.Helper()
	if !comesTrue(func() bool { return regexp.MustCompile(pattern).MatchString(e.log.String()) }) {
		e.t.Errorf("the log has no line %s:\n%s", pattern, e.log)
	}
}

// restarts stops the server in order, and starts it again when something was done.
func (e *evening) restarts(meanwhile func()) {
	e.t.Helper()
	_ = e.run.Process.Signal(syscall.SIGTERM)
	if err := e.run.Wait(); err != nil {
		e.t.Errorf("the server ends with %v and says\n%s", err, e.log)
	}
	meanwhile()
	e.start()
	e.opens()
}

// TestEvening is an operator's: people talk, a backup is made, the store breaks, everything says so, and what is put back has all that was kept
// before the backup began.
func TestEvening(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "parley.db")
		theEvening(t, "sqlite:"+file, outage{
			begins: func() {
				copied, err := os.ReadFile(file)
				if err == nil {
					err = os.WriteFile(file+".copy", copied, 0o600)
				}
				if err == nil {
					err = os.Rename(file+".copy", file)
				}
				if err != nil {
					t.Fatal(err)
				}
			},
			why: file + " is no longer the file that was opened: put that back, or restart the server",
			ends: func(e *evening, restores func()) {
				e.restarts(func() {
					for _, name := range []string{file, file + "-wal", file + "-shm"} {
						_ = os.Rename(name, name+".broken") // SQLite may have removed some of them
					}
					restores()
				})
			},
		})
	})
	t.Run("redis", func(t *testing.T) {
		redis := storagetest.StartRedis(t)
		theEvening(t, redis.URL(), outage{
			begins: redis.Kill,
			why:    "connect: no such file or directory|connect: connection refused|EOF|connection reset by peer|broken pipe",
			ends: func(e *evening, restores func()) {
				redis.Restart() // it has kept nothing
				e.says("/readyz", 200, "ok\n")
				restores()
				e.logs(restored)
			},
		})
	})
}

// restored is what the log says when a backup is put back under a server.
const restored = "a backup is put in the place of the store; all sessions end"

// outage is how a store breaks, what is said then, and what is done about it.
type outage struct {
	begins func()
	why    string // a pattern
	ends   func(e *evening, restores func())
}

func theEvening(t *testing.T, store string, o outage) {
	e := startEvening(t, store)
	backup := filepath.Join(t.TempDir(), "backup")
	alice, bob := dialAs(t, e.address, "alice"), dialAs(t, e.address, "bob")
	register(t, e.address, "carol")
	e.is("parley_sessions", 2)
	delivered := `parley_deliveries_total{kind="room"}`
	before := e.figures()[delivered]
	var kept []string
	for i := range 20 {
		text := fmt.Sprintf("message %d", i)
		alice.says("%s", text)
		alice.hears(`\+ all \d+`)
		bob.hears(`\* all alice: ` + text)
		kept = append(kept, text)
	}
	e.is(`parley_messages_total{kind="room"}`, float64(len(kept)))
	e.is(delivered, before+float64(2*len(kept)))
	alice.says("/msg carol see you tomorrow")
	alice.hears(`\+ msg carol \d+ stored`)
	_, port, _ := net.SplitHostPort(e.log.told(t, "listening for TLS"))
	told := runClient(t, "/login carol "+aPassword+"\ngood night\n/quit\n",
		"openssl", "s_client", "-quiet", "-verify_return_error", "-CAfile", e.cert, "-connect", "localhost:"+port)
	if !strings.Contains(told, "see you tomorrow") || !strings.Contains(told, "+ all ") {
		t.Errorf("carol is told\n%s", told)
	}
	bob.hears(`\* all carol: good night`)
	kept = append(kept, "good night")

	e.does(" has ", "backup", backup)
	o.begins()
	e.fails()
	alice.asksUntil("/all not kept", "unavailable")
	_, reason := e.get("/readyz")
	if !regexp.MustCompile(o.why).MatchString(reason) {
		t.Errorf("/readyz says %q, want %s", reason, o.why)
	}
	e.logs(`"msg":"the store fails".*(` + o.why + `)`)

	o.ends(e, func() { e.does("the store has the backup of ", "restore", "--replace", backup) })
	e.says("/readyz", 200, "ok\n")
	e.is("parley_store_up", 1)
	e.does("the store is healthy", "doctor")
	e.does("nothing has changed", "reload")
	again := dial(t, e.address)
	again.asksUntil("/login alice "+aPassword, "+ login")
	again.says("/history")
	again.hears(`\+ history \d+`)
	for _, text := range kept {
		if !strings.Contains(again.heard.String(), ": "+text+"\r\n") {
			t.Errorf("%q is lost; there is\n%s", text, again.heard.String())
		}
	}
	again.says("good morning")
	again.hears(`\+ all \d+`)

	so := strings.Count(e.log.String(), restored)
	e.does("the store has the backup of ", "restore", "--replace", backup) // now under the server on both stores
	again.hears(`! resync: .*`)
	if !comesTrue(func() bool { return strings.Count(e.log.String(), restored) > so }) {
		e.t.Errorf("the log does not tell of the restore:\n%s", e.log)
	}
}
