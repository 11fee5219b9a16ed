package proxyheader

import (
	"net/netip"
	"strings"
	"testing"
)

func TestFormatIsRead(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"203.0.113.9:4711", "203.0.113.1:8888"},
		{"[2001:db8::9]:4711", "[2001:db8::1]:8888"},
	} {
		b, err := Format(netip.MustParseAddrPort(c.from), netip.MustParseAddrPort(c.to), 1<<40)
		if err != nil {
			t.Fatal(err)
		}
		for piece := 1; piece <= len(b)+2; piece++ {
			h, rest := read(t, append(b, "hi"...), piece)
			if from, ok := h.Source(); !ok || from.String() != c.from {
				t.Errorf("it comes from %v, want %s", from, c.from)
			}
			if id, ok := h.ID(); !ok || id != 1<<40 {
				t.Errorf("its number is %d", id)
			}
			if !strings.HasPrefix("hi", rest) {
				t.Errorf("%q is behind it", rest)
			}
		}
	}
}

// read reads a header in pieces of a size, and returns what is behind it in the last of them.
func read(t *testing.T, b []byte, piece int) (Header, string) {
	t.Helper()
	var r Reader
	for len(b) > 0 {
		n := min(piece, len(b))
		h, rest, ok, err := r.Take(b[:n])
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			return h, string(rest)
		}
		b = b[n:]
	}
	t.Fatal("the header has no end")
	return Header{}, ""
}

// A header of version 1, or of a balancer that says something else about the connection, has no number.
func TestNoID(t *testing.T) {
	for _, header := range []string{
		"PROXY TCP4 203.0.113.9 203.0.113.1 4711 8888\r\n",
		"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\xcb\x00\x71\x01\x12\x67\x22\xb8",
		"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x17\xcb\x00\x71\x09\xcb\x00\x71\x01\x12\x67\x22\xb8\x02\x00\x08abcdefgh",
	} {
		h, _ := read(t, []byte(header), 1000)
		if id, ok := h.ID(); ok {
			t.Errorf("%q has the number %d", header, id)
		}
	}
}

func TestNoHeader(t *testing.T) {
	for _, in := range []string{"/login alice", "\x16\x03\x01", "PROXIMITY", "PROXY TCP4 " + strings.Repeat("1", 200), "\r\n\r\n\x00\r\nQUIT\n\x21\x11\xff\xff"} {
		var r Reader
		if _, _, ok, err := r.Take([]byte(in)); ok || err == nil {
			t.Errorf("%q is taken for a header", in)
		}
	}
}

// FuzzTake: whatever comes, no more is kept than a header has at most, and pieces make no difference.
func FuzzTake(f *testing.F) {
	f.Add([]byte("PROXY TCP4 203.0.113.9 203.0.113.1 4711 8888\r\nhi"))
	f.Add([]byte("\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\xcb\x00\x71\x01\x12\x67\x22\xb8"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var whole, pieces Reader
		_, rest, ok, err := whole.Take(in)
		if whole.Len() > maxV2 {
			t.Fatalf("%d bytes are kept", whole.Len())
		}
		for i := range in {
			_, behind, done, failed := pieces.Take(in[i : i+1])
			if failed != nil || done {
				if done != ok || (failed != nil) != (err != nil) || done && len(in)-i-1 != len(rest) || len(behind) > 0 {
					t.Fatalf("in pieces it is %v, %v, and whole %v, %v", done, failed, ok, err)
				}
				return
			}
		}
		if ok || err != nil {
			t.Fatalf("whole it is %v, %v, and in pieces it has no end", ok, err)
		}
	})
}
