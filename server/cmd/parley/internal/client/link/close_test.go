package link

import (
	"context"
	"net"
	"testing"
)

// Whoever writes and whoever listens may both find that the connection is at its end.
func TestCloseTwice(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	l, err := Dial(context.Background(), listener.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		l.Close()
	}()
	l.Close()
	<-closed
	if _, more := <-l.Lines; more {
		t.Error("there are lines behind the end")
	}
}
