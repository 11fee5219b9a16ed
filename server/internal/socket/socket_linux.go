package socket

import (
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Send writes what the kernel takes of b at once. A full socket is an error for which Again is true.
func Send(fd int, b []byte) (n int, err error) {
	// It never blocks, so the scheduler need not be told (RawSyscall).
	r, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT, 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(r), nil
}

// interests are the Interests as epoll is told them.
var interests = [...]uint32{Always: unix.EPOLLIN, Once: unix.EPOLLIN | unix.EPOLLONESHOT, Never: 0}

// Watch changes what an epoll reports of a connection's input. Disarmed can't be asked for.
func Watch(epoll, fd int, want Interest) {
	event := unix.EpollEvent{Events: interests[want], Fd: int32(fd)}
	_, _, _ = unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(epoll), unix.EPOLL_CTL_MOD, uintptr(fd), uintptr(unsafe.Pointer(&event)), 0, 0)
}

// Unacknowledged is how many of the bytes written the peer's TCP has not acknowledged (SIOCOUTQ, see tcp(7)). On a unix socket
// it is how much memory holds what the peer has not read.
func Unacknowledged(fd int) (int, error) { return unix.IoctlGetInt(fd, unix.SIOCOUTQ) }

// TuneTCP makes small writes go out at once, and has the kernel find a peer whose network died within 90 seconds: by keepalive if it is
// idle, by the user timeout if it owes acknowledgements.
func TuneTCP(fd int) {
	const deadPeer = 75 * time.Second
	for _, o := range []struct{ level, name, value int }{
		{unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 45},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 10},
		{unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3},
		{unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(deadPeer.Milliseconds())},
	} {
		_ = unix.SetsockoptInt(fd, o.level, o.name, o.value) // not TCP, or closed already: reading will tell
	}
}

// Peek looks whether input waits. It returns 1 if it does, 0 at the end of the input, and an error otherwise; Again is true for the error if
// there is nothing yet. Any other error is that of the socket, which the kernel reports only once.
func Peek(fd int) (int, error) {
	var b [1]byte
	n, _, err := unix.Recvfrom(fd, b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return n, err
}

// OwnPeer reports whether this process has connected a unix socket.
func OwnPeer(fd int) bool {
	peer, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	return err == nil && int(peer.Pid) == os.Getpid()
}

// TakeError returns the error that has happened to a socket. The kernel tells it once.
func TakeError(fd int) error {
	e, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && e != 0 {
		err = unix.Errno(e)
	}
	return err
}

// Replace closes what a descriptor stands for, and has it stand for the same as another one from now on.
func Replace(fd, by int) {
	_ = unix.Dup3(by, fd, unix.O_CLOEXEC)
}

// Become has a descriptor that an epoll watches stand for another socket. The old one is closed, and so is the descriptor that by was. Input of
// the new one is reported Always.
func Become(epoll, fd, by int) error {
	defer unix.Close(by)
	if err := unix.Dup3(by, fd, unix.O_CLOEXEC); err != nil {
		return err
	}
	// The old socket had no other descriptor, so with it the kernel has forgotten what epoll was told.
	return unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: interests[Always], Fd: int32(fd)})
}
