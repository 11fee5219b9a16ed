package evloop

import (
	"net"
	"os"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"

	"parley/server/internal/socket"
)

// At the end of Serve evio closes the descriptor of each listener twice. Whoever opens something in between gets the same number, and loses it:
// a connection of another loop, which panics then, or a file of the store. So Serve may not come to its end. When the loop's last connection
// is closed, the loop closes everything itself, and the goroutine of Serve is parked.

// listeners are the descriptors that listen for the running loops of this process.
var listeners = struct {
	sync.Mutex
	taken map[int]bool
}{taken: map[int]bool{}}

// takeListeners returns the descriptors of the listeners that have just been opened on these addresses: of each evio's and that of package
// net. Without a directory of descriptors there are none.
func takeListeners(addrs []net.Addr) (fds []int) {
	listeners.Lock()
	defer listeners.Unlock()
	open, err := os.ReadDir("/dev/fd")
	if err != nil {
		return nil
	}
	for _, entry := range open {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil || listeners.taken[fd] {
			continue
		}
		if listens(fd, addrs) {
			listeners.taken[fd] = true
			fds = append(fds, fd)
		}
	}
	return fds
}

// listens reports whether a descriptor listens on one of these addresses.
func listens(fd int, addrs []net.Addr) bool {
	if v, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err != nil || v == 0 {
		return false
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return false
	}
	var ip net.IP
	var port int
	var path string
	switch name := name.(type) {
	case *unix.SockaddrInet4:
		ip, port = name.Addr[:], name.Port
	case *unix.SockaddrInet6:
		ip, port = name.Addr[:], name.Port
	case *unix.SockaddrUnix:
		path = name.Name
	}
	return slices.ContainsFunc(addrs, func(a net.Addr) bool {
		switch a := a.(type) {
		case *net.TCPAddr:
			return a.Port == port && a.IP.Equal(ip)
		case *net.UnixAddr:
			return a.Name == path
		}
		return false
	})
}

// shutListeners stops listening, and removes the unix sockets. The descriptors keep their numbers, by which evio knows a listener: they are
// now one more of a listener that nobody can connect to, the bell's, so that there is nobody to accept.
func shutListeners(fds []int, addrs []net.Addr, inner []int) {
	listeners.Lock()
	defer listeners.Unlock()
	if len(inner) == 0 {
		return // without a directory of descriptors none are known
	}
	removeSockets(addrs)
	for _, fd := range fds {
		socket.Replace(fd, inner[0])
	}
}

// readable reports whether there is somebody to accept.
func readable(fds []int) bool {
	polls := make([]unix.PollFd, len(fds))
	for i, fd := range fds {
		polls[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	}
	n, _ := unix.Poll(polls, 0)
	return n > 0
}

// closeListeners closes the descriptors of takeListeners, and removes the unix sockets.
func closeListeners(fds []int, addrs []net.Addr) {
	listeners.Lock()
	defer listeners.Unlock()
	removeSockets(addrs)
	for _, fd := range fds {
		delete(listeners.taken, fd)
		_ = unix.Close(fd)
	}
}

func removeSockets(addrs []net.Addr) {
	for _, a := range addrs {
		if a.Network() == "unix" {
			_ = os.Remove(a.String())
		}
	}
}

// park waits for ever.
func park() { select {} }
