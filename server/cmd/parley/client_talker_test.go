package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// object is what the server says to a program.
type object struct {
	Type, Event, From, Thread, Text string
	Number, Upto, More              int64
}

// String is what a message is, wherever it is shown.
func (o object) String() string { return fmt.Sprint(o.Number, " ", o.From, " ", o.Text) }

// talker is somebody who speaks JSON and does not give up: what is not answered is said again, on a new connection.
type talker struct {
	t             *testing.T
	name, address string
	token         string
	conn          net.Conn
	in            *bufio.Reader
}

// settle makes accounts that are in #desk, and puts a token of each into a file of a home.
func settle(t *testing.T, address, home string, names ...string) {
	t.Helper()
	for _, name := range names {
		p := dialAs(t, address, name)
		p.says("/join #desk")
		p.hears(`\+ join #desk .*`)
		p.says("/quit")
		p.rest()
		giveToken(t, address, home, name)
	}
}

// newTalker is somebody whose token is in that home.
func newTalker(t *testing.T, home, address, name string) *talker {
	token, err := os.ReadFile(filepath.Join(home, name+".token"))
	if err != nil {
		t.Error(err)
	}
	return &talker{t: t, name: name, address: address, token: strings.TrimSpace(string(token))}
}

// asks returns the rows and the end of an answer. It gives up only when the time is over.
func (p *talker) asks(request map[string]any) (rows []object, end object, err error) {
	comesTrue(func() bool {
		if p.conn == nil {
			err = p.enter()
		}
		if p.conn != nil {
			if rows, end, err = p.ask(request); err != nil {
				p.conn.Close()
				p.conn = nil
			}
		}
		return err == nil
	})
	return rows, end, err
}

// enter logs in.
func (p *talker) enter() (err error) {
	if p.conn, err = net.Dial("tcp", p.address); err != nil {
		return err
	}
	p.in = bufio.NewReader(p.conn)
	_ = p.conn.SetDeadline(time.Now().Add(soon))
	fmt.Fprintln(p.conn, "/format json")
	if _, err = p.in.ReadString('\n'); err == nil {
		if _, _, err = p.answer(); err == nil {
			_, _, err = p.ask(map[string]any{"do": "login", "name": p.name, "password": p.token})
		}
	}
	return err
}

func (p *talker) ask(request map[string]any) (rows []object, end object, err error) {
	_ = p.conn.SetDeadline(time.Now().Add(soon))
	if err := json.NewEncoder(p.conn).Encode(request); err != nil {
		return nil, object{}, err
	}
	return p.answer()
}

func (p *talker) answer() (rows []object, end object, err error) {
	for {
		o, line, err := p.read()
		switch {
		case err != nil:
			return nil, o, err
		case o.Type == "row":
			rows = append(rows, o)
		case o.Type == "done":
			return rows, o, nil
		case o.Type == "failed", o.Type == "end":
			return nil, o, errors.New(line)
		}
	}
}

// read reads one object.
func (p *talker) read() (o object, line string, err error) {
	if line, err = p.in.ReadString('\n'); err == nil {
		err = json.Unmarshal([]byte(line), &o)
	}
	return o, line, err
}

// next is read where nothing may go wrong.
func (p *talker) next() object {
	p.t.Helper()
	o, _, err := p.read()
	if err != nil {
		p.t.Fatal(err)
	}
	return o
}

// everything is all that the talker may read, by number.
func (p *talker) everything() (all []object) {
	p.t.Helper()
	for more := int64(0); ; {
		rows, end, err := p.asks(map[string]any{"do": "since", "number": more, "count": 200})
		if err != nil {
			p.t.Fatal(err)
		}
		all = append(all, rows...)
		if more = end.More; more == 0 {
			return all
		}
	}
}

// differ reports the first difference.
func differ(t *testing.T, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("%s differ at %d of %d (there are %d):\n got: %q\nwant: %q", what, i, len(want), len(got), got[i:min(i+3, len(got))], want[i:min(i+3, len(want))])
			return
		}
	}
	t.Errorf("%s are too many: %q", what, slices.Clone(got[len(want):]))
}
