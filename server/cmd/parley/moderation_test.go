package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// killable is the program in a process of its own, which may be killed and started again on the same store.
type killable struct {
	t       *testing.T
	store   string
	flags   []string
	unit    []string // in the place of both: the whole command line
	env     []string // and the environment
	outage  bool     // its store may fail
	address string
	run     *exec.Cmd
	log     *programLog
}

func startKillable(t *testing.T, store string, flags ...string) *killable {
	t.Helper()
	k := &killable{t: t, store: store, flags: flags}
	t.Cleanup(k.kill)
	k.start()
	return k
}

func (k *killable) start() {
	k.t.Helper()
	args := k.unit
	if args == nil {
		args = slices.Concat(testFlags(k.t), []string{"--store", k.store}, k.flags)
	}
	k.run = exec.Command(os.Args[0], args...)
	k.run.Env = append(append(clientEnv(k.t.TempDir()), asProgram+"=1"), k.env...)
	k.log = &programLog{}
	k.run.Stdout, k.run.Stderr = k.log, k.log
	if err := k.run.Start(); err != nil {
		k.t.Fatal(err)
	}
	k.address = k.log.told(k.t, "listening")
}

// kill is kill -9. The program must not have logged an error until then.
func (k *killable) kill() {
	_ = k.run.Process.Kill()
	_ = k.run.Wait()
	if log := k.log.String(); strings.Contains(log, `"level":"error"`) && !(k.outage && strings.Contains(log, "the store fails")) {
		k.t.Errorf("the program says\n%s", k.log)
	}
	_, _ = runLog.Write([]byte(k.log.String()))
}

// restart is kill -9 and a new start.
func (k *killable) restart() {
	k.t.Helper()
	k.kill()
	k.start()
}

// operates runs the operator's command, which must say this.
func operates(t *testing.T, store, says string, args ...string) {
	t.Helper()
	if out, ok := operateOn(t, store, "", args...); !ok || !strings.Contains(out, says) {
		t.Fatalf("parley %q says %q, not %q", args, out, says)
	}
}

// asksUntil says something until the answer is as wanted: the server has noticed what an operator's command has done.
func (p *plain) asksUntil(question, wanted string) {
	p.t.Helper()
	name, _, _ := strings.Cut(question[1:], " ")
	answered := func() bool {
		p.says("%s", question)
		before := p.heard.Len()
		p.hears(`[+-] ` + name + `.*`)
		return strings.Contains(p.heard.String()[before:], wanted)
	}
	if !comesTrue(answered) {
		p.t.Fatalf("%s is not answered by %q", question, wanted)
	}
}

// entersAt opens a connection of somebody who has an account, as they come back after a restart.
func (k *killable) entersAs(name string) *plain {
	k.t.Helper()
	p := dial(k.t, k.address)
	p.says("/login %s %s", name, aPassword)
	p.hears(`\+ login ` + name + ` .*`)
	return p
}

// TestModerationCommands: what the operator's commands say, beside a server that runs.
func TestModerationCommands(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		alice := dialAs(t, startApp(t, "--store", store), "Alice")
		alice.says("/join #Tea")
		alice.hears(`\+ join #Tea .*`)
		alice.says("/topic #tea Green, or black?")
		alice.hears(`\+ topic #Tea: .*`)
		for _, room := range []string{"private", "quiet"} {
			alice.says("/room #tea %s", room)
			alice.hears(`\+ room #Tea ` + room)
		}
		for _, step := range []struct {
			args string
			ok   bool
			says string
		}{
			{"user role ALICE operator", true, "Alice is an operator now"},
			{"user role alice operator", true, "Alice is an operator now"},
			{"user role nobody operator", false, "there is no account called nobody"},
			{"user role alice king", false, "must be one of"},
			{"user ban nobody", false, "there is no account called nobody"},
			{"user ban 10.0.0.0/33", false, "10.0.0.0/33 is no address"},
			{"user ban 300.1.1.1", false, "300.1.1.1 is no address"},
			{"user ban alice --for 2w", false, `"2w" is not a time`},
			{"user ban alice --for 0s", false, `"0s" is not a time`},
			{"user ban alice a\x1b[31m", false, "could disturb a reader's terminal"},
			{"user ban alice " + strings.Repeat("x", 301), false, "300 bytes at most"},
			{"user ban 10.1.2.3/8 --for 1h too much spam", true, "10.0.0.0/8 is banned until 20"},
			{"user ban ::ffff:192.0.2.7", true, "192.0.2.7/32 is banned; its sessions end"},
			{"user ban 2001:db8::1/48", true, "2001:db8::/48 is banned"},
			{"user unban 10.0.0.0/9", false, "10.0.0.0/9 is not banned"},
			{"user unban 192.0.2.7", true, "192.0.2.7/32 is not banned any more"},
			{"user unban alice", false, "Alice is not banned"},
			{"user unban nobody", false, "there is no account called nobody"},
			{"user list", true, "\tOperator"},
			{"room delete lobby", false, "#lobby can't be deleted"},
			{"room delete coffee", false, "there is no room called #coffee"},
			{"room delete te/a", false, "there is no room called #te/a"},
			{"room list", true, "#lobby\tpublic\topen\t1\t\n#Tea\tprivate\tquiet\t1\tGreen, or black?\n"},
			{"room delete TEA", true, "#TEA is deleted"},
			{"room delete #tea", false, "there is no room called #tea"},
			{"room list", true, "#lobby\tpublic\topen\t1\t\n"},
		} {
			out, ok := operateOn(t, store, "", strings.Fields(step.args)...)
			if ok != step.ok || !strings.Contains(strings.ToLower(out), strings.ToLower(step.says)) {
				t.Errorf("parley %s: %v, %q; want %v, %q", step.args, ok, out, step.ok, step.says)
			}
		}
		out, _ := operateOn(t, store, "", "user", "banned")
		matches(t, out, `10\.0\.0\.0/8\tban\t\S+Z\t\S+Z\tthe command line\ttoo much spam`,
			`2001:db8::/48\tban\t\S+Z\tfor ever\tthe command line\t`)
	})
}

