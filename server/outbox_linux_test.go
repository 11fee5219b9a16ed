package server

import (
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// testOutbox is an outbox whose other end is read from a file.
func testOutbox(t *testing.T) (o *outbox, reader *os.File) {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	reader = os.NewFile(uintptr(pair[1]), "reader")
	t.Cleanup(func() { unix.Close(pair[0]); reader.Close() })
	return &outbox{fd: pair[0], limit: 1000, buffers: &buffers{}}, reader
}

// fill writes until the kernel takes no more, and returns how many bytes it took.
func (o *outbox) fill(t *testing.T) (taken uint64) {
	t.Helper()
	for range 10_000 {
		switch o.write([]byte(strings.Repeat("x", 999) + "\n")) {
		case kernelFull:
			return o.written
		case peerGone:
			t.Fatal("the other end is gone")
		}
	}
	t.Fatal("the kernel takes everything")
	return 0
}

func TestOutboxWritesInOrder(t *testing.T) {
	o, reader := testOutbox(t)
	if got := o.write([]byte("one\n")); got != allSent {
		t.Fatal(got)
	}
	o.append([]byte("two\n"))
	o.append([]byte("three\n"))
	if o.unsent() != 10 || o.position() != 14 {
		t.Errorf("%d bytes wait, and the next is number %d", o.unsent(), o.position())
	}
	if got := o.flush(); got != allSent {
		t.Fatal(got)
	}
	b := make([]byte, 14)
	if _, err := io.ReadFull(reader, b); err != nil || string(b) != "one\ntwo\nthree\n" {
		t.Errorf("%q, %v", b, err)
	}
	if o.written != 14 || o.unsent() != 0 {
		t.Errorf("%d bytes are written, %d wait", o.written, o.unsent())
	}
}

func TestOutboxOfAStuckReader(t *testing.T) {
	o, reader := testOutbox(t)
	o.fill(t)
	if o.overfull() {
		t.Error("it is overfull before the kernel was asked again")
	}
	for i, want := range []int64{1, 2, 4, 8, 16, 32, 64, 64} {
		if got := o.block(100 + int64(i)); got != want {
			t.Errorf("try number %d is in %d ms, want %d", i, got, want)
		}
		o.unblock()
		if got := o.flush(); got != kernelFull {
			t.Fatal(got)
		}
	}
	if got := o.stuckFor(1100); got != 1000 {
		t.Errorf("stuck for %d ms, want 1000", got)
	}
	o.block(1100)
	o.append(make([]byte, 1001))
	if !o.overfull() {
		t.Error("it is not overfull")
	}
	if _, err := io.ReadFull(reader, make([]byte, o.written)); err != nil {
		t.Fatal(err)
	}
	if got := o.flush(); got != allSent || o.stuckFor(2000) != 0 || o.retryDelay != 0 {
		t.Errorf("when it was read: %v, stuck for %d ms", got, o.stuckFor(2000))
	}
}

func TestOutboxWithoutAPeer(t *testing.T) {
	o, reader := testOutbox(t)
	reader.Close()
	if got := o.write([]byte("x")); got != peerGone {
		t.Error(got)
	}
	o.append([]byte("x"))
	if got := o.flush(); got != peerGone {
		t.Error(got)
	}
}

// TestOutboxIsCut: whatever is dropped, the reader sees whole lines.
func TestOutboxIsCut(t *testing.T) {
	for _, c := range []struct{ written, waits, want string }{
		{"", "one\ntwo\n", "end\n"},
		{"one\n", "two\n", "end\n"},
		{"on", "e\ntwo\n", "e\nend\n"},
		{"on", "e", "eend\n"}, // the answer that it belongs to is not made yet
	} {
		o, _ := testOutbox(t)
		o.write([]byte(c.written))
		o.append([]byte(c.waits))
		o.hold([]byte("held\n"))
		begins := o.cutTo([]byte("end\n"))
		if got := string(o.out[o.outAt:]); got != c.want {
			t.Errorf("%q and %q: %q waits, want %q", c.written, c.waits, got, c.want)
		}
		if want := uint64(len(c.written) + len(c.want) - 4); begins != want {
			t.Errorf("%q and %q: the end begins at %d, want %d", c.written, c.waits, begins, want)
		}
		if o.takeHeld() != nil {
			t.Error("something is still held")
		}
	}
}

// TestOutboxThatIsNeverEmpty: what is always a little behind is sent, too, and its buffer stays small.
func TestOutboxThatIsNeverEmpty(t *testing.T) {
	o := &outbox{buffers: &buffers{}}
	for range 10_000 {
		o.append(make([]byte, 1000))
		o.outAt += min(1000, o.unsent()-1) // as flush does
	}
	if cap(o.out) > 16<<10 {
		t.Errorf("%d bytes wait in a buffer of %d", o.unsent(), cap(o.out))
	}
}
