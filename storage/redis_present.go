package storage

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// sessionWords writes a session as it stands behind its id: "SINCE CLIENT TOKEN FROM", or - for no token.
func sessionWords(s *Session) string {
	token := s.Token
	if token == "" {
		token = "-"
	}
	return fmt.Sprintf("%d %s %s %s", s.Since.Unix(), s.Client, token, s.From)
}

// presentValue writes an account's sessions on a node: "COUNT ACTIVE NAME", and a line for each: its id and its words. Without sessions it is empty.
func presentValue(p *Present) string {
	if len(p.Sessions) == 0 {
		return ""
	}
	var value strings.Builder
	fmt.Fprintf(&value, "%d %d %s", len(p.Sessions), p.Active.Unix(), p.Name)
	for i := range p.Sessions {
		value.WriteByte('\n')
		value.WriteString(strconv.FormatInt(p.Sessions[i].ID, 10))
		value.WriteByte(' ')
		value.WriteString(sessionWords(&p.Sessions[i]))
	}
	return value.String()
}

var errPresent = errors.New("what Redis has of an account's sessions can't be read")

// presentOf reads what presentValue has written, and what the commit script makes of it.
func presentOf(account ID, value string) (Present, error) {
	lines := strings.Split(value, "\n")
	head := strings.Fields(lines[0])
	if len(head) != 3 {
		return Present{}, errPresent
	}
	p := Present{Account: account, Name: head[2], Active: time.Unix(numberOf(head[1]), 0).UTC()}
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		if len(words) != 5 {
			return Present{}, errPresent
		}
		one := Session{ID: numberOf(words[0]), Since: time.Unix(numberOf(words[1]), 0).UTC(), Client: words[2], Token: words[3], From: words[4]}
		if one.Token == "-" {
			one.Token = ""
		}
		p.Sessions = append(p.Sessions, one)
	}
	return p, nil
}