// TestNewOperatorMayActAtOnce, also after the server was killed; and one who is none any more may not.
func TestNewOperatorMayActAtOnce(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		k := startKillable(t, store)
		alice := dialAs(t, k.address, "alice")
		alice.asksUntil("/stats", "- stats forbidden: ")
		operates(t, store, "alice is an operator now", "user", "role", "alice", "operator")
		alice.asksUntil("/stats", "+ stats ")
		k.restart()
		alice = k.entersAs("alice")
		alice.says("/announce hello")
		alice.hears(`\+ announce \d+`)
		operates(t, store, "alice is an ordinary user now", "user", "role", "alice", "user")
		alice.asksUntil("/stats", "- stats forbidden: ")
		if !strings.Contains(k.log.String(), `"msg":"moderation","what":"operator","by":"the command line","whom":"alice","on":false`) {
			t.Errorf("the log does not say who did it:\n%s", k.log)
		}
	})
}

// TestBanFromTheCommandLine: it ends sessions, holds after a crash, can be taken back, and runs out by itself.
func TestBanFromTheCommandLine(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		k := startKillable(t, store)
		sessions := []*plain{dialAs(t, k.address, "bob"), k.entersAs("bob")}
		carol := dialAs(t, k.address, "carol")
		operates(t, store, "bob is banned until 20", "user", "ban", "bob", "too", "much", "spam", "--for", "1h")
		for _, bob := range sessions {
			bob.hears(`! banned: You are banned from this server until \S+Z: too much spam`)
		}
		carol.says("/who")
		carol.hears(`\+ who 1`)
		operates(t, store, "\tbanned until 20", "user", "list")
		k.restart()
		bob := dial(t, k.address)
		bob.says("/login bob " + aPassword)
		bob.hears(`- login banned until=\S+Z: You are banned until \S+Z: too much spam`)
		operates(t, store, "bob is not banned any more", "user", "unban", "bob")
		bob.asksUntil("/login bob "+aPassword, "+ login bob ")
		operates(t, store, "bob is banned until 20", "user", "ban", "bob", "--for", "1s")
		bob.hears(`! banned: .*`)
		bob = dial(t, k.address)
		bob.asksUntil("/login bob "+aPassword, "+ login bob ")
	})
}

// TestBannedNetwork: its sessions end, and nobody comes in from there, also after a crash. Others do.
func TestBannedNetwork(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		k := startKillable(t, store)
		bob, guest := dialFrom(t, "127.0.0.9", k.address), dialFrom(t, "127.0.0.10", k.address)
		bob.says("/register bob %s", aPassword)
		bob.hears(`\+ register bob`)
		operates(t, store, "127.0.0.8/29 is banned; its sessions end", "user", "ban", "127.0.0.8/29")
		bob.hears(`! banned: .*`)
		guest.asksUntil("/login bob "+aPassword, "- login banned: ")
		for range 2 {
			dialFrom(t, "127.0.0.15", k.address).hears(`! banned: .*`)
			k.entersAs("bob")
			k.restart()
		}
		operates(t, store, "127.0.0.8/29 is not banned any more", "user", "unban", "127.0.0.8/29")
		for deadline := time.Now().Add(soon); ; {
			if line := dialFrom(t, "127.0.0.9", k.address).line(); strings.HasPrefix(line, "* hello ") {
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("the network is still banned")
			}
		}
	})
}

// dialFrom is dial from another address of this machine.
func dialFrom(t *testing.T, from, address string) *plain {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return newPlain(t, conn.(*net.TCPConn))
}

