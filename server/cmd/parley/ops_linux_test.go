package main

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"parley/storage/storagetest"
)

// TestReadyWhenTheDiskIsFull: it is not ready until there is room again, although the store can be read all the time.
func TestReadyWhenTheDiskIsFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		storagetest.Skip(t, "file systems can't be mounted here: "+err.Error())
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	w := startWatched(t, "sqlite:"+dir+"/parley.db", "--message-rate", "unlimited")
	alice := dialAs(t, w.address, "alice")
	w.says("/readyz", 200, "ok\n")
	if err := os.WriteFile(dir+"/filler", make([]byte, 4<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	long := strings.Repeat("x", 1000)
	if !comesTrue(func() bool {
		alice.says("%s", long)
		alice.hears(`(\+ all \d+|- all unavailable.*)`)
		return strings.Contains(alice.heard.String(), "- all unavailable")
	}) {
		t.Fatal("everything is kept on a full disk")
	}
	w.fails()
	w.shows(`parley_commits_total{outcome="unavailable"}`, 1)
	beats := w.figures()[`parley_commit_seconds_count`]
	w.shows("parley_commit_seconds_count", beats+3)
	w.fails() // still, after heartbeats
	if err := os.Remove(dir + "/filler"); err != nil {
		t.Fatal(err)
	}
	w.recovers()
}
