package baseline

import (
	"bytes"
	"fmt"
	"strconv"
)

// jetStream is how clients speak to NATS JetStream. One stream, in a file, keeps the messages for all, and each client has a durable consumer for its own, from
// which a message is delivered again until it is acknowledged. The stream answers each message when it has it.
type jetStream struct {
	clients int
	asked   []byte // the answer to what was asked of the server
	open    int    // connections that are ready
}

func newJetStream(clients int) *jetStream { return &jetStream{clients: clients} }

// A client hears messages at heard.N, is answered at kept.N, and asks the server itself by the first connection.
func (s *jetStream) begin(l *private) {
	for client := range s.clients {
		transmit(l.b, l.peers[client].fd, fmt.Appendf(nil,
			"CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true}\r\nSUB heard.%[1]d 1\r\nSUB kept.%[1]d 2\r\nSUB told.%[1]d 3\r\nPING\r\n", client))
	}
	for s.open < s.clients {
		l.look()
	}
	s.ask(l, "$JS.API.STREAM.CREATE.PAIRS", `{"name":"PAIRS","subjects":["inbox.*"],"storage":"file","retention":"limits"}`)
	for client := range s.clients {
		s.ask(l, fmt.Sprintf("$JS.API.CONSUMER.DURABLE.CREATE.PAIRS.c%d", client), fmt.Sprintf(
			`{"stream_name":"PAIRS","config":{"durable_name":"c%[1]d","deliver_subject":"heard.%[1]d","filter_subject":"inbox.%[1]d","ack_policy":"explicit"}}`, client))
	}
}

// done is true, since an acknowledgement is not answered.
func (s *jetStream) done() bool { return true }

// ask asks the server itself, and returns its answer, which is an object.
func (s *jetStream) ask(l *private, what, request string) []byte {
	s.asked = nil
	transmit(l.b, l.peers[0].fd, appendPublish(nil, what, "told.0", []byte(request)))
	for s.asked == nil {
		l.look()
	}
	if bytes.Contains(s.asked, []byte(`"error"`)) {
		l.b.Fatalf("%s: %s", what, s.asked)
	}
	return s.asked
}

func (s *jetStream) say(l *private, client int, text []byte) {
	transmit(l.b, l.peers[client].fd, appendPublish(nil, fmt.Sprint("inbox.", client^1), fmt.Sprint("kept.", client), text))
}

func (s *jetStream) take(l *private, p *peer, in []byte) {
	p.whole(in, func(in []byte) int {
		end := bytes.IndexByte(in, '\n') + 1
		words := bytes.Fields(in[:end])
		if end == 0 || len(words) == 0 {
			return end
		}
		switch string(words[0]) {
		case "INFO", "+OK":
		case "PING":
			transmit(l.b, p.fd, []byte("PONG\r\n"))
		case "PONG":
			s.open++
		case "MSG": // subject, number of the subscription, where an answer is to go if one is wanted, size
			size, err := strconv.Atoi(string(words[len(words)-1]))
			if err != nil {
				l.b.Fatalf("%q", in[:end])
			}
			if len(in) < end+size+len("\r\n") {
				return 0
			}
			s.message(l, p, words, in[end:end+size])
			return end + size + len("\r\n")
		default:
			l.b.Fatalf("%s is told %q", name(p.number), in[:end])
		}
		return end
	})
}

// message takes one that a client was sent.
func (s *jetStream) message(l *private, p *peer, words [][]byte, payload []byte) {
	switch {
	case bytes.HasPrefix(words[1], []byte("told.")):
		s.asked = bytes.Clone(payload)
	case bytes.HasPrefix(words[1], []byte("kept.")):
		if !bytes.Contains(payload, []byte(`"seq"`)) {
			l.b.Fatalf("%s is answered %s", name(p.number), payload)
		}
		l.answer(p.number)
	case len(words) == 5:
		transmit(l.b, p.fd, appendPublish(nil, string(words[3]), "", []byte("+ACK")))
		l.hear(p.number, payload)
	default:
		l.b.Fatalf("%s is told %q", name(p.number), words)
	}
}

// appendPublish appends what has a payload published; an answer goes to reply, if it is not empty.
func appendPublish(out []byte, subject, reply string, payload []byte) []byte {
	out = fmt.Appendf(out, "PUB %s %s %d\r\n", subject, reply, len(payload))
	return append(append(out, payload...), "\r\n"...)
}
