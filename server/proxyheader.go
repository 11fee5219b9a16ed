package server

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"

	"github.com/pires/go-proxyproto"
)

// The header of the PROXY protocol comes before anything else and says where a connection really comes from.
const (
	maxHeaderV1 = 107  // bytes, by its definition
	maxHeaderV2 = 4096 // bytes; some balancers send the client's certificate
	startOfV2   = 16   // bytes, with the length of the rest in the last two
)

var (
	errNoHeader      = errors.New("it does not begin with a PROXY header")
	errHeaderTooLong = errors.New("its PROXY header is too long")
)

// proxyHeader gathers a header, which may come in pieces.
type proxyHeader struct{ b []byte }

// take takes input until the header is whole, and then returns it and the input behind it; nil until then.
func (h *proxyHeader) take(in []byte) (whole *proxyproto.Header, rest []byte, err error) {
	for i, b := range in {
		h.b = append(h.b, b)
		if done, err := headerEnds(h.b); err != nil {
			return nil, nil, err
		} else if done {
			whole, err = proxyproto.Read(bufio.NewReaderSize(bytes.NewReader(h.b), len(h.b)))
			return whole, in[i+1:], err
		}
	}
	return nil, nil, nil
}

// headerEnds reports whether b is as long as the header that it begins, or why it is the beginning of none.
func headerEnds(b []byte) (bool, error) {
	switch {
	case beginsLike(b, proxyproto.SIGV1):
		if len(b) >= maxHeaderV1 && b[len(b)-1] != '\n' {
			return false, errHeaderTooLong
		}
		return b[len(b)-1] == '\n', nil
	case !beginsLike(b, proxyproto.SIGV2):
		return false, errNoHeader
	case len(b) < startOfV2:
		return false, nil
	}
	size := startOfV2 + int(binary.BigEndian.Uint16(b[startOfV2-2:]))
	if size > maxHeaderV2 {
		return false, errHeaderTooLong
	}
	return len(b) == size, nil
}

func beginsLike(b, signature []byte) bool {
	n := min(len(b), len(signature))
	return bytes.Equal(b[:n], signature[:n])
}

// sourceIn is where a header says that the connection comes from. It says nothing when the proxy speaks for itself, as in a
// health check, or for somebody without an address.
func sourceIn(h *proxyproto.Header) (from netip.AddrPort, ok bool) {
	source, _, ok := h.TCPAddrs()
	if !ok || h.Command.IsLocal() {
		return netip.AddrPort{}, false
	}
	return plainAddr(source), true
}
