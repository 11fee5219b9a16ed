package baseline

import (
	"bytes"
	"net/netip"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// dial connects. Reading blocks, but not for ever.
func dial(b testing.TB, address string) (fd int) {
	b.Helper()
	to := netip.MustParseAddrPort(address)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		err = unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()})
	}
	if err != nil {
		b.Fatal(err)
	}
	must(b, unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
	must(b, unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: lateAfter / 1000}))
	return fd
}

// reads reads whole lines until one of them begins so. It returns them all.
func reads(b testing.TB, fd int, want string) []byte {
	b.Helper()
	got, buf := []byte("\n"), make([]byte, 4096)
	for !bytes.Contains(got, []byte("\n"+want)) || !bytes.HasSuffix(got, []byte("\n")) {
		n, err := unix.Read(fd, buf)
		if err == unix.EINTR { // a profile is being made
			continue
		}
		if n <= 0 || err != nil {
			b.Fatalf("%q is not read: %v, after %s", want, err, got)
		}
		got = append(got, buf[:n]...)
	}
	return got
}

// The calls that the load and the baseline server make for each message. None blocks, so Go's scheduler need not be told.

// receive reads what is there.
func receive(fd int, b []byte) (int, error) {
	n, _, e := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if e != 0 {
		return -1, e
	}
	return int(n), nil
}

// transmit writes all of b. What is on its way at a time is little enough that the kernel always takes it.
func transmit(b testing.TB, fd int, data []byte) {
	n, _, e := unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(data))), uintptr(len(data)))
	if e != 0 || int(n) != len(data) {
		b.Errorf("%d of %d bytes were written: %v", int(n), len(data), e)
	}
}

func must(b testing.TB, err error) {
	b.Helper()
	if err != nil {
		b.Error(err)
	}
}
