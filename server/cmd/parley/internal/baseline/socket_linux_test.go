package baseline

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls that load and the baseline server make for each message. None blocks, so Go's scheduler need not be told.

// receive reads what is there.
func receive(fd int, b []byte) (int, error) {
	n, _, e := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if e != 0 {
		return -1, e
	}
	return int(n), nil
}

// transmit writes all of b. What is on its way at a time is little enough that the kernel always takes it.
func transmit(b *testing.B, fd int, data []byte) {
	n, _, e := unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(data))), uintptr(len(data)))
	if e != 0 || int(n) != len(data) {
		b.Errorf("%d of %d bytes were written: %v", int(n), len(data), e)
	}
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Error(err)
	}
}
