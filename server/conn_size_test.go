package server

import (
	"testing"
	"unsafe"
)

// TestSizeOfAConnection: most connections are idle, so what one takes is looked at. Beyond 768 bytes the allocator would give it 128 bytes more.
func TestSizeOfAConnection(t *testing.T) {
	if size := unsafe.Sizeof(conn{}); size > 768 {
		t.Errorf("a connection takes %d bytes", size)
	}
}
