package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// This file is a bot that misses nothing and repeats nothing, by the rule of the manual: it saves the number of each message together with what it
// has made of it. After a login it asks for what came behind the last number, and takes no notice of live messages until it has all of that.

// asBot makes the test binary a bot, which finds here what a catcher must know.
const asBot = "PARLEY_TEST_AS_BOT"

// catcher is the bot.
type catcher struct {
	Address, Name, Secret, File string

	file  *os.File
	saved int64 // the number of the last message in the file
	over  bool  // that message was the last of all

	conn  net.Conn
	in    *bufio.Reader
	queue []botLine // lines that were read while it waited for an answer
}

// theEnd is the text of the last message of all.
const theEnd = "that is all"

// note is what the bot saves of a message: a line of its file.
type note struct {
	Number                   int64
	What, From, Thread, Text string
}

// botLine is a line of the server.
type botLine struct {
	Type, Command, Event, Row, Code       string
	From, To, Thread, Room, Text, Tag     string
	Number, More, Waiting, Count, Expired int64
	Sent                                  int
	Stored, Away                          bool
}

// note returns what is saved of a message or an invitation; ok is false for another line.
func (o *botLine) note() (n note, ok bool) {
	n = note{o.Number, o.Event + o.Row, o.From, o.Thread, o.Text}
	if n.What == "invite" {
		n.Thread = o.Room
	}
	return n, n.What == "all" || n.What == "say" || n.What == "msg" || n.What == "invite"
}

