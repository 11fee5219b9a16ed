package torture

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// process is a node that is tortured: a server in a process of its own. Start, kill, stop and pause are for whoever holds busy.
type process struct {
	number  int // from 0
	binary  string
	dir     string // for its log
	store   string
	keep    time.Duration // of messages; 0 leaves it to the server
	flags   []string      // more of them
	home    string        // the network namespace that it runs in; empty for our own
	address string        // where it answers, seen from there
	history *history
	busy    sync.Mutex // something happens to it

	mu      sync.Mutex
	current int  // the epoch
	wanted  bool // it is not being ended by us
	paused  bool
	command *exec.Cmd
	exited  chan struct{} // closed when command has ended
}

// inboxSize is how many messages an inbox holds: few, so that some are full.
const inboxSize = 20

// unlimited lets users come and go as they like.
var unlimited = []string{"--rooms", "unlimited", "--new-rooms", "unlimited", "--room-members", "unlimited", "--change-rate", "unlimited"}

// serverFlags are those of a node that clients reach by a network. Little may wait for a client that does not read, so that one is found too
// slow in a short run.
func (n *network) serverFlags(node int, cert, key string) []string {
	flags := []string{"--listen", n.listen(n.portOf(node)), "--log-level", "warn", "--message-rate", "unlimited", "--trust", "10.99.0.0/16",
		"--inbox", strconv.Itoa(inboxSize), "--outbox", "48KiB"}
	flags = append(flags, unlimited...)
	if n.trust != nil {
		flags = append(flags, "--listen-tls", n.listen(n.portOf(node)+1), "--tls-cert", cert, "--tls-key", key)
	}
	for _, address := range n.balancers() {
		flags = append(flags, "--proxy-protocol", address+"/32")
	}
	return flags
}

// epoch is the start that the process is of. A connection that was made and used while it stayed the same belongs to that start.
func (p *process) epoch() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current
}

// serves reports whether clients should come, as a load balancer knows it.
func (p *process) serves() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wanted && !p.paused
}

func (p *process) logFile() string {
	return filepath.Join(p.dir, fmt.Sprintf("parley-%d.log", p.number))
}

// start returns when it answers. It tries again while the store is away.
func (p *process) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if err := p.launch(); err != nil {
			return err
		}
		for !p.ended() {
			if p.answers() {
				p.want(true)
				p.history.up(p.epoch())
				return nil
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				p.end(syscall.SIGKILL)
				return fmt.Errorf("node %d does not come up; see %s", p.number, p.logFile())
			}
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("node %d does not come up; see %s", p.number, p.logFile())
		}
	}
}

// launch starts the process.
func (p *process) launch() error {
	log, err := os.OpenFile(p.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	args := append([]string{"serve", "--store", p.store, "--drain-time", "500ms"}, p.flags...)
	if p.keep > 0 {
		args = append(args, "--keep", p.keep.String())
	}
	command := command(p.binary, args...)
	command.Stdout, command.Stderr = log, log
	command.Env = append(os.Environ(), "TMPDIR="+p.dir) // what a killed server leaves behind goes with the rest
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := inNetns(p.home, command.Start); err != nil {
		return err
	}
	p.command, p.exited = command, make(chan struct{})
	p.paused = false
	p.current = p.history.launch(p.number)
	go p.watch(command, p.exited, p.current)
	return nil
}

// watch notes when the server ends without being told to.
func (p *process) watch(command *exec.Cmd, exited chan struct{}, epoch int) {
	err := command.Wait()
	p.history.dead(epoch)
	p.mu.Lock()
	unwanted := p.wanted && p.command == command
	p.mu.Unlock()
	if unwanted {
		p.history.notice(Breach{Crashed, fmt.Sprintf("node %d ended by itself (%v); see %s", p.number, err, p.logFile())})
	}
	close(exited)
}

func (p *process) ended() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

func (p *process) answers() (yes bool) {
	err := inNetns(p.home, func() error {
		c, err := net.DialTimeout("tcp", p.address, time.Second)
		if err != nil {
			return err
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(time.Second))
		_, err = c.Read(make([]byte, 1))
		return err
	})
	return err == nil
}

func (p *process) want(wanted bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wanted = wanted
}

// kill ends it at once; what it was doing is left as it is.
func (p *process) kill() {
	p.history.stop(p.epoch())
	p.end(syscall.SIGKILL)
}

// stop ends it in order.
func (p *process) stop() {
	p.history.stop(p.epoch())
	const patience = 20 * time.Second
	late := time.AfterFunc(patience, func() {
		p.history.notice(Breach{Crashed, fmt.Sprintf("node %d did not stop within %s of SIGTERM", p.number, patience)})
		_ = p.command.Process.Kill()
	})
	p.end(syscall.SIGTERM)
	late.Stop()
}

func (p *process) end(signal syscall.Signal) {
	p.want(false)
	if err := p.command.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.history.notice(Breach{Crashed, "a node can't be ended: " + err.Error()})
	}
	<-p.exited
}

// again is the same node for another history, which keeps messages for so long. It was not started yet.
func (p *process) again(h *history, keep time.Duration) *process {
	return &process{number: p.number, binary: p.binary, dir: p.dir, store: p.store, flags: p.flags, home: p.home, address: p.address, history: h, keep: keep}
}

// pause makes it hang until resume is called: its kernel takes what is sent to it, and it does nothing.
func (p *process) pause() (resume func()) {
	over := p.history.disturb(p.epoch(), false)
	p.halt(true, syscall.SIGSTOP)
	return func() {
		p.halt(false, syscall.SIGCONT)
		over()
	}
}

// halted reports whether it is paused.
func (p *process) halted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.paused
}

func (p *process) halt(halted bool, signal syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused = halted
	_ = p.command.Process.Signal(signal)
}
