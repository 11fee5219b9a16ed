package server

import (
	"os/exec"
	"testing"
)

// TestChildDoesNotInheritConnections: a child that did would hold the connection open, and epoll would go on reporting it under a descriptor
// number that another connection may have by then.
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
