package server

import (
	"os/exec"
	"testing"
)

// TestChildDoesNotInheritConnections: one that did would hold the connection open, and epoll go on telling of it under a
// number that is somebody else's by then.
func TestChildDoesNotInheritConnections(t *testing.T) {
	s := start(t)
	u := s.dial()
	child := exec.Command("cat")
	hold, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	u.halfClose()
	u.wantEnd()
	hold.Close()
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
}
