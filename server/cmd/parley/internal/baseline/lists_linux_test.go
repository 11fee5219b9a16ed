package baseline

import (
	"bytes"
	"fmt"
	"strconv"
)

// lists is how clients speak to a bare Redis: a message is pushed to its reader's list. The reader waits for one, which Redis moves to a second list of his in
// the same step, and removes it from there when he has it. So each client has two connections: one that waits, and one that speaks. Those that wait come first.
type lists struct {
	clients int
	unacked int // messages whose removal was not answered yet
}

func (s *lists) begin(l *private) {
	for client := range s.clients {
		transmit(l.b, l.peers[client].fd, s.await(nil, client))
	}
}

func (s *lists) done() bool { return s.unacked == 0 }

// await has a client wait for the next message.
func (s *lists) await(out []byte, client int) []byte {
	return appendCommand(out, "BLMOVE", fmt.Sprint("inbox:", client), fmt.Sprint("taken:", client), "LEFT", "RIGHT", "0")
}

func (s *lists) say(l *private, client int, text []byte) {
	transmit(l.b, l.peers[s.clients+client].fd, appendCommand(nil, "RPUSH", fmt.Sprint("inbox:", client^1), string(text)))
}

func (s *lists) take(l *private, p *peer, in []byte) {
	p.whole(in, func(in []byte) int {
		kind, value, used := parseReply(in)
		switch {
		case used == 0:
			return 0
		case kind == ':' && p.number >= s.clients: // the length of the list: it was pushed
			l.answer(p.number - s.clients)
		case kind == ':' && string(value) == "1": // so many were removed
			s.unacked--
		case kind == '$':
			s.unacked++
			out := appendCommand(nil, "LREM", fmt.Sprint("taken:", p.number), "1", string(value))
			transmit(l.b, p.fd, s.await(out, p.number))
			l.hear(p.number, value)
		default:
			l.b.Fatalf("%s is told %q", name(p.number%s.clients), in[:used])
		}
		return used
	})
}

// appendCommand appends a command as Redis reads it.
func appendCommand(out []byte, words ...string) []byte {
	out = fmt.Appendf(out, "*%d\r\n", len(words))
	for _, w := range words {
		out = append(strconv.AppendInt(append(out, '$'), int64(len(w)), 10), "\r\n"...)
		out = append(append(out, w...), "\r\n"...)
	}
	return out
}

// parseReply takes the first reply apart, if it is whole: a number, a status, an error or a string.
func parseReply(in []byte) (kind byte, value []byte, used int) {
	end := bytes.IndexByte(in, '\n')
	if end < 0 {
		return 0, nil, 0
	}
	kind, value, used = in[0], bytes.TrimSuffix(in[1:end], []byte("\r")), end+1
	if kind != '$' {
		return kind, value, used
	}
	size, err := strconv.Atoi(string(value))
	if err != nil || size < 0 {
		return '-', value, used
	}
	if len(in) < used+size+len("\r\n") {
		return 0, nil, 0
	}
	return kind, in[used : used+size], used + size + len("\r\n")
}
