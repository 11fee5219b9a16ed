package torture

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// redis is a real redis-server on a unix socket, behind a relay. It keeps all that it has confirmed (appendonly, appendfsync always).
// Its methods are for one goroutine.
type redis struct {
	dir     string
	command *exec.Cmd
	relay   *relay
}

func startRedis(ctx context.Context, dir string) (*redis, error) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return nil, errors.New("--store redis needs redis-server, which is not on this machine")
	}
	r := &redis{dir: dir}
	if err := r.start(ctx); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", filepath.Join(dir, "relay.sock"))
	if err != nil {
		r.kill()
		return nil, err
	}
	r.relay = newRelay(l, func() (net.Conn, error) { return net.Dial("unix", r.socket()) })
	return r, nil
}

func (r *redis) socket() string { return filepath.Join(r.dir, "redis.sock") }

// url is what the server is given: it speaks through the relay.
func (r *redis) url() string { return "unix://" + filepath.Join(r.dir, "relay.sock") + "?db=0" }

// start returns when it answers.
func (r *redis) start(ctx context.Context) error {
	r.command = command("redis-server", "--port", "0", "--unixsocket", r.socket(), "--dir", r.dir, "--save", "",
		"--appendonly", "yes", "--appendfsync", "always", "--logfile", filepath.Join(r.dir, "redis.log"))
	if err := r.command.Start(); err != nil {
		return err
	}
	late := time.After(20 * time.Second)
	for !r.answers() {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return fmt.Errorf("redis-server does not answer; see %s", filepath.Join(r.dir, "redis.log"))
		}
	}
	return nil
}

func (r *redis) answers() bool {
	c, err := net.Dial("unix", r.socket())
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	_, _ = c.Write([]byte("PING\r\n"))
	line, _ := bufio.NewReader(c).ReadString('\n')
	return line == "+PONG\r\n"
}

// stall makes it hang until resume: what is sent to it is taken by the kernel, nothing is answered.
func (r *redis) stall()  { _ = r.command.Process.Signal(syscall.SIGSTOP) }
func (r *redis) resume() { _ = r.command.Process.Signal(syscall.SIGCONT) }

// kill ends it at once.
func (r *redis) kill() { r.end(syscall.SIGKILL) }

// stop ends it in order.
func (r *redis) stop() { r.end(syscall.SIGTERM) }

func (r *redis) end(signal syscall.Signal) {
	_ = r.command.Process.Signal(signal)
	_ = r.command.Wait()
	_ = os.Remove(r.socket())
}

func (r *redis) close() {
	r.relay.close()
	r.resume()
	r.kill()
}
