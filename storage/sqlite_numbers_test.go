package storage_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// numbered is a store of which a test wants to know whether its numbers jump.
type numbered struct {
	t    *testing.T
	path string
	last int64 // the last number that anybody was told
}

// newNumbered makes a store with a backup of it, and goes on writing after the backup.
func newNumbered(t *testing.T) *numbered {
	t.Helper()
	n := &numbered{t: t, path: filepath.Join(t.TempDir(), "parley.db")}
	c := open(t, "sqlite:"+n.path, generous)
	c.register("Alice")
	if n.last = c.post("alice", "#lobby", "in the backup"); n.last > 3 {
		t.Fatalf("a new store begins with %d", n.last)
	}
	c.Close()
	copyFile(t, n.path, n.backup())
	n.goesOn()
	return n
}

func (n *numbered) url() string { return "sqlite:" + n.path }

func (n *numbered) backup() string { return n.path + ".backup" }

func (n *numbered) record() string { return n.path + ".lock" }

// next starts a server, which says something and stops in order.
func (n *numbered) next() int64 {
	n.t.Helper()
	c := open(n.t, n.url(), generous)
	defer c.Close()
	return c.post("alice", "#lobby", "next")
}

// goesOn wants the next number to be the last one plus 1.
func (n *numbered) goesOn() {
	n.t.Helper()
	if number := n.next(); number != n.last+1 {
		n.t.Fatalf("number %d after %d", number, n.last)
	}
	n.last++
}

// jumps wants the next number to be the time, and the one after it to follow.
func (n *numbered) jumps() {
	n.t.Helper()
	before := time.Now().UnixMicro()
	number := n.next()
	if number <= n.last || number <= before || number >= 1<<53 {
		n.t.Fatalf("number %d after %d", number, n.last)
	}
	n.last = number
	n.goesOn()
}

// kill has another process use the store, which creates an account and says one thing, and kills it.
func (n *numbered) kill() {
	n.t.Helper()
	holder := startHolder(n.t, n.url())
	holder.Process.Kill() // -9
	holder.Wait()
	n.last += 2
}

// otherBoot makes the record say that the machine was started since.
func (n *numbered) otherBoot() {
	n.t.Helper()
	record := fileContent(n.t, n.record())
	changed := regexp.MustCompile(`(?m)^boot .*$`).ReplaceAllString(record, "boot 01234567-89ab-cdef-0123-456789abcdef")
	if changed == record {
		n.t.Fatalf("the record is %q", record)
	}
	if err := os.WriteFile(n.record(), []byte(changed), 0o600); err != nil {
		n.t.Fatal(err)
	}
}

func (n *numbered) remove(path string) {
	n.t.Helper()
	if err := os.Remove(path); err != nil {
		n.t.Fatal(err)
	}
}

// writeOver restores the backup as cp does, into the file that is there.
func (n *numbered) writeOver() {
	n.t.Helper()
	copyFile(n.t, n.backup(), n.path)
}

// moveOver restores the backup as mv does.
func (n *numbered) moveOver() {
	n.t.Helper()
	if err := os.Rename(n.backup(), n.path); err != nil {
		n.t.Fatal(err)
	}
}

func TestNumbersGoOnInOrdinaryLife(t *testing.T) {
	for name, happens := range map[string]func(n *numbered){
		"stopped in order":  func(n *numbered) {},
		"killed":            (*numbered).kill,
		"killed twice":      func(n *numbered) { n.kill(); n.kill2() },
		"another boot":      (*numbered).otherBoot,
		"moved and back":    func(n *numbered) { os.Rename(n.path, n.path+".x"); os.Rename(n.path+".x", n.path) },
		"operator":          (*numbered).operator,
		"operator and boot": func(n *numbered) { n.operator(); n.otherBoot() },
		"killed, operator":  func(n *numbered) { n.kill(); n.operator() },
		"operator beside":   (*numbered).operatorBeside,
	} {
		t.Run(name, func(t *testing.T) {
			n := newNumbered(t)
			happens(n)
			n.goesOn()
		})
	}
}