// line reads the next line.
func (p *plain) line() string {
	p.t.Helper()
	_ = p.conn.SetReadDeadline(time.Now().Add(soon))
	line, err := p.in.ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	return line
}

// TestRoomDeletedInMidSentence: what alice was told is kept is read by bob, then both are told that the room is gone. Nothing more is said there, and
// who makes it anew finds nothing of the old one.
func TestRoomDeletedInMidSentence(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		address := startApp(t, "--store", store, "--message-rate", "unlimited")
		alice, bob := dialAs(t, address, "alice"), dialAs(t, address, "bob")
		for _, p := range []*plain{alice, bob} {
			p.says("/join #tea")
			p.hears(`\+ join #tea .*`)
		}
		begun, kept := make(chan struct{}), make(chan int, 1)
		go func() {
			n := 0
			for ; alice.saysIn("#tea", n); n++ {
				if n == 10 {
					close(begun)
				}
			}
			kept <- n
		}()
		<-begun
		operates(t, store, "#tea is deleted", "room", "delete", "tea")
		said := <-kept
		for n := range said {
			bob.hears(fmt.Sprintf(`\* say #tea alice: %d`, n))
		}
		bob.hears(`\* removed #tea`)
		bob.says("to nobody")
		bob.hears(`- msg (no-such-room|not-in-room) #tea: .*`)
		bob.says("/join #tea")
		bob.hears(`\+ join #tea members=1 here=1`)
		bob.says("/history #tea")
		bob.hears(`\+ history 0`)
		if heard := bob.heard.String(); strings.Count(heard, "* say #tea ") != said || strings.Contains(alice.heard.String(), "to nobody") {
			t.Errorf("of %d messages bob was told\n%s", said, heard)
		}
	})
}

// saysIn says a number in a room, and reports whether it is kept. Otherwise there must be no such room, and alice have been told.
func (p *plain) saysIn(room string, n int) bool {
	fmt.Fprintf(p.conn, "/msg %s %d\n", room, n)
	for told := false; ; {
		line := p.line()
		switch {
		case strings.HasPrefix(line, "+ msg "+room+" ") && !told:
			return true
		case line == "* removed "+room+"\r\n":
			told = true
		case strings.HasPrefix(line, "- msg no-such-room "+room) && told:
			return false
		case !strings.HasPrefix(line, "* join "):
			p.t.Errorf("message %d is answered %q", n, line)
			return false
		}
	}
}

// TestRoomsOfADeletedAccount: its room is handed on to the op, and the members hear it. A room that nobody else is in stays with what was said there.
func TestRoomsOfADeletedAccount(t *testing.T) {
	onBothStores(t, func(t *testing.T, store string) {
		address := startApp(t, "--store", store)
		alice, bob, carol := dialAs(t, address, "alice"), dialAs(t, address, "bob"), dialAs(t, address, "carol")
		for _, p := range []*plain{alice, bob, carol} {
			p.says("/join #tea")
			p.hears(`\+ join #tea .*`)
		}
		alice.says("/role #tea carol op")
		alice.hears(`\+ role #tea carol op`)
		alice.says("/join #alone")
		alice.hears(`\+ join #alone .*`)
		alice.says("to myself")
		alice.hears(`\+ msg #alone \d+`)
		alice.says("/join #silent")
		alice.hears(`\+ join #silent .*`)
		operates(t, store, "alice is deleted", "user", "delete", "alice")
		alice.hears(`! removed: .*`)
		for _, p := range []*plain{bob, carol} {
			p.hears(`\* leave #tea alice`)
			p.hears(`\* role #tea carol owner by=alice`)
		}
		carol.says("/room #tea private")
		carol.hears(`\+ room #tea private`)
		out, _ := operateOn(t, store, "", "room", "list")
		matches(t, out, `#alone\tpublic\topen\t0\t`, `#lobby\tpublic\topen\t2\t`, `#tea\tprivate\topen\t2\t`)
	})
}

// TestStrangersDoNotFillTheLog: in a room of their own two people may moderate each other as often as they like.
func TestStrangersDoNotFillTheLog(t *testing.T) {
	address, log := startLogged(t, "--change-rate", "unlimited")
	alice, bob := dialAs(t, address, "alice"), dialAs(t, address, "bob")
	for _, p := range []*plain{alice, bob} {
		p.says("/join #tea")
		p.hears(`\+ join #tea .*`)
	}
	const times = 300
	for range times {
		alice.says("/mute #tea bob\n/unmute #tea bob")
	}
	for range times {
		alice.hears(`\+ unmute #tea bob`)
	}
	if n := strings.Count(log.String(), `"moderation"`); n == 0 || n >= times {
		t.Errorf("the log has %d lines of it", n)
	}
}
