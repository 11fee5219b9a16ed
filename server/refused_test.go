package server

import "testing"

// Refused connections that stay open keep nobody out.
func TestRefusedKeepNobodyOut(t *testing.T) {
	s := start(t, func(o *setup) { o.MaxConnections, o.Descriptors = 2, 100 })
	alice, bob := s.join("alice"), s.join("bob")
	for range 10 {
		u := s.dialAt("tcp", s.addr())
		u.want("! full: ")
	}
	bob.say("/quit")
	bob.rest()
	bob.Close()
	eventually(t, "there is room", func() (let bool) {
		u := s.dialAt("tcp", s.addr())
		line := u.line()
		return line[0] == '*'
	})
	if got := alice.ask("/who"); got != "+ who 1" {
		t.Error(got)
	}
}
