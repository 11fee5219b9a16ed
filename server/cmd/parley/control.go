package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// The control socket is where parley reload finds a running server: whichever store that has, and however many there are on a machine. Who
// connects writes a line, which says reload, and reads the result as JSON.

// controlFlag names it.
type controlFlag struct {
	Control string `placeholder:"FILE" env:"PARLEY_CONTROL" help:"A unix socket by which parley reload has this server read its settings again; only its own user and root may (default none)."`
}

const reloadLine = "reload\n"

// How long each side waits for the other one. A server that is going down answers nothing.
const (
	controlServerTime = 5 * time.Second
	controlClientTime = 30 * time.Second
)

// control is the server's side.
type control struct {
	listener *net.UnixListener
	reloads  chan chan reloaded // what Run is asked for
}

// listenControl opens the socket, unless path is empty. It takes the place of one that a killed server has left.
func listenControl(path string) (*control, error) {
	c := &control{reloads: make(chan chan reloaded)}
	if path == "" {
		return c, nil
	}
	if conn, err := net.Dial("unix", path); err == nil {
		conn.Close()
		return nil, fmt.Errorf("another server has the control socket %s: give each one of its own", path)
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		_ = os.Remove(path)
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: path})
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("can't make the control socket: %w", err)
	}
	c.listener = listener
	go c.serve()
	return c, nil
}

func (c *control) serve() {
	for {
		conn, err := c.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(50 * time.Millisecond) // there may be too many open files
			continue
		}
		go c.answer(conn)
	}
}

func (c *control) answer(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(controlServerTime))
	line := make([]byte, len(reloadLine))
	if _, err := io.ReadFull(conn, line); err != nil || string(line) != reloadLine {
		return
	}
	result := make(chan reloaded, 1)
	select {
	case c.reloads <- result:
		_ = conn.SetDeadline(time.Now().Add(controlClientTime))
		_ = json.NewEncoder(conn).Encode(<-result)
	case <-time.After(controlServerTime):
	}
}

func (c *control) close() {
	if c != nil && c.listener != nil {
		c.listener.Close()
	}
}

// askReload is the other side.
func askReload(path string) (r reloaded, err error) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return r, fmt.Errorf("no server can be reached at the control socket %s: %w", path, bareNet(err))
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(controlClientTime))
	if _, err = io.WriteString(conn, reloadLine); err == nil {
		err = json.NewDecoder(conn).Decode(&r)
	}
	if err != nil {
		return r, errors.New("the server did not answer; it may be going down")
	}
	return r, nil
}

// bareNet is what went wrong with a connection, without its address.
func bareNet(err error) error {
	if call := new(os.SyscallError); errors.As(err, &call) {
		return call.Err
	}
	return err
}
