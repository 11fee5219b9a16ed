package torture

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// host runs the server that is tortured. Start, kill and stop are for one goroutine.
type host interface {
	// start returns when the server answers.
	start(ctx context.Context) error
	// kill ends it at once; what it was doing is left as it is.
	kill()
	// stop ends it in order.
	stop()
	// run counts its starts. A connection that was made and used while the number stayed the same belongs to that run.
	run() int
}

// process is a parley in a process of its own.
type process struct {
	binary  string
	dir     string // for its log
	store   string
	network *network
	ledger  *ledger

	mu      sync.Mutex
	runs    int
	wanted  bool // it is not being ended by us
	command *exec.Cmd
	exited  chan struct{} // closed when command has ended
}

func (p *process) run() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.runs
}

func (p *process) logFile() string { return filepath.Join(p.dir, "parley.log") }

// start tries again while the store is away.
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
				return nil
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				p.end(syscall.SIGKILL)
				return fmt.Errorf("the server does not come up; see %s", p.logFile())
			}
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("the server does not come up; see %s", p.logFile())
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
	command := child(p.binary, "serve", "--listen", p.network.listen(), "--store", p.store, "--log-level", "warn",
		"--message-rate", "unlimited", "--trust", "10.99.0.0/16")
	command.Stdout, command.Stderr = log, log
	command.Env = append(os.Environ(), "TMPDIR="+p.dir) // what a killed server leaves behind goes with the rest
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := within(p.network.home, command.Start); err != nil {
		return err
	}
	p.command, p.exited = command, make(chan struct{})
	p.runs++
	go p.watch(command, p.exited)
	return nil
}

// watch notes when the server ends without being told to.
func (p *process) watch(command *exec.Cmd, exited chan struct{}) {
	err := command.Wait()
	p.mu.Lock()
	unwanted := p.wanted && p.command == command
	p.mu.Unlock()
	if unwanted {
		p.ledger.note(Breach{Crashed, fmt.Sprintf("the server ended by itself (%v); see %s", err, p.logFile())})
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

func (p *process) answers() bool {
	c, err := p.network.dial(athome, 0)
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	_, err = c.Read(make([]byte, 1))
	return err == nil
}

// athome is no client, and so at home.
const athome = 1 << 20

func (p *process) want(wanted bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wanted = wanted
}

func (p *process) kill() {
	p.ledger.kill(p.run())
	p.end(syscall.SIGKILL)
}

func (p *process) stop() {
	const patience = 20 * time.Second
	late := time.AfterFunc(patience, func() {
		p.ledger.note(Breach{Crashed, fmt.Sprintf("the server did not stop within %s of SIGTERM", patience)})
		_ = p.command.Process.Kill()
	})
	p.end(syscall.SIGTERM)
	late.Stop()
}

func (p *process) end(signal syscall.Signal) {
	p.want(false)
	if err := p.command.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.ledger.note(Breach{Crashed, "the server can't be ended: " + err.Error()})
	}
	<-p.exited
}
