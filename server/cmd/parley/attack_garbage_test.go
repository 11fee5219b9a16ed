package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Attackers who send something that is not chat.

// endlessLines send megabytes without an end of the line. Each line is answered once, and the connection is in step.
func endlessLines(s *target) error {
	return crowd(8, 8, func(int) error {
		i, err := s.intrude()
		if err != nil {
			return err
		}
		defer i.Close()
		for range 3 {
			for range 16 {
				if err := i.send(strings.Repeat("endless ", 8<<10)); err != nil {
					return err
				}
			}
			answer, err := i.ask("")
			if !strings.HasPrefix(answer, "- * line-too-long: ") {
				return fmt.Errorf("a line of a megabyte is answered %q, %v", answer, err)
			}
			if answer, err := i.ask("/ping still here"); answer != "+ ping: still here" {
				return fmt.Errorf("the next one is answered %q, %v", answer, err)
			}
		}
		return nil
	})
}

// notChat takes the port for something else.
func notChat(s *target) error {
	hello := "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\x00\n\xff\x13", 150)
	post := "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n\r\n/register mallory planted password\r\nhello\r\n"
	return crowd(400, 16, func(n int) error {
		i, err := s.intrude()
		if err != nil {
			return err
		}
		defer i.Close()
		if err := i.send([2]string{hello, post}[n%2]); err != nil {
			return err
		}
		text := i.rest()
		if _, after, _ := strings.Cut(text, "\n"); !strings.HasPrefix(after, "! not-chat: ") || strings.Count(after, "\n") != 1 {
			return fmt.Errorf("it is told %q", text)
		}
		return nil
	})
}

const (
	iac        = "\xff"
	will, wont = "\xfb", "\xfc"
	do, dont   = "\xfd", "\xfe"
	begin, end = "\xfa", "\xf0"
	timingMark = "\x06"

	enough        = 4096 // bytes of telnet that 256 options may be worth, both ways
	manyOfTheSame = 20_000
)

// telnetLoops answers whatever is negotiated by asking for it again: a server that answers back never ends.
func telnetLoops(s *target) error {
	return crowd(8, 8, func(int) error {
		i, err := s.intrude()
		if err != nil {
			return err
		}
		defer i.Close()
		var all strings.Builder
		for option := range 256 {
			for _, verb := range []string{will, do} {
				all.WriteString(iac + verb + string([]byte{byte(option)}))
			}
		}
		if err := i.send(all.String() + iac + begin + "\x18" + strings.Repeat("type ", 200_000) + iac + end); err != nil {
			return err
		}
		if err := i.mirror(); err != nil {
			return err
		}
		go func() { _ = i.send(strings.Repeat(iac+do+timingMark, manyOfTheSame) + "\n/ping at last\n") }()
		for {
			line, err := i.in.ReadString('\n')
			if strings.HasSuffix(line, "+ ping: at last\r\n") {
				return nil
			}
			if err != nil {
				return fmt.Errorf("after the timing marks: %d bytes, %v", len(line), err)
			}
		}
	})
}

// mirror sends every telnet byte of the server's back with its opposite, until the server has nothing more to say: a /ping that was sent
// behind the last bytes is answered, and there is no telnet in front of its answer.
func (i *intruder) mirror() error {
	opposite := strings.NewReplacer(iac+wont, iac+do, iac+dont, iac+will, iac+will, iac+dont, iac+do, iac+wont)
	for round, heard := 0, 0; ; round++ {
		if err := i.send(fmt.Sprintf("\n/ping round %d\n", round)); err != nil {
			return err
		}
		telnet, err := i.telnetUpTo(fmt.Sprintf("+ ping: round %d\r\n", round))
		if err != nil || telnet == "" {
			return err
		}
		if heard += len(telnet); heard > enough {
			return fmt.Errorf("a loop: %d bytes of telnet, and no end", heard)
		}
		if err := i.send(opposite.Replace(telnet)); err != nil {
			return err
		}
	}
}

// telnetUpTo reads up to a line, and returns what was in front of it from the first telnet byte on.
func (i *intruder) telnetUpTo(end string) (telnet string, err error) {
	var text []byte
	for !bytes.HasSuffix(text, []byte(end)) {
		b, err := i.in.ReadByte()
		if err != nil {
			return "", err
		}
		text = append(text, b)
	}
	if at := bytes.IndexByte(text, iac[0]); at >= 0 {
		telnet = string(text[at : len(text)-len(end)])
	}
	return telnet, nil
}

// manyTags sends 10,000 commands, each with a tag of its own. All are answered in order.
func manyTags(s *target) error {
	i, err := s.member("mallory")
	if err != nil {
		return err
	}
	defer i.Close()
	sent := make(chan error, 1)
	go func() {
		var all strings.Builder
		for n := range 10_000 {
			fmt.Fprintf(&all, "#tag.%d_%s /ping %d\n", n, strings.Repeat("t", n%20), n)
		}
		sent <- i.send(all.String() + "#" + strings.Repeat("t", 33) + " /ping\n#bad! /ping\n")
	}()
	for n := range 10_000 {
		for {
			line, err := i.line()
			if err != nil {
				return err
			}
			if strings.HasPrefix(line, "* ") {
				continue // what the others say
			}
			if want := fmt.Sprintf("#tag.%d_%s + ping: %d", n, strings.Repeat("t", n%20), n); line != want {
				return fmt.Errorf("got %q, want %q", line, want)
			}
			break
		}
	}
	if err := <-sent; err != nil && err != io.EOF {
		return err
	}
	return nil
}
