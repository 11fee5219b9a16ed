package main

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Attackers who do too little.

// slowLoris has 1,000 connections that send a byte now and then. Each is told why it must go.
func slowLoris(s *target) error {
	const many = 1000
	victims := make([]*intruder, many)
	defer closeAll(victims)
	err := crowd(many, 50, func(n int) (err error) {
		victims[n], err = s.intrude()
		return err
	})
	if err != nil {
		return err
	}
	var readers sync.WaitGroup
	told := make([]string, many)
	for n, v := range victims {
		readers.Go(func() { told[n] = v.rest() })
	}
	for _, c := range "/login" {
		for _, v := range victims {
			_ = v.send(string(c)) // it may have been too long already
		}
	}
	readers.Wait()
	for n, text := range told {
		if !strings.Contains(text, "\r\n! login-timeout: ") {
			return fmt.Errorf("number %d is told %q", n, text)
		}
	}
	return nil
}

// neverReaders ask for much and read nothing. In the end they find why they were closed.
func neverReaders(s *target) error {
	const many = 8
	sleepers := make([]*intruder, many)
	defer closeAll(sleepers)
	err := crowd(many, many, func(n int) (err error) {
		if sleepers[n], err = s.member(fmt.Sprint("m", n)); err != nil {
			return err
		}
		_ = sleepers[n].SetWriteDeadline(time.Now().Add(time.Second)) // it is read no more when the answers wait
		_, _ = sleepers[n].Write([]byte(strings.Repeat("/help\n", 50_000)))
		return nil
	})
	if err != nil {
		return err
	}
	watcher, err := s.member("mallory")
	if err != nil {
		return err
	}
	defer watcher.Close()
	if err := watcher.send(strings.Repeat("/all "+strings.Repeat("loud ", 300)+"\n", 15)); err != nil {
		return err
	}
	answer := ""
	comesTrue(func() bool {
		answer, err = watcher.ask("/who")
		return err != nil || answer == "+ who 3"
	})
	if answer != "+ who 3" {
		return fmt.Errorf("they are not put out: %q, %v", answer, err)
	}
	for n, i := range sleepers {
		if text := i.rest(); !strings.Contains(text, "\r\n! slow-reader: ") {
			return fmt.Errorf("m%d reads, at the end of %d bytes, %q", n, len(text), text[max(0, len(text)-200):])
		}
	}
	return nil
}

func closeAll(list []*intruder) {
	for _, i := range list {
		if i != nil {
			i.Close()
		}
	}
}

// member opens a connection with a new account.
func (s *target) member(name string) (*intruder, error) {
	i, err := s.intrude()
	if err != nil {
		return nil, err
	}
	if answer, err := i.ask("/register " + name + " planted password"); err != nil || answer != "+ register "+name {
		i.Close()
		return nil, fmt.Errorf("%s registers: %q, %v", name, answer, err)
	}
	return i, nil
}