// runBot is the program that the test binary is then.
func runBot(config string) {
	var c catcher
	err := json.Unmarshal([]byte(config), &c)
	if err == nil {
		err = c.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// errWrong is what must not happen to the bot. Everything else is a broken connection.
var errWrong = errors.New("the bot was answered wrongly")

// run catches up and listens, on as many connections as that takes, until all was said.
func (c *catcher) run() error {
	if err := c.open(); err != nil {
		return err
	}
	defer c.file.Close()
	for !c.over {
		if err := c.connect(); errors.Is(err, errWrong) || errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return nil
}

// open opens the file and finds the last message in it. A line that was being written when the bot was killed is no line.
func (c *catcher) open() (err error) {
	if c.file, err = os.OpenFile(c.File, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return err
	}
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	notes, err := readNotes(text[:whole])
	for i := range notes {
		c.saved, c.over = notes[i].Number, notes[i].Text == theEnd
	}
	return errors.Join(err, c.file.Truncate(int64(whole)))
}

func readNotes(text []byte) (list []note, err error) {
	for line := range bytes.Lines(text) {
		var n note
		if err := json.Unmarshal(line, &n); err != nil {
			return nil, fmt.Errorf("%w in %q", err, line)
		}
		list = append(list, n)
	}
	return list, nil
}

// connect is one connection, until it breaks or all was said.
func (c *catcher) connect() error {
	if err := c.logIn(); err != nil {
		return err
	}
	defer c.conn.Close()
	if err := c.catchUp(); err != nil {
		return err
	}
	for !c.over {
		o, err := c.next()
		if err == nil {
			err = c.hear(&o)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// logIn opens a connection and logs in.
func (c *catcher) logIn() (err error) {
	c.conn, err = net.Dial("tcp", c.Address)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w: %w", errWrong, err) // what cuts the connections is always there, or the test is over
	case err != nil:
		return err // it was cut already
	}
	c.in, c.queue = bufio.NewReader(c.conn), nil
	if err = c.send("/format json\n"); err == nil {
		_, _, err = c.ask(map[string]any{"do": "login", "name": c.Name, "password": c.Secret})
	}
	if err != nil {
		c.conn.Close()
	}
	return err
}

// catchUp asks for what came since the last message that was saved. The pages are short, for the sake of the cuts between them.
func (c *catcher) catchUp() error {
	for from := c.saved; ; {
		rows, done, err := c.ask(map[string]any{"do": "since", "number": from, "count": 4})
		if err != nil {
			return err
		}
		c.queue = nil // what was heard before the page is in it, or in a later one
		for i := range rows {
			if err := c.hear(&rows[i]); err != nil {
				return err
			}
		}
		if from = done.More; from == 0 || c.over {
			return nil
		}
	}
}

// hear saves a message that is new, and answers it first if it is a question.
func (c *catcher) hear(o *botLine) error {
	n, ok := o.note()
	if !ok || n.Number <= c.saved || c.over {
		return nil
	}
	if strings.HasSuffix(n.Text, " "+c.Name+"?") {
		if err := c.reply(&n); err != nil {
			return err
		}
	}
	return c.save(&n)
}

// reply answers a question, under a key: should the bot be cut off before it has saved that, it does so again.
func (c *catcher) reply(n *note) error {
	text := "re " + strings.TrimSuffix(n.Text, "?")
	_, done, err := c.ask(map[string]any{"do": "msg", "to": n.Thread, "text": text, "once": fmt.Sprint("re-", n.Number)})
	if err != nil {
		return err
	}
	own := botLine{Event: "msg", From: c.Name, Thread: n.Thread, Number: done.Number, Text: text}
	switch {
	case n.Thread == "#lobby":
		own.Event = "all"
	case n.Thread[0] == '#':
		own.Event = "say"
	}
	c.queue = append(c.queue, own) // its place is behind what was heard before the answer
	return nil
}

// save writes the message into the file: from here on it is dealt with.
func (c *catcher) save(n *note) error {
	line, err := json.Marshal(n)
	if err == nil {
		_, err = c.file.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errWrong, err)
	}
	c.saved, c.over = n.Number, n.Text == theEnd
	return nil
}

// ask sends a request and reads its answer. What is heard before it goes into the queue.
func (c *catcher) ask(request map[string]any) (rows []botLine, done botLine, err error) {
	request["tag"] = "t"
	line, err := json.Marshal(request)
	if err == nil {
		err = c.send(string(line) + "\n")
	}
	for err == nil {
		var o botLine
		switch o, err = c.read(); {
		case err != nil:
		case o.Tag == "":
			c.queue = append(c.queue, o)
		case o.Type == "row":
			rows = append(rows, o)
		case o.Type == "done":
			return rows, o, nil
		default:
			err = fmt.Errorf("%w: %s is answered %+v", errWrong, line, o)
		}
	}
	return nil, botLine{}, err
}

func (c *catcher) send(text string) error {
	_, err := c.conn.Write([]byte(text))
	return err
}

// next returns the next line that was not dealt with.
func (c *catcher) next() (o botLine, err error) {
	if len(c.queue) == 0 {
		return c.read()
	}
	o, c.queue = c.queue[0], c.queue[1:]
	return o, nil
}

// read reads the next object. The greeting is none.
func (c *catcher) read() (o botLine, err error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(soon))
	for {
		line, err := c.in.ReadBytes('\n')
		if err != nil {
			return o, err
		}
		if line[0] != '{' {
			continue
		}
		if err := json.Unmarshal(line, &o); err != nil {
			return o, fmt.Errorf("%w: %w in %q", errWrong, err, line)
		}
		return o, nil
	}
}

// TestCatcherStartsFromItsFile: the bot that is killed while it writes a line has not saved it.
func TestCatcherStartsFromItsFile(t *testing.T) {
	file := t.TempDir() + "/saved"
	write(t, file, `{"Number":7,"What":"all","Text":"hi"}`+"\n"+`{"Number":9,"What":"al`)
	c := catcher{File: file}
	if err := c.open(); err != nil || c.saved != 7 || c.over {
		t.Fatalf("it begins at %d: %v", c.saved, err)
	}
	defer c.file.Close()
	if err := c.save(&note{Number: 9, What: "all", Text: theEnd}); err != nil || !c.over {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(file)
	if notes, err := readNotes(text); err != nil || len(notes) != 2 || notes[1].Number != 9 {
		t.Errorf("the file has %s: %v", text, err)
	}
}