// kill2 kills a second server, before it has said anything.
func (n *numbered) kill2() {
	n.t.Helper()
	holder := startHolder(n.t, idleHold+n.url())
	holder.Process.Kill()
	holder.Wait()
}

// operator works on the store while no server does.
func (n *numbered) operator() {
	n.t.Helper()
	operator := openShared(n.t, n.url())
	operator.register("Bob")
	n.last = int64(operator.id("bob"))
	operator.Close()
}

// operatorBeside works on the store while a server comes and goes.
func (n *numbered) operatorBeside() {
	n.t.Helper()
	c := open(n.t, n.url(), generous)
	operator := openShared(n.t, n.url())
	operator.register("Bob")
	c.register("Carol")
	operator.register("Dave")
	c.Close()
	operator.register("Eve")
	n.last = int64(operator.id("eve"))
	operator.Close()
	n.otherBoot() // so all hangs on how the operator has left it
}

func TestNumbersJumpWhereTheStoreMayHaveGoneBack(t *testing.T) {
	for name, happens := range map[string]func(n *numbered){
		"backup by cp":                 (*numbered).writeOver,
		"backup by mv":                 (*numbered).moveOver,
		"backup by cp, no record":      func(n *numbered) { n.writeOver(); n.remove(n.record()) },
		"backup by mv, no record":      func(n *numbered) { n.moveOver(); n.remove(n.record()) },
		"backup by cp, another boot":   func(n *numbered) { n.writeOver(); n.otherBoot() },
		"another machine's backup":     func(n *numbered) { n.goesOn(); n.kill(); n.writeOver(); n.removeLog() },
		"backup of before a kill":      (*numbered).backupBeforeKill,
		"operator finds the backup":    func(n *numbered) { n.writeOver(); n.operatorJumps() },
		"power cut":                    func(n *numbered) { n.kill(); n.otherBoot() },
		"power cut, then an operator":  func(n *numbered) { n.kill(); n.otherBoot(); n.operatorJumps() },
		"no record":                    func(n *numbered) { n.remove(n.record()) },
		"spoilt record":                func(n *numbered) { os.Truncate(n.record(), 30) },
		"copy of the newest, new boot": func(n *numbered) { copyFile(n.t, n.path, n.backup()); n.moveOver(); n.otherBoot() },
	} {
		t.Run(name, func(t *testing.T) {
			n := newNumbered(t)
			happens(n)
			n.jumps()
		})
	}
}

// backupBeforeKill puts the file back that was there when the server started that was killed: nothing but the record knows what it said.
func (n *numbered) backupBeforeKill() {
	n.t.Helper()
	copyFile(n.t, n.path, n.backup())
	n.kill()
	n.writeOver()
	n.removeLog()
}

// removeLog removes what belongs to the file that was replaced.
func (n *numbered) removeLog() {
	n.t.Helper()
	n.remove(n.path + "-wal")
	n.remove(n.path + "-shm")
}

// operatorJumps wants an operator's command to take numbers that nobody knows; then a server follows, whose numbers go on. The backup is put
// back once more for what comes next.
func (n *numbered) operatorJumps() {
	n.t.Helper()
	before := time.Now().UnixMicro()
	operator := openShared(n.t, n.url())
	operator.register("Bob")
	if n.last = int64(operator.id("bob")); n.last <= before {
		n.t.Fatalf("the operator's account is %d", n.last)
	}
	operator.Close()
	n.goesOn()
	n.writeOver()
}

func TestNewStoreBeginsWithOneUnlessAnotherWasThere(t *testing.T) {
	n := newNumbered(t)
	n.remove(n.path)
	before := time.Now().UnixMicro()
	c := open(t, n.url(), generous)
	c.register("Alice")
	if number := c.post("alice", "#lobby", "x"); number <= before {
		t.Fatalf("number %d after %d", number, n.last)
	}
	c.Close()
	n.remove(n.path)
	n.remove(n.record())
	c = openFor(t, n.url(), generous)
	c.register("Alice")
	if number := c.post("alice", "#lobby", "x"); number != 3 { // 1 is the lobby and 2 is Alice
		t.Fatalf("number %d in a new store", number)
	}
}
