package screen

import (
	"errors"
	"net"
	"testing"

	"parley/internal/language"
	"parley/server/cmd/parley/internal/client/link"
)

// What somebody meets who mistypes an address is told in the language of the person, and without the words of the system.
func TestUnreachable(t *testing.T) {
	_, err := link.Dial(t.Context(), "127.0.0.1:1", nil)
	if got, want := unreachable(language.Chinese, err), "那里没有服务器在运行"; got != want {
		t.Errorf("%v is told as %q, want %q", err, got, want)
	}
	_, err = link.Dial(t.Context(), "there.is.none.invalid:8888", nil)
	if !errors.Is(err, link.ErrNoHost) {
		t.Skipf("names can't be looked up here: %v", err)
	}
	if got, want := unreachable(language.English, err), "there is no host of that name"; got != want {
		t.Errorf("it is told as %q, want %q", got, want)
	}
}

// A server that says nothing at all may wait for TLS.
func TestServerThatSaysNothing(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	l, err := link.Dial(t.Context(), listener.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p := sit(t, 80, 24, Server{Name: "work", Address: "a:8889"})
	s := p.m.servers[0]
	p.m.dialed(dialed{server: s, link: l})
	p.m.heard(heard{server: s, link: l, ended: true})
	p.sees("a:8889 has said nothing. If its port is one for TLS, use --tls.")
}
