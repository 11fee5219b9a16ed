package baseline

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parley/internal/testca"
	"parley/server"
)

// servesTLS makes the test binary a server for TLS, until it is killed: the bare one, or parley on a store. The next two are the files of its
// certificate.
const (
	servesTLS = "PARLEY_BASELINE_SERVES_TLS"
	certTLS   = "PARLEY_BASELINE_CERT"
	keyTLS    = "PARLEY_BASELINE_KEY"
	bare      = "bare"
)

// serveTLS is the program that the test binary is then. It prints its address, and for each line that it reads how many bytes it has in use.
func serveTLS(url string) {
	runtime.GOMAXPROCS(2*runtime.NumCPU() + 1)
	debug.SetGCPercent(200)
	files := server.TLS{Listen: []string{"127.0.0.1:0"}, Cert: os.Getenv(certTLS), Key: os.Getenv(keyTLS)}
	address, err := net.Addr(nil), error(nil)
	if url == bare {
		address, err = startBareTLS(files)
	} else {
		var s *server.Server
		if _, s, err = openParleyTLS(url, files); err == nil {
			address = s.TLSAddrs()[0]
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(address)
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
		fmt.Println(inUse())
	}
	os.Exit(0)
}

// inUse is how many bytes the heap and the stacks take when all garbage has been collected.
func inUse() uint64 {
	runtime.GC()
	runtime.GC() // what the pools held is garbage only now
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// bareTLS is the least that a server written with crypto/tls can do: what it reads from anybody it writes to everybody.
type bareTLS struct {
	mu      sync.Mutex
	members []*tls.Conn
}

func startBareTLS(files server.TLS) (net.Addr, error) {
	cert, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		return nil, err
	}
	l, err := tls.Listen("tcp", files.Listen[0], &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		return nil, err
	}
	s := &bareTLS{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c.(*tls.Conn))
		}
	}()
	return l.Addr(), nil
}

func (s *bareTLS) serve(c *tls.Conn) {
	if c.Handshake() != nil {
		return
	}
	s.mu.Lock()
	s.members = append(s.members, c)
	_, _ = c.Write([]byte("* hello\r\n"))
	s.mu.Unlock()
	in := make([]byte, 16<<10)
	for {
		n, err := c.Read(in)
		if err != nil {
			return
		}
		s.mu.Lock()
		for _, m := range s.members {
			_, _ = m.Write(in[:n])
		}
		s.mu.Unlock()
	}
}

// tlsServer is such a server in a process of its own.
type tlsServer struct {
	b       *testing.B
	parley  bool
	address string
	pid     int
	ca      *testca.CA
	ask     func() uint64 // how much it has in use
}

func startTLS(b *testing.B, url string) *tlsServer {
	b.Helper()
	s := &tlsServer{b: b, parley: url != bare, ca: testca.New(b)}
	cert, key := s.ca.Issue("baseline.test")
	run := exec.Command(os.Args[0])
	run.Env, run.Stderr = append(os.Environ(), servesTLS+"="+url, certTLS+"="+cert, keyTLS+"="+key), os.Stderr
	out, err := run.StdoutPipe()
	must(b, err)
	in, err := run.StdinPipe()
	must(b, err)
	if err := run.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { // it ends with its input
		must(b, in.Close())
		must(b, run.Wait())
	})
	lines := bufio.NewScanner(out)
	line := func() string {
		if !lines.Scan() {
			b.Fatal("the server has ended")
		}
		return lines.Text()
	}
	s.pid, s.address = run.Process.Pid, line()
	s.ask = func() uint64 {
		_, _ = fmt.Fprintln(in)
		n, err := strconv.ParseUint(line(), 10, 64)
		must(b, err)
		return n
	}
	return s
}

// processorTime is what the server has used so far.
func (s *tlsServer) processorTime() time.Duration {
	clock := int32(^s.pid<<3 | 2) // the clock of another process, as clock_getcpuclockid(3) makes it
	var spent unix.Timespec
	must(s.b, unix.ClockGettime(clock, &spent))
	return time.Duration(spent.Nano())
}

// members connects that many clients, and logs them in where it is parley.
func (s *tlsServer) members(count int) (all []*tls.Conn) {
	s.b.Helper()
	trust := &tls.Config{RootCAs: s.ca.Pool(), ServerName: "127.0.0.1"}
	for i := range count {
		c, err := tls.Dial("tcp", s.address, trust)
		if err != nil {
			s.b.Fatal(err)
		}
		s.b.Cleanup(func() { c.Close() })
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		all = append(all, c)
		want := "* hello"
		if s.parley {
			_, _ = c.Write(register(name(i)))
			want = "+ register"
		}
		for got, buf := "", make([]byte, 4096); !strings.Contains(got, want); {
			n, err := c.Read(buf)
			if err != nil {
				s.b.Fatal(err)
			}
			got += string(buf[:n])
		}
	}
	return all
}

// BenchmarkTLS measures what a delivery to a member costs the server who speaks TLS, beside a server that is written with crypto/tls and does nothing
// else. One member speaks, so many messages at a time.
func BenchmarkTLS(b *testing.B) {
	for _, members := range []int{100, 1000} {
		for _, window := range []int{1, 64} {
			for _, target := range []string{bare, "sqlite"} {
				b.Run(fmt.Sprintf("%s/%dmembers/%dwindow", target, members, window), func(b *testing.B) {
					url := target
					if target != bare {
						url += ":" + filepath.Join(b.TempDir(), "parley.db")
					}
					s := startTLS(b, url)
					s.deliver(s.members(members), window)
				})
			}
		}
	}
}

// deliver has the first member speak, again when everybody has had everything.
func (s *tlsServer) deliver(all []*tls.Conn, window int) {
	b := s.b
	said := appendText(nil, 0, 0)
	sent := append(append([]byte("* all member0: "), said...), "\r\n"...)
	if s.parley {
		sent = append(said, '\n')
	}
	sent = bytes.Repeat(sent, window)
	had := make(chan struct{}, len(all))
	for _, c := range all {
		go func() {
			buf := make([]byte, 16<<10)
			for lines := 0; ; {
				n, err := c.Read(buf)
				if err != nil {
					return
				}
				for lines += bytes.Count(buf[:n], []byte("\n")); lines >= window; lines -= window {
					had <- struct{}{}
				}
			}
		}()
	}
	speak := func() {
		_, err := all[0].Write(sent)
		must(b, err)
		late := time.After(lateAfter * time.Millisecond)
		for range all {
			select {
			case <-had:
			case <-late:
				b.Fatal("something was lost: nothing arrives any more")
			}
		}
	}
	speak()
	deliveries, before := 0, s.processorTime()
	for b.Loop() {
		speak()
		deliveries += window * len(all)
	}
	b.ReportMetric(float64(s.processorTime()-before)/float64(deliveries), "server-ns/delivery")
}

// BenchmarkIdle measures what a client who has come in over TLS and does nothing takes of the server's memory: heap and stacks.
func BenchmarkIdle(b *testing.B) {
	const first, more = 100, 1000
	for b.Loop() {
		s := startTLS(b, "sqlite:"+filepath.Join(b.TempDir(), "parley.db"))
		s.parley = false // nobody logs in
		s.members(first)
		before := s.ask()
		s.members(more)
		b.ReportMetric(float64(s.ask()-before)/more, "B/client")
	}
}
