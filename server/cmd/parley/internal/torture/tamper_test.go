package torture

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
)

// tamper stands between clients and a real server and changes the lines on their way, so that the clients have a server that breaks the contract.
type tamper struct {
	// request is what the server is sent for a line of a client, and answer what the client is sent for a line of the server. Nil functions pass
	// all on. They are called under the lock.
	request, answer func(w *wire, l wireLine) []string

	mu     sync.Mutex
	off    bool                // pass everything on
	broken []string            // texts, accounts or commands that the tampering concerns
	kept   map[string][]string // for the tampering
	count  int                 // for the tampering
}

// wire is one connection through a tamper.
type wire struct {
	client   net.Conn
	node     int                 // by which way it came
	account  string              // of whoever has tried to log in last
	loggedIn bool                // the client has been sent the answer
	requests map[string]wireLine // by tag
	count    int                 // for the tampering
	held     []string            // for the tampering, of the server's lines
	behind   []string            // for the tampering, of the client's lines; they are passed on at the end of its input
}

// wireLine is a line taken apart at its blanks.
type wireLine struct {
	line  string
	tag   string   // with its sign, or empty
	words []string // behind the tag
	text  string   // of an answer or event: behind the first ": "
}

func cutLine(line string) wireLine {
	l := wireLine{line: line}
	head, text, _ := strings.Cut(line, ": ")
	l.text, l.words = text, strings.Fields(head)
	if len(l.words) > 0 && strings.HasPrefix(l.words[0], "#") {
		l.tag, l.words = l.words[0], l.words[1:]
	}
	return l
}

// is reports whether a line begins with these words behind its tag.
func (l wireLine) is(words ...string) bool {
	return len(l.words) >= len(words) && strings.Join(l.words[:len(words)], " ") == strings.Join(words, " ")
}

// breaks notes what the tampering concerns.
func (t *tamper) breaks(what string) { t.broken = append(t.broken, what) }

// done is how much was broken.
func (t *tamper) done() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.broken)
}

// serve passes connections from a listener on to the server, as those of a node.
func (t *tamper) serve(l net.Listener, node int, server string) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", server)
		if err != nil {
			client.Close()
			continue
		}
		w := &wire{client: client, node: node, requests: map[string]wireLine{}}
		go t.pass(w, far, client, t.toServer)
		go t.pass(w, client, far, t.toClient)
	}
}

func (t *tamper) pass(w *wire, to, from net.Conn, change func(*wire, wireLine) []string) {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.mu.Lock()
			if to != w.client {
				for _, line := range w.behind {
					fmt.Fprintf(to, "%s\r\n", line)
				}
			}
			t.mu.Unlock()
			to.(*net.TCPConn).CloseWrite()
			return
		}
		t.mu.Lock()
		out := change(w, cutLine(strings.TrimRight(line, "\r\n")))
		for _, line := range out {
			fmt.Fprintf(to, "%s\r\n", line)
		}
		t.mu.Unlock()
	}
}

func (t *tamper) toServer(w *wire, l wireLine) []string {
	w.requests[l.tag] = l
	if l.is("/login") || l.is("/register") {
		w.account = l.words[1]
	}
	if t.request == nil || t.off {
		return []string{l.line}
	}
	return t.request(w, l)
}

func (t *tamper) toClient(w *wire, l wireLine) []string {
	out := []string{l.line}
	if t.answer != nil && !t.off {
		out = t.answer(w, l)
	}
	w.loggedIn = w.loggedIn || l.is("+", "login")
	return out
}

// reply sends something to the client in the server's place.
func (w *wire) reply(format string, args ...any) { fmt.Fprintf(w.client, format+"\r\n", args...) }
