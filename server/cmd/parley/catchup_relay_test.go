package main

import (
	"bufio"
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
)

// lineCutter stands between one bot and the server. It cuts each connection at a random byte, or kills the bot.
type lineCutter struct {
	run      *catchUpRun
	bot      *catcher
	listener net.Listener
	kills    bool // the bot is a process, which is killed as often as its connection is cut

	mu      sync.Mutex
	random  *rand.Rand
	process *exec.Cmd
}

// cut is where a connection is cut: behind so many lines of the server, and so many bytes of the next one; or behind so many lines of the bot.
type cut struct {
	lines, bytes        int
	ofBotLines, ofBytes int
	reset               bool // what is on its way is lost
	kill                bool
}

// mostLines is how many lines of the server a bot reads on one connection at most, until the cuts are over.
const mostLines = 24

// next draws a cut. Many are among the first lines: the greeting, the answers to /format and /login, waiting messages, the first pages.
func (c *lineCutter) next() cut {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.random
	next := cut{lines: r.IntN(mostLines), bytes: r.IntN(150), ofBotLines: r.IntN(6), ofBytes: r.IntN(60), reset: r.IntN(2) == 0}
	if r.IntN(4) > 0 {
		next.ofBotLines = mostLines // the cut is on the way to the bot
	}
	next.kill = c.kills && r.IntN(2) == 0
	return next
}

func newLineCutter(t *testing.T, run *catchUpRun, name string, seed uint64, kills bool) *lineCutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c := &lineCutter{run: run, listener: l, kills: kills, random: rand.New(rand.NewPCG(seed, uint64(len(name))))}
	return c
}

func (c *lineCutter) serve() {
	for {
		bot, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := c.run.dial()
		if err != nil {
			bot.Close()
			continue
		}
		go c.pass(bot.(*net.TCPConn), server.(*net.TCPConn))
	}
}

// pass passes both directions on until the cut, or until one side ends.
func (c *lineCutter) pass(bot, server *net.TCPConn) {
	at := c.next()
	if c.run.isOver() {
		at = cut{lines: -1, ofBotLines: -1}
	}
	var once sync.Once
	var reached atomic.Int32
	end := func(cutNow bool) {
		once.Do(func() {
			if cutNow {
				c.run.wasCut(stage(reached.Load()), at.kill)
			}
			if cutNow && at.kill {
				c.kill()
			}
			if cutNow && at.reset {
				_, _ = bot.SetLinger(0), server.SetLinger(0)
			}
			bot.Close()
			server.Close()
		})
	}
	go func() { end(copyLines(server, bot, at.ofBotLines, at.ofBytes, nil)) }()
	end(copyLines(bot, server, at.lines, at.bytes, func(line []byte) {
		now := stage(reached.Load()).after(line)
		reached.Store(int32(now))
		if now == live { // so that it comes to the cut
			c.run.want(c.bot.Name)
		}
	}))
}

// stage is how far a bot has come on a connection.
type stage int32

const (
	loggingIn stage = iota
	waiting         // the login is answered; what has waited comes, which the bot leaves to /since
	paging          // a page has begun
	live            // it has all that came before, and hears the rest
	stages
)

// after returns the stage after a line of the server.
func (s stage) after(line []byte) stage {
	done, _ := bytes.CutPrefix(line, []byte(`{"type":"done","command":`))
	switch {
	case s == loggingIn && bytes.HasPrefix(done, []byte(`"login"`)):
		return waiting
	case s < live && bytes.HasPrefix(done, []byte(`"since"`)) && !bytes.Contains(line, []byte(`"more":`)):
		return live
	case s == waiting && (bytes.HasPrefix(done, []byte(`"since"`)) || bytes.HasPrefix(line, []byte(`{"type":"row"`))):
		return paging
	}
	return s
}

// copyLines copies so many lines, and so many bytes of the next one; below 0 everything. It reports whether that is why it has ended.
func copyLines(to io.Writer, from io.Reader, lines, bytes int, passed func(line []byte)) bool {
	in := bufio.NewReader(from)
	for n := 0; ; n++ {
		line, err := in.ReadBytes('\n')
		if err == nil && n == lines {
			_, _ = to.Write(line[:min(bytes, len(line)-1)])
			return true
		}
		if err == nil {
			_, err = to.Write(line)
		}
		if err != nil {
			return false
		}
		if passed != nil {
			passed(line)
		}
	}
}

// kill is kill -9 of the bot.
func (c *lineCutter) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process != nil {
		_ = c.process.Process.Kill()
	}
}
