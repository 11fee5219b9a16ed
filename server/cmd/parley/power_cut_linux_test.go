package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestSyncedBeforeTheAnswer watches the system calls of a server whose store is kept through a power cut: before each `+` the disk must have
// taken the log. With sync=normal it need not, which shows that the test can tell.
func TestSyncedBeforeTheAnswer(t *testing.T) {
	need(t, "strace")
	const messages = 20
	for mode, enough := range map[string]func(synced int) bool{
		"full":   func(synced int) bool { return synced == messages },
		"normal": func(synced int) bool { return synced < messages/2 },
	} {
		t.Run(mode, func(t *testing.T) {
			store := "sqlite:" + filepath.Join(t.TempDir(), "parley.db") + "?sync=" + mode
			server := startTarget(t, "127.0.0.1:0", "--store", store)
			alice := dialAs(t, server.address, "alice")
			dialAs(t, server.address, "bob")
			trace := traceCalls(t, server.command.Process.Pid)
			for i := range messages {
				alice.says("/msg bob %d", i)
				alice.hears(`\+ msg bob .*`)
			}
			calls := trace()
			if synced := syncedAnswers(calls); !enough(synced) {
				t.Errorf("with sync=%s, %d of %d answers came after the log was synced:\n%s", mode, synced, messages, calls)
			}
		})
	}
}

// syncedAnswers counts the answers before which, since the one before, a sync was done.
func syncedAnswers(calls string) (count int) {
	synced := false
	for call := range strings.Lines(calls) {
		switch {
		case strings.Contains(call, `"+ msg bob`):
			if synced {
				count++
			}
			synced = false
		case doneSync.MatchString(call):
			synced = true
		}
	}
	return count
}

// doneSync is the end of a call that has waited for the disk.
var doneSync = regexp.MustCompile(`(fsync|fdatasync).*= 0\s*$`)

// traceCalls has strace write down the calls of a process that matter, from now on until the function that it returns is called.
func traceCalls(t *testing.T, pid int) (calls func() string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "trace")
	strace := exec.Command("strace", "-f", "-o", file, "-e", "trace=fsync,fdatasync,write,writev,sendto,sendmsg", "-p", strconv.Itoa(pid))
	said := &collected{}
	strace.Stderr = said
	if err := strace.Start(); err != nil {
		t.Fatal(err)
	}
	if !comesTrue(func() bool { return strings.Contains(said.String(), "attached") }) {
		t.Fatalf("strace does not attach: %s", said)
	}
	return func() string {
		_ = strace.Process.Signal(os.Interrupt)
		_ = strace.Wait()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}
