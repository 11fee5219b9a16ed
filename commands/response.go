package commands

import (
	"sync"
	"time"

	"go.uber.org/zap"

	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

// pageSize is how much of a long answer is handed over at once, in bytes.
const pageSize = 16 << 10

// Response is the answer to one request, as a command makes it. It is for whoever runs the command, and not kept.
type Response struct {
	chat    *Chat
	session *Session
	format  protocol.Format
	command *Command
	request *protocol.Request
	tag     []byte
	begun   time.Time // when the request came

	out         []byte
	fields      []protocol.Field // memory for a line's
	line        protocol.Line
	outstanding bool           // answers to earlier requests have still to come
	ended       bool           // the last line of the answer is in out
	asked       bool           // the store is asked: the answer comes from the committer
	reformatted bool           // the session is written to in the format of the answer from now on
	closing     *protocol.Line // unless nil, the connection ends with it after the answer
	entered     *entry
	again       *protocol.Request // not answered: the command runs once more
	then        func()            // run on the loop just before the answer is shown; of Kept
	had         func()            // called on the loop when the answer has reached the client; of a command that is Slow
	gone        bool              // it has ended while a page was waiting
}

var responses = sync.Pool{New: func() any { return new(Response) }}

// Arg returns a parameter of the request, nil where it was not given.
func (r *Response) Arg(name string) []byte { return r.request.Arg(name) }

// Row adds a row to the answer.
func (r *Response) Row(word string, text []byte, fields ...protocol.Field) {
	r.append(protocol.Row, word, text, fields)
	r.page()
}

// Explain adds a row whose text is a sentence of the server.
func (r *Response) Explain(word string, sentence language.Sentence, fields ...protocol.Field) {
	r.tell(protocol.Row, word, sentence, fields)
	r.page()
}

// MessageRow adds a row that shows a message.
func (r *Response) MessageRow(e *protocol.Event) {
	r.out = r.format.AppendMessageRow(r.out, r.tag, e)
	r.page()
}

// page hands over a part of a long answer, and waits while the connection has much left to send. On the loop it does nothing.
func (r *Response) page() {
	if len(r.out) >= pageSize && r.command.Slow && !r.gone {
		r.gone = !r.session.Connection.Page(r.out)
		r.out = r.out[:0]
	}
}

// Done ends the answer.
func (r *Response) Done(text []byte, fields ...protocol.Field) {
	r.append(protocol.Done, r.command.Name, text, fields)
	r.ended = true
}

// DoneSaying ends the answer with a sentence of the server.
func (r *Response) DoneSaying(sentence language.Sentence, fields ...protocol.Field) {
	r.tell(protocol.Done, r.command.Name, sentence, fields)
	r.ended = true
}

func (r *Response) append(t protocol.Type, word string, text []byte, fields []protocol.Field) {
	r.fields = append(r.fields[:0], fields...) // so that the caller's slice stays on the stack
	r.line = protocol.Line{Type: t, Tag: r.tag, Word: word, Fields: r.fields, Text: text}
	r.out = r.format.AppendLine(r.out, &r.line)
}

func (r *Response) tell(t protocol.Type, word string, sentence language.Sentence, fields []protocol.Field) {
	r.fields = append(r.fields[:0], fields...)
	r.line = protocol.Line{Type: t, Tag: r.tag, Word: word, Fields: r.fields, Sentence: sentence}
	r.out = r.format.AppendLine(r.out, &r.line)
}

// Turn has the command's Kept make the answer when all that was asked for before has been answered. The store keeps nothing.
// What is for Kept.
func (r *Response) Turn(what []byte) {
	r.asked = true
	r.chat.committer.turn(r.session, r.command, r.tag, what, nil)
}

// Ask has the store keep something. Then the command's Kept makes the answer. To is for Kept: the recipient's name as the client has written it.
func (r *Response) Ask(a storage.Ask, to []byte) {
	r.asked = true
	r.chat.committer.ask(r.session, r.command, r.tag, &a, to)
}

// run runs the command, and makes sure that its answer has exactly one end.
func (r *Response) run() {
	err := r.command.Run(r)
	switch {
	case err != nil:
		r.note(err)
		if r.outstanding { // its answer must come after theirs
			r.asked = true
			r.chat.committer.turn(r.session, r.command, r.tag, nil, err)
			return
		}
		r.fail(err)
	case !r.ended && !r.asked:
		r.Done(nil)
	}
}

// fail ends the answer with a failure.
func (r *Response) fail(err error) {
	told := r.chat.refuse(err)
	if !r.command.Pipelined { // otherwise the loop may be working on the session's next request
		r.session.failure = told
	}
	r.out = r.format.AppendFailure(r.out, r.tag, r.command.Name, told)
	r.ended = true
}

// note logs a failure that the operator should know of.
func (r *Response) note(err error) {
	s, command := r.session, zap.String("command", r.command.Name)
	switch tell(err).Code {
	case protocol.Internal:
		r.chat.log.Error("a command failed", command, zap.Error(err))
	case protocol.RateLimited, protocol.Busy:
		if r.command.Pipelined && s.limited {
			return // one line for each session is enough to find who floods
		}
		if r.command.Pipelined {
			s.limited = true
		}
		// The committer may refuse what the session has asked for while its connection ends on the loop.
		r.chat.limitLog.Info("a limit was hit", command, zap.String("account", r.chat.presence.nameOf(s)), zap.Stringer("from", s.Remote))
	}
}

// work runs a slow command on its own goroutine.
func (r *Response) work() {
	r.run()
	if r.asked {
		r.chat.Commit() // the committer answers
		return
	}
	var d Delivery
	d.add(finish, r.session, r.out).call = r.had
	if r.closing != nil {
		d.End(r.session, r.session.account.id, r.closing)
	}
	r.chat.committer.fanout.shards[r.session.Shard].Deliver(&d)
}
