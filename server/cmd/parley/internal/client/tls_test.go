package client

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTLS(t *testing.T) {
	certified := httptest.NewTLSServer(nil) // brings a certificate for 127.0.0.1
	defer certified.Close()
	trusting := certified.Client().Transport.(*http.Transport).TLSClientConfig

	s := listen(t)

	s.listener = tls.NewListener(s.listener, certified.TLS)
	done := start(t, Options{Address: s.address(), Send: []string{"/ping"}, TLS: trusting})
	s.accept()
	s.exchange("/ping", "+ ping")
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitOK, greeting+"+ ping\n", "")

	done = start(t, Options{Address: s.address(), Send: []string{"/ping"}, TLS: &tls.Config{}})
	conn, err := s.listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	conn.(*tls.Conn).Handshake() // fails, as it should: nobody vouches for the certificate
	conn.Close()
	check(t, <-done, ExitNoConnect, "", "certificate")
}
