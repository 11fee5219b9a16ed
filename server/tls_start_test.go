package server

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"parley/internal/testca"
)

// secureServer is a server that speaks TLS, too.
type secureServer struct {
	*testServer
	ca  *testca.CA
	log *observer.ObservedLogs
}

func startSecure(t testing.TB, choose ...func(*setup)) *secureServer {
	t.Helper()
	ca := testca.New(t)
	cert, key := ca.Issue("chat.test")
	log := new(observer.ObservedLogs)
	secure := func(o *setup) {
		o.TLS = TLS{Listen: []string{"127.0.0.1:0"}, Cert: cert, Key: key}
		log = observed(o)
	}
	return &secureServer{start(t, append([]func(*setup){secure}, choose...)...), ca, log}
}

// observed has what the server logs noted.
func observed(o *setup) *observer.ObservedLogs {
	core, log := observer.New(zap.DebugLevel)
	o.Log = o.Log.WithOptions(zap.WrapCore(func(fails zapcore.Core) zapcore.Core { return zapcore.NewTee(fails, core) }))
	return log
}

// logged waits for a line of the log that has all the words in its message or fields.
func logged(t testing.TB, log *observer.ObservedLogs, words ...string) {
	t.Helper()
	eventually(t, "in the log: "+strings.Join(words, ", "), func() bool {
		for _, e := range log.All() {
			line := e.Message
			for _, v := range e.ContextMap() {
				line += " " + strings.Trim(strings.ReplaceAll(asText(v), "\n", " "), " ")
			}
			if hasAll(line, words) {
				return true
			}
		}
		return false
	})
}

func asText(v any) string {
	s, _ := v.(string)
	return s
}

func hasAll(s string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}

func (s *secureServer) secureAddr() string { return s.TLSAddrs()[0].String() }

func (s *secureServer) trust() *tls.Config {
	return &tls.Config{RootCAs: s.ca.Pool(), ServerName: "127.0.0.1"}
}

// dialSecure connects to the TLS port and reads the greeting.
func (s *secureServer) dialSecure() *user {
	s.t.Helper()
	u := s.secureUser(s.dialAt("tcp", s.secureAddr()).Conn)
	u.want("* hello ")
	return u
}

// secureUser begins TLS on a connection.
func (s *secureServer) secureUser(tcp net.Conn) *user {
	s.t.Helper()
	return s.newUser(tls.Client(tcp, s.trust()))
}

func (s *secureServer) joinSecure(name string) *user {
	s.t.Helper()
	u := s.dialSecure()
	u.enter(name)
	return u
}
