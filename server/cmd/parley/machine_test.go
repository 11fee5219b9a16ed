package main

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// machine is where the operators' page is followed: its commands are run, its files are used, with other ports and directories. What they have
// systemd start, the test starts.
type machine struct {
	t     *testing.T
	page  string
	home  string
	there []string          // pairs: what the page says, and what there is
	ports map[string]string // of the nodes: on the page -> here
	front string            // where HAProxy listens

	redis   func() // restarts it
	nodes   map[string]*killable
	haproxy *exec.Cmd
	calls   chan string // of systemctl
}

// theSecret is what the page calls SECRET.
const theSecret = "00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee"

// startMachine prepares it. Redis is called when systemd is to restart that.
func startMachine(t *testing.T, redis func()) *machine {
	t.Helper()
	need(t, "haproxy", "openssl", "redis-cli")
	page, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{
		t: t, page: string(page), home: homeWith(t, nil), redis: redis, front: freeAddress(t),
		ports: map[string]string{}, nodes: map[string]*killable{}, calls: make(chan string),
	}
	for _, dir := range []string{"etc", "usr"} {
		if err := os.Mkdir(filepath.Join(m.home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	m.means("SECRET", theSecret, "bind :8888", "bind "+m.front, "/etc/", m.home+"/etc/", "/usr/local/bin/parley", m.home+"/usr/parley", "--drain-time 10s", "--drain-time 1s")
	for _, port := range []string{"8881", "8882", "8883"} {
		_, m.ports[port], _ = net.SplitHostPort(freeAddress(t))
		m.means(port, m.ports[port])
	}
	// systemctl tells the test what it is to do, and waits until that is done.
	write(t, filepath.Join(m.home, "bin", "systemctl"), `#!/bin/sh
echo "$*" >"$HOME/call"
read -r answer <"$HOME/answer"
`)
	write(t, filepath.Join(m.home, "bin", "apt-get"), "#!/bin/sh\n") // .ci/install has done it
	for _, pipe := range []string{"call", "answer"} {
		if out, err := exec.Command("mkfifo", filepath.Join(m.home, pipe)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	calls, err := os.OpenFile(filepath.Join(m.home, "call"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		calls.Close()
		if m.haproxy != nil {
			_ = m.haproxy.Process.Kill()
			_ = m.haproxy.Wait()
		}
	})
	go func() {
		for in := bufio.NewScanner(calls); in.Scan(); {
			m.calls <- in.Text()
		}
	}()
	return m
}

// means says what stands for words of the page. What was said first counts.
func (m *machine) means(pairs ...string) { m.there = append(m.there, pairs...) }

// here is a text of the page as it has to be here.
func (m *machine) here(text string) string { return strings.NewReplacer(m.there...).Replace(text) }

// freeAddress is one of loopback where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// section is what stands under a heading of the page, without the files.
func (m *machine) section(heading string) string {
	m.t.Helper()
	_, text, found := strings.Cut(m.page, "\n### "+heading+"\n")
	if !found {
		m.t.Fatalf("the page has no %q", heading)
	}
	end := regexp.MustCompile(`(?m)^###? `).FindStringIndex(text)
	return regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(text[:end[0]], "")
}

// file is an example of the page that stands for a file of that name.
func (m *machine) file(kind, name string) string {
	m.t.Helper()
	_, text, found := strings.Cut(m.page, "\n```"+kind+" "+name+"\n")
	text, _, ended := strings.Cut(text, "\n```\n")
	if !found || !ended {
		m.t.Fatalf("the page has no %s", name)
	}
	return m.here(text) + "\n"
}

// blocks are the commands that stand under a heading.
func (m *machine) blocks(heading string) []string {
	m.t.Helper()
	blocks := regexp.MustCompile(`(?m)(?:^    \S.*\n)+`).FindAllString(m.section(heading), -1)
	if len(blocks) == 0 {
		m.t.Fatalf("there are no commands under %q", heading)
	}
	for i := range blocks {
		blocks[i] = m.here(blocks[i])
	}
	return blocks
}

// does runs the commands that stand under a heading, and returns what the last of them print.
func (m *machine) does(heading string) (printed string) {
	m.t.Helper()
	for _, block := range m.blocks(heading) {
		printed = m.shell(block)
	}
	return printed
}

// shell runs commands, and meanwhile does what they ask systemd for.
func (m *machine) shell(script string) (printed string) {
	m.t.Helper()
	command := exec.Command("sh", "-e", "-c", script)
	command.Dir, command.Env = m.home, readerEnv(m.home)
	type result struct {
		out []byte
		err error
	}
	ended := make(chan result, 1)
	go func() {
		out, err := command.CombinedOutput()
		ended <- result{out, err}
	}()
	for {
		select {
		case call := <-m.calls:
			m.systemctl(strings.Fields(call))
			if err := os.WriteFile(filepath.Join(m.home, "answer"), []byte("done\n"), 0); err != nil {
				m.t.Fatal(err)
			}
		case r := <-ended:
			if r.err != nil {
				m.t.Fatalf("%s: %v\n%s", script, r.err, r.out)
			}
			return string(r.out)
		}
	}
}

func (m *machine) systemctl(call []string) {
	m.t.Helper()
	for _, unit := range call[1:] {
		port, isNode := strings.CutPrefix(unit, "parley@")
		switch {
		case call[0] == "restart" && strings.HasPrefix(unit, "redis-"):
			m.redis()
		case call[0] == "reload" && unit == "haproxy":
			m.startHAProxy()
		case call[0] == "enable" && isNode:
			m.startNode(port)
		case call[0] == "restart" && isNode:
			if m.nodes[port] != nil {
				m.nodes[port].terminates()
			}
			m.startNode(port)
		case unit == "--now":
		default:
			m.t.Fatalf("nothing stands for systemctl %q", call)
		}
	}
}

// startNode does with the unit of the page what systemd does.
func (m *machine) startNode(port string) {
	m.t.Helper()
	unit := m.file("ini", "parley@.service")
	host, err := os.Hostname()
	if err != nil {
		m.t.Fatal(err)
	}
	run := strings.NewReplacer("%i", port, "%H", host).Replace(regexp.MustCompile(`(?m)^ExecStart=\S+ (.*)$`).FindStringSubmatch(unit)[1])
	settings, err := os.ReadFile(regexp.MustCompile(`(?m)^EnvironmentFile=(.*)$`).FindStringSubmatch(unit)[1])
	if err != nil {
		m.t.Fatal(err)
	}
	k := m.nodes[port]
	if k == nil {
		k = &killable{t: m.t}
		m.nodes[port] = k
		m.t.Cleanup(k.kill)
	}
	k.unit = strings.Fields(run)
	k.env = append(strings.Fields(string(settings)), "PARLEY_MESSAGE_RATE=unlimited", "PARLEY_STORE_TIMEOUT="+soon.String())
	k.start()
}

// startHAProxy starts it with the configuration of the page, behind a section global of our own.
func (m *machine) startHAProxy() {
	m.t.Helper()
	m.haproxy = exec.Command("haproxy", "-db", "-f", m.configured())
	m.haproxy.Env = readerEnv(m.home)
	if err := m.haproxy.Start(); err != nil {
		m.t.Fatal(err)
	}
	if !comesTrue(func() bool {
		c, err := net.Dial("tcp", m.front)
		if err != nil {
			return false
		}
		defer c.Close()
		_ = c.SetReadDeadline(time.Now().Add(soon))
		hello, _ := bufio.NewReader(c).ReadString(' ')
		return hello == "* "
	}) {
		m.t.Fatal("nobody answers behind HAProxy")
	}
}

// configured writes the configuration of HAProxy, and returns its file.
func (m *machine) configured() string {
	m.t.Helper()
	file := filepath.Join(m.home, "etc", "haproxy", "haproxy.cfg")
	write(m.t, file, "global\n    maxconn 1000\n\n"+m.file("haproxy", "haproxy.cfg"))
	return file
}

// options are the lines of a configuration of Redis, as its command line wants them.
func options(file string) (args []string) {
	for line := range strings.Lines(file) {
		words := strings.Fields(line)
		args = append(append(args, "--"+words[0]), words[1:]...)
	}
	return args
}
