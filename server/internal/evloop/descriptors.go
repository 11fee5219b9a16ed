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
