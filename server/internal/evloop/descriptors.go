package evloop

import (
	"fmt"
	"reflect"

	"github.com/tidwall/evio"
)

// descriptors returns the descriptor of a connection and that of its loop's epoll. evio keeps both private.
func descriptors(ec evio.Conn) (fd, epoll int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("evio is not the version this server was made for: %v", r)
		}
	}()
	c := reflect.ValueOf(ec).Elem()
	fd = int(c.FieldByName("fd").Int())
	epoll = int(c.FieldByName("loop").Elem().FieldByName("poll").Elem().FieldByName("fd").Int())
	return fd, epoll, nil
}

// isLast reports whether a connection that has just been closed was the last one of its loop. While a loop runs there is at least its bell.
func isLast(ec evio.Conn) bool {
	return reflect.ValueOf(ec).Elem().FieldByName("loop").Elem().FieldByName("fdconns").Len() == 0
}

// pollers returns the descriptors that a connection's loop waits with: an epoll and, to be woken by, an eventfd; or a kqueue.
func pollers(ec evio.Conn) (fds []int) {
	poll := reflect.ValueOf(ec).Elem().FieldByName("loop").Elem().FieldByName("poll").Elem()
	for _, name := range []string{"fd", "wfd"} {
		if fd := poll.FieldByName(name); fd.IsValid() {
			fds = append(fds, int(fd.Int()))
		}
	}
	return fds
}
