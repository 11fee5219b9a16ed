package server

import (
	"testing"
	"unsafe"
)

// TestSizeOfAConnection: most connections are idle, so what one takes is looked at. The allocator adds 8 bytes to it, and beyond 768 together it would give it
// 128 bytes more.
func TestSizeOfAConnection(t *testing.T) {
	if size := unsafe.Sizeof(conn{}); size > 768-8 {
		t.Errorf("a connection takes %d bytes", size)
	}
}
